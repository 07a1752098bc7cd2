using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace AllianceNotify.Delivery.Channels;

/// <summary>Standard Webhooks 1.0 signatures, scheme v1: HMAC-SHA-256 over <c>id.timestamp.body</c>.</summary>
internal static class WebhookSignature
{
    private const string Prefix = "whsec_";
    private const int LeastBytes = 24;
    private const int MostBytes = 64;

    /// <summary>The keys in one or more <c>whsec_</c> secrets with spaces between them; null where one of them is none.</summary>
    public static IReadOnlyList<byte[]>? KeysOf(string secrets)
    {
        var written = secrets.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var keys = written.Select(KeyOf).OfType<byte[]>().ToList();
        return keys.Count > 0 && keys.Count == written.Length ? keys : null;
    }

    private static byte[]? KeyOf(string secret)
    {
        if (!secret.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return null;
        }

        var key = new byte[secret.Length];
        return Convert.TryFromBase64String(secret[Prefix.Length..], key, out var length) && length is >= LeastBytes and <= MostBytes ? key[..length] : null;
    }

    /// <summary>The <c>webhook-signature</c> header: one signature a key.</summary>
    public static string Header(IEnumerable<byte[]> keys, string id, long timestamp, ReadOnlySpan<byte> body)
    {
        var head = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{timestamp}."));
        var signed = new byte[head.Length + body.Length];
        head.CopyTo(signed, 0);
        body.CopyTo(signed.AsSpan(head.Length));
        return string.Join(' ', keys.Select(key => $"v1,{Convert.ToBase64String(HMACSHA256.HashData(key, signed))}"));
    }
}
