using System.Net.Http.Headers;
using System.Text;

namespace AllianceNotify.Delivery.Channels;

/// <summary>
/// Posts the Adaptive Card to a Teams Workflows ("when a webhook request is received") address. The address is the credential:
/// it is never logged or told. Such cards support no submitting, so the card's button opens the acknowledge page.
/// </summary>
/// <remarks>The connector takes about 28 KB a message and may answer 200 while its body reports a 429 from Teams.</remarks>
public sealed class TeamsWorkflowChannel(bool allowPrivateAddresses, TimeProvider time) : IAlertChannel, IDisposable
{
    public const string ChannelName = "teams-workflow";

    /// <summary>Configuration key that lets the channel post to loopback and private networks.</summary>
    public const string AllowPrivateAddressesKey = "TeamsWorkflow:AllowPrivateAddresses";

    private const int MaxBytes = 28_000;
    private const int MaxConnections = 16;

    private readonly HttpClient http = OutgoingHttp.Create(allowPrivateAddresses, MaxConnections);

    public string Name => ChannelName;

    public int MaxRecipients => 1;

    /// <summary>One flow is one target: flows are throttled each by itself, whatever host they share.</summary>
    public string TargetOf(string address) => UriOf(address) is { } uri
        ? $"teams-workflow:{uri.IdnHost}:{DeterministicId.Of("", uri.AbsolutePath)}"
        : "teams-workflow:none";

    public async Task<IReadOnlyList<DeliveryOutcome>> SendAsync(AlertDispatch dispatch, CancellationToken cancellationToken)
    {
        var recipient = dispatch.Recipients.Single();
        if (UriOf(recipient.Address) is not { } uri)
        {
            return [new DeliveryOutcome.Refused("The address is no http or https URL.")];
        }

        var card = dispatch.Content.For(recipient.AcknowledgeUrl).Card;
        var body = Encoding.UTF8.GetBytes(
            $$"""{"type":"message","attachments":[{"contentType":"application/vnd.microsoft.card.adaptive","contentUrl":null,"content":{{card}}}]}""");
        if (body.Length > MaxBytes)
        {
            return [new DeliveryOutcome.Refused($"The card is {body.Length} bytes; Teams takes {MaxBytes}.")];
        }

        var request = new HttpRequestMessage(HttpMethod.Post, uri)
        {
            Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
        };
        return [await WebPost.SendAsync(http, request, time, ReadAnswer, cancellationToken).ConfigureAwait(false)];
    }

    public void Dispose() => http.Dispose();

    private static DeliveryOutcome? ReadAnswer(string answer) =>
        answer.Contains("HTTP error 429", StringComparison.OrdinalIgnoreCase) ? new DeliveryOutcome.Deferred(null, "Teams answered 429 inside a 200.")
        : answer.Contains("HTTP error 413", StringComparison.OrdinalIgnoreCase) ? new DeliveryOutcome.Refused("Teams answered 413 inside a 200.")
        : null;

    private static Uri? UriOf(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" ? uri : null;
}
