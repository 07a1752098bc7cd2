using System.Collections.Frozen;
using AllianceNotify.Delivery.Channels;

namespace AllianceNotify.Delivery;

/// <summary>The channels that are set up, by name. An outbox in place of a channel replaces it.</summary>
public sealed class ChannelSet
{
    private readonly FrozenDictionary<string, IAlertChannel> channels;

    public ChannelSet(IEnumerable<IAlertChannel> channels)
    {
        this.channels = channels
            .GroupBy(channel => channel.Name, StringComparer.Ordinal)
            .ToFrozenDictionary(group => group.Key, OneOf, StringComparer.Ordinal);
    }

    public IReadOnlyCollection<string> Names => channels.Keys;

    /// <summary>Null where no channel of that name is set up.</summary>
    public IAlertChannel? Find(string name) => channels.GetValueOrDefault(name);

    private static IAlertChannel OneOf(IGrouping<string, IAlertChannel> named) => named.Count() switch
    {
        1 => named.Single(),
        _ => named.OfType<OutboxChannel>().FirstOrDefault() ?? throw new InvalidOperationException($"Two channels are named {named.Key}."),
    };
}
