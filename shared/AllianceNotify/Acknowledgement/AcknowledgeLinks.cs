using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AllianceNotify.Contacts;
using AllianceNotify.Situations;

namespace AllianceNotify.Acknowledgement;

/// <summary>
/// The personal links of an alert's acknowledge page: an HMAC-SHA-256 over alert, contact and expiry. A link is good for one
/// contact and one alert until it expires, and for nothing else.
/// </summary>
/// <param name="key">At least 32 random bytes, kept with the hub's other secrets.</param>
/// <param name="publicBase">Where readers reach the hub, with no trailing slash needed.</param>
public sealed class AcknowledgeLinks(byte[] key, Uri publicBase)
{
    private const string Purpose = "alliancenotify/acknowledge/v1";

    /// <summary>From an alert's making to the end of its links.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(7);

    public Uri UrlFor(AlertId alert, ContactId contact, DateTimeOffset expires) =>
        new($"{publicBase.AbsoluteUri.TrimEnd('/')}/a/{TokenFor(alert, contact, expires)}");

    /// <summary>The alert's page behind sign-in, for messages that several people receive: who answers is who signed in.</summary>
    public Uri SignInUrlFor(AlertId alert) => new($"{publicBase.AbsoluteUri.TrimEnd('/')}/alerts/{Uri.EscapeDataString(alert.Value)}");

    public string TokenFor(AlertId alert, ContactId contact, DateTimeOffset expires)
    {
        var payload = Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture, $"{alert.Value}\n{contact.Value}\n{expires.ToUnixTimeSeconds()}"));
        return $"{Base64Url.EncodeToString(payload)}.{Base64Url.EncodeToString(Sign(payload))}";
    }

    public AcknowledgeToken Read(string token, DateTimeOffset now)
    {
        var dot = token.IndexOf('.', StringComparison.Ordinal);
        if (dot <= 0 || token.Length > 1024 || !Base64Url.IsValid(token.AsSpan(0, dot)) || !Base64Url.IsValid(token.AsSpan(dot + 1)))
        {
            return new AcknowledgeToken.Invalid();
        }

        var payload = Base64Url.DecodeFromChars(token.AsSpan(0, dot));
        if (!CryptographicOperations.FixedTimeEquals(Sign(payload), Base64Url.DecodeFromChars(token.AsSpan(dot + 1))))
        {
            return new AcknowledgeToken.Invalid();
        }

        var parts = Encoding.UTF8.GetString(payload).Split('\n');
        var expires = DateTimeOffset.FromUnixTimeSeconds(long.Parse(parts[2], CultureInfo.InvariantCulture));
        return now >= expires
            ? new AcknowledgeToken.Expired(new AlertId(parts[0]), expires)
            : new AcknowledgeToken.Valid(new AlertId(parts[0]), new ContactId(parts[1]), expires);
    }

    private byte[] Sign(byte[] payload)
    {
        var message = new byte[Purpose.Length + 1 + payload.Length];
        Encoding.ASCII.GetBytes(Purpose, message);
        payload.CopyTo(message, Purpose.Length + 1);
        return HMACSHA256.HashData(key, message);
    }
}

/// <summary>What a token from a link turned out to be.</summary>
public abstract record AcknowledgeToken
{
    private AcknowledgeToken()
    {
    }

    public sealed record Valid(AlertId Alert, ContactId Contact, DateTimeOffset Expires) : AcknowledgeToken;

    public sealed record Expired(AlertId Alert, DateTimeOffset Since) : AcknowledgeToken;

    public sealed record Invalid : AcknowledgeToken;
}
