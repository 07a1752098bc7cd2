using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace AllianceNotify.Delivery.Channels;

/// <summary>
/// Adaptive Cards to a Teams channel or chat through its Workflows webhook ("When a Teams webhook request is received").
/// The address is the workflow's URL, and whoever knows it can post: it is shown and logged nowhere.
/// </summary>
public sealed partial class TeamsWorkflowChannel : IAlertChannel, IDisposable
{
    public const string ChannelName = "teams-workflow";

    /// <summary>What Teams takes (connector documentation: about 28 KB a message).</summary>
    private const int MaxBytes = 28 * 1024;

    private static readonly MediaTypeHeaderValue Json = new("application/json");
    private static readonly byte[] Head =
        """{"type":"message","attachments":[{"contentType":"application/vnd.microsoft.card.adaptive","contentUrl":null,"content":"""u8.ToArray();

    private static readonly byte[] Tail = "}]}"u8.ToArray();

    private readonly OutboundHttp http;
    private readonly TimeProvider time;

    public TeamsWorkflowChannel(IOptions<TeamsWorkflowOptions> options, TimeProvider time)
    {
        this.time = time;
        http = new OutboundHttp(options.Value.Rules);
    }

    public string Name => ChannelName;

    public int MaxRecipients => 1;

    public void Dispose() => http.Dispose();

    /// <summary>Workflows are throttled and switched off one by one, and many share a host: each is a target, named by a hash.</summary>
    public string TargetOf(string address) => OutboundHttp.Parse(address) is { } url
        ? $"teams-workflow:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(url.GetLeftPart(UriPartial.Path))).AsSpan(0, 8))}"
        : "teams-workflow:none";

    public async Task<IReadOnlyList<DeliveryOutcome>> SendAsync(AlertDispatch dispatch, CancellationToken cancellationToken)
    {
        var recipient = dispatch.Recipients.Single();
        if (OutboundHttp.Parse(recipient.Address) is not { } url)
        {
            return [new DeliveryOutcome.Refused("Not the address of a Teams workflow.")];
        }

        var body = BodyFor(dispatch, recipient);
        if (body.Length > MaxBytes)
        {
            return [new DeliveryOutcome.Refused($"The card makes a message of {body.Length} bytes, and Teams takes {MaxBytes}.")];
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = Json;
        return [await http.SendAsync(request, time, Read, cancellationToken).ConfigureAwait(false)];
    }

    private static byte[] BodyFor(AlertDispatch dispatch, DispatchRecipient recipient)
    {
        var card = Encoding.UTF8.GetBytes(dispatch.Content.CardFor(recipient.AcknowledgeUrl));
        JsonDocument.Parse(card).Dispose();
        return [.. Head, .. card, .. Tail];
    }

    /// <summary>Teams' own refusals come inside a 200: "Microsoft Teams endpoint returned HTTP error 429 with ContextId …".</summary>
    private DeliveryOutcome Read(HttpResponseMessage response, string body)
    {
        if (InnerError.Match(body) is { Success: true } error)
        {
            return HttpOutcome.Of(int.Parse(error.Groups[1].ValueSpan, CultureInfo.InvariantCulture), response, time.GetUtcNow());
        }

        return new DeliveryOutcome.Delivered(response.Headers.TryGetValues("x-ms-workflow-run-id", out var run) ? run.First() : null);
    }

    [GeneratedRegex("returned HTTP error ([345][0-9]{2})", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex InnerError { get; }
}
