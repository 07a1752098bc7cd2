using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using AllianceNotify.Reports;
using Microsoft.Extensions.Options;

namespace AllianceNotify.Delivery.Channels;

/// <summary>Configuration section <c>Webhook</c>.</summary>
public sealed class WebhookOptions
{
    public const string Section = "Webhook";

    /// <summary>
    /// Signing secret as the Standard Webhooks specification writes it: <c>whsec_</c> and base 64 of 24 to 64 bytes. Without one
    /// the channel sends nothing and says that it is not set up.
    /// </summary>
    public string? Secret { get; set; }

    /// <summary>Secrets of single receivers, by host name, in place of <see cref="Secret"/>.</summary>
    public Dictionary<string, string> Secrets { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Lets webhooks go to loopback and private networks.</summary>
    public bool AllowPrivateAddresses { get; set; }

    /// <summary>Connections to one server. 1 to 1,000.</summary>
    public int MaxConnectionsPerServer { get; set; } = 64;
}

/// <summary>
/// Posts each alert as JSON, signed as Standard Webhooks asks: <c>webhook-id</c> (the delivery's Message-ID, the same on every
/// attempt), <c>webhook-timestamp</c> (seconds) and <c>webhook-signature</c> (<c>v1,</c> and the HMAC-SHA-256 of
/// <c>id.timestamp.body</c>). 2xx is delivered; 408, 425, 429 and 5xx are tried again, Retry-After to the letter; all else is refused.
/// </summary>
public sealed class WebhookChannel : IAlertChannel, IDisposable
{
    public const string ChannelName = "webhook";

    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly WebhookOptions options;
    private readonly TimeProvider time;
    private readonly HttpClient http;

    public WebhookChannel(IOptions<WebhookOptions> options, TimeProvider time)
    {
        this.options = options.Value;
        this.time = time;
        http = OutgoingHttp.Create(this.options.AllowPrivateAddresses, this.options.MaxConnectionsPerServer);
    }

    public string Name => ChannelName;

    public int MaxRecipients => 1;

    public string TargetOf(string address) =>
        UriOf(address) is { } uri ? string.Create(CultureInfo.InvariantCulture, $"webhook:{uri.IdnHost}:{uri.Port}") : "webhook:none";

    public async Task<IReadOnlyList<DeliveryOutcome>> SendAsync(AlertDispatch dispatch, CancellationToken cancellationToken)
    {
        var recipient = dispatch.Recipients.Single();
        if (UriOf(recipient.Address) is not { } uri)
        {
            return [new DeliveryOutcome.Refused("The address is no http or https URL.")];
        }

        if (SecretFor(uri) is not { } secret)
        {
            return [new DeliveryOutcome.Misconfigured("Webhook:Secret is not set to whsec_ and base 64.")];
        }

        var body = BodyOf(dispatch, recipient);
        var timestamp = time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var request = new HttpRequestMessage(HttpMethod.Post, uri)
        {
            Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
        };
        request.Headers.TryAddWithoutValidation("webhook-id", recipient.MessageId);
        request.Headers.TryAddWithoutValidation("webhook-timestamp", timestamp);
        request.Headers.TryAddWithoutValidation("webhook-signature", Sign(secret, recipient.MessageId, timestamp, body));
        return [await WebPost.SendAsync(http, request, time, readAnswer: null, cancellationToken).ConfigureAwait(false)];
    }

    public void Dispose() => http.Dispose();

    /// <summary>The value of <c>webhook-signature</c> for a body.</summary>
    internal static string Sign(byte[] secret, string id, string timestamp, ReadOnlySpan<byte> body)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, secret);
        hmac.AppendData(Encoding.UTF8.GetBytes($"{id}.{timestamp}."));
        hmac.AppendData(body);
        return $"v1,{Convert.ToBase64String(hmac.GetHashAndReset())}";
    }

    /// <summary>The key in a <c>whsec_</c> secret; null where it is none.</summary>
    internal static byte[]? KeyOf(string? secret)
    {
        const string prefix = "whsec_";
        var key = new byte[64];
        return secret is not null && secret.StartsWith(prefix, StringComparison.Ordinal)
            && Convert.TryFromBase64String(secret[prefix.Length..], key, out var length) && length >= 24
                ? key[..length]
                : null;
    }

    private static Uri? UriOf(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.UserInfo.Length == 0 ? uri : null;

    private byte[]? SecretFor(Uri uri) => KeyOf(options.Secrets.GetValueOrDefault(uri.Host) ?? options.Secret);

    private static byte[] BodyOf(AlertDispatch dispatch, DispatchRecipient recipient)
    {
        var alert = dispatch.Alert;
        using var buffer = new MemoryStream(2048);
        using (var json = new Utf8JsonWriter(buffer, Readable))
        {
            json.WriteStartObject();
            json.WriteString("type", "alliancenotify.alert.v1");
            json.WriteString("timestamp", alert.MadeAt.UtcDateTime);
            json.WriteStartObject("data");
            json.WriteString("alertId", alert.Id.Value);
            json.WriteString("situationId", alert.Situation.Value);
            json.WriteNumber("revision", alert.Revision);
            json.WriteString("kind", Kebab(alert.Kind));
            json.WriteString("mode", Kebab(alert.Mode));
            json.WriteString("category", alert.Category.Value);
            json.WriteString("urgency", Kebab(alert.Urgency));
            json.WriteNumber("round", dispatch.Round);
            json.WriteStartObject("marking");
            json.WriteString("label", alert.Marking.Label);
            json.WriteString("tlp", Kebab(alert.Marking.Tlp));
            json.WriteEndObject();
            json.WriteString("language", dispatch.Content.Language);
            json.WriteString("subject", dispatch.Content.Subject);
            json.WriteStartArray("texts");
            foreach (var text in alert.Texts)
            {
                json.WriteStartObject();
                json.WriteString("language", text.Language);
                json.WriteString("title", text.Title);
                json.WriteString("body", text.Body);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            WriteLocation(json, alert.Location);
            json.WriteString("observedAt", alert.ObservedAt.UtcDateTime);
            json.WriteString("source", alert.Source);
            json.WriteString("contactId", recipient.Contact.Value);
            json.WriteBoolean("expectsAnswer", alert.ExpectsAnswer);
            json.WriteString("acknowledgeUrl", recipient.AcknowledgeUrl.AbsoluteUri);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static void WriteLocation(Utf8JsonWriter json, ReportLocation? location)
    {
        if (location is null)
        {
            return;
        }

        json.WriteStartObject("location");
        if (location.Name is { } name)
        {
            json.WriteString("name", name);
        }

        if (location is { Latitude: { } latitude, Longitude: { } longitude })
        {
            json.WriteNumber("latitude", latitude);
            json.WriteNumber("longitude", longitude);
        }

        if (location.RadiusKm is { } radius)
        {
            json.WriteNumber("radiusKm", radius);
        }

        json.WriteEndObject();
    }

    private static string Kebab<TEnum>(TEnum value)
        where TEnum : struct, Enum => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());
}
