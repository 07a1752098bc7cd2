using System.Collections.Frozen;

namespace AllianceNotify.Delivery;

/// <summary>The channels that are set up, by name.</summary>
public sealed class ChannelSet
{
    private readonly FrozenDictionary<string, IAlertChannel> channels;

    public ChannelSet(IEnumerable<IAlertChannel> channels)
    {
        var all = channels.ToList();
        if (all.GroupBy(channel => channel.Name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw new InvalidOperationException($"Two channels are named {twice.Key}.");
        }

        this.channels = all.ToFrozenDictionary(channel => channel.Name, StringComparer.Ordinal);
    }

    public IReadOnlyCollection<string> Names => channels.Keys;

    /// <summary>Null where no channel of that name is set up.</summary>
    public IAlertChannel? Find(string name) => channels.GetValueOrDefault(name);
}
