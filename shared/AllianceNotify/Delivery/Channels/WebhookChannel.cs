using System.Globalization;
using System.Net.Http.Headers;
using AllianceNotify.Content;
using Microsoft.Extensions.Options;

namespace AllianceNotify.Delivery.Channels;

/// <summary>
/// Signed webhooks after Standard Webhooks 1.0, one POST a recipient. The address is the receiver's URL.
/// </summary>
public sealed class WebhookChannel : IAlertChannel, IDisposable
{
    public const string ChannelName = "webhook";

    private static readonly MediaTypeHeaderValue Json = new("application/json");
    private static readonly ProductInfoHeaderValue Agent = new("AllianceNotify", typeof(WebhookChannel).Assembly.GetName().Version?.ToString(3));

    private readonly OutboundHttp http;
    private readonly TimeProvider time;
    private readonly Dictionary<string, IReadOnlyList<byte[]>> keysByHost;
    private readonly IReadOnlyList<byte[]> otherKeys;

    public WebhookChannel(IOptions<WebhookOptions> options, TimeProvider time)
        : this(options, time, adjust: null)
    {
    }

    /// <param name="options">Secrets, and where it may connect to.</param>
    /// <param name="time">What messages are dated by.</param>
    /// <param name="adjust">The last word on how receivers are connected to; null: over the network, within its rules.</param>
    public WebhookChannel(IOptions<WebhookOptions> options, TimeProvider time, Action<SocketsHttpHandler>? adjust)
    {
        this.time = time;
        http = new OutboundHttp(options.Value.Rules, adjust);
        otherKeys = options.Value.Secret is { } secret ? KeysOf(secret) : [];
        keysByHost = options.Value.Secrets.ToDictionary(pair => pair.Key, pair => KeysOf(pair.Value), StringComparer.OrdinalIgnoreCase);
    }

    public string Name => ChannelName;

    public int MaxRecipients => 1;

    public void Dispose() => http.Dispose();

    public string TargetOf(string address) => OutboundHttp.Parse(address) is { } url
        ? string.Create(CultureInfo.InvariantCulture, $"webhook:{url.IdnHost}:{url.Port}")
        : "webhook:none";

    public async Task<IReadOnlyList<DeliveryOutcome>> SendAsync(AlertDispatch dispatch, CancellationToken cancellationToken)
    {
        var recipient = dispatch.Recipients.Single();
        if (OutboundHttp.Parse(recipient.Address) is not { Fragment.Length: 0 } url)
        {
            return [new DeliveryOutcome.Refused("Not a webhook address: https, without user name and fragment.")];
        }

        var keys = keysByHost.GetValueOrDefault(url.Host) ?? otherKeys;
        if (keys.Count == 0)
        {
            return [new DeliveryOutcome.Misconfigured("There is no secret to sign messages to this receiver with.")];
        }

        using var request = RequestFor(url, keys, dispatch, recipient);
        return [await http.SendAsync(request, time, read: null, cancellationToken).ConfigureAwait(false)];
    }

    private HttpRequestMessage RequestFor(Uri url, IReadOnlyList<byte[]> keys, AlertDispatch dispatch, DispatchRecipient recipient)
    {
        var body = WebhookEvent.Write(dispatch, recipient);
        var timestamp = time.GetUtcNow().ToUnixTimeSeconds();
        var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = Json;
        request.Headers.UserAgent.Add(Agent);
        request.Headers.Add("webhook-id", recipient.MessageId);
        request.Headers.Add("webhook-timestamp", timestamp.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("webhook-signature", WebhookSignature.Header(keys, recipient.MessageId, timestamp, body));
        request.Headers.Add("x-alliancenotify-mode", dispatch.Alert.ShownMode.Wire());
        return request;
    }

    private static IReadOnlyList<byte[]> KeysOf(string secrets) =>
        WebhookSignature.KeysOf(secrets) ?? throw new InvalidOperationException("A webhook secret is malformed.");
}
