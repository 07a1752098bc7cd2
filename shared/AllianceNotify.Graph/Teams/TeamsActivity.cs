using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using AllianceNotify.Content;
using AllianceNotify.Delivery;
using AllianceNotify.Situations;
using Microsoft.Graph.Models;

namespace AllianceNotify.Graph.Teams;

/// <summary>An alert as an activity notification: banner and subject in one line, the same again as the preview, a link to the situation.</summary>
/// <param name="ChainId">The same for all alerts of a situation: in the feed an update takes the place of what it updates.</param>
internal sealed record TeamsActivity(
    TeamworkActivityTopic Topic, string ActivityType, long ChainId, ItemBody Preview, IReadOnlyList<(string Name, string Value)> Parameters, string? CatalogAppId)
{
    public const string SystemDefault = "systemDefault";

    /// <summary>UTF-16 units of the preview that Teams shows.</summary>
    public const int MaxPreview = 150;

    public static TeamsActivity Of(AlertDispatch dispatch, Uri link, GraphTeamsOptions options, GraphHosts hosts)
    {
        var banner = ModeBanner.Of(dispatch.Alert.ShownMode);
        var subject = dispatch.Content.Subject;
        return new TeamsActivity(
            new TeamworkActivityTopic
            {
                Source = TeamworkActivityTopicSource.Text,
                Value = Cut($"{dispatch.Alert.Marking.Label} {dispatch.Alert.Situation}", MaxPreview),
                WebUrl = LinkTo(dispatch.Alert.Situation, link, options, hosts),
            },
            options.ActivityType,
            ChainOf(dispatch.Alert.Situation),
            new ItemBody { Content = Cut($"{dispatch.Alert.Marking.Label} {banner}. {subject}", MaxPreview) },
            options.ActivityType == SystemDefault
                ? [("systemDefaultText", $"{banner}. {subject}")]
                : [("banner", banner), ("subject", subject)],
            options.CatalogAppId);
    }

    /// <summary>The parameters as the SDK has them, a list of its own for each request.</summary>
    public List<Microsoft.Graph.Models.KeyValuePair> ParameterPairs() =>
        [.. Parameters.Select(parameter => new Microsoft.Graph.Models.KeyValuePair { Name = parameter.Name, Value = parameter.Value })];

    /// <summary>63 bits of the situation's hash, never 0.</summary>
    public static long ChainOf(SituationId situation)
    {
        var bits = BinaryPrimitives.ReadInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(situation.Value))) & long.MaxValue;
        return bits == 0 ? 1 : bits;
    }

    /// <summary>
    /// A deep link to the app's tab with the situation in it; outside Teams it leads to <paramref name="link"/>. (Microsoft Teams
    /// deep links: <c>/l/entity/APP/TAB?webUrl=…&amp;context={"subEntityId":…}</c>.)
    /// </summary>
    public static string LinkTo(SituationId situation, Uri link, GraphTeamsOptions options, GraphHosts hosts)
    {
        var context = JsonSerializer.Serialize(new TabContext(situation.Value), TabContextJson.Default.TabContext);
        return $"{hosts.Teams.AbsoluteUri.TrimEnd('/')}/l/entity/{options.AppId}/{Uri.EscapeDataString(options.TabId)}"
            + $"?webUrl={Uri.EscapeDataString(link.AbsoluteUri)}&context={Uri.EscapeDataString(context)}";
    }

    private static string Cut(string text, int length)
    {
        if (text.Length <= length)
        {
            return text;
        }

        var end = length - 1;
        return string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[end - 1]) ? end - 1 : end), "…");
    }
}

internal sealed record TabContext(string SubEntityId);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(TabContext))]
internal sealed partial class TabContextJson : JsonSerializerContext;
