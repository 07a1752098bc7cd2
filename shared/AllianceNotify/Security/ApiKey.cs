using System.Security.Cryptography;
using System.Text;

namespace AllianceNotify.Security;

/// <summary>An API key as stored. The secret itself is shown once, when the key is made, and never stored.</summary>
public sealed record ApiKey
{
    public required ApiKeyId Id { get; init; }

    /// <summary>1 to 100 characters; names the system or person that holds the key.</summary>
    public required string Name { get; init; }

    public required HubRole Role { get; init; }

    /// <summary>Sources a <see cref="HubRole.Reporter"/> may report as; empty: any.</summary>
    public IReadOnlyList<string> Sources { get; init; } = [];

    public Reader? Reader { get; init; }

    /// <summary>SHA-256 of the secret's ASCII text. Unsalted and fast on purpose: the secret is 256 random bits.</summary>
    public required byte[] SecretHash { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required string CreatedBy { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public DateTimeOffset? RevokedAt { get; init; }

    /// <summary>To within <see cref="ApiKeyTable.LastUsedResolution"/>.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }

    public bool IsGoodAt(DateTimeOffset now) => RevokedAt is null && (ExpiresAt is not { } end || now < end);

    /// <summary>Compares in time that does not depend on where the secrets differ.</summary>
    public bool Matches(ApiKeyText presented) => CryptographicOperations.FixedTimeEquals(SecretHash, HashOf(presented.Secret));

    internal static byte[] HashOf(string secret) => SHA256.HashData(Encoding.ASCII.GetBytes(secret));
}

/// <summary>A key as its holder presents it: <c>ank_ID_SECRET</c>, 16 and 52 characters of lower-case base 32.</summary>
public readonly record struct ApiKeyText(ApiKeyId Id, string Secret)
{
    private const string Prefix = "ank_";
    private const int IdBytes = 10, SecretBytes = 32, IdChars = 16, SecretChars = 52;
    private static readonly System.Buffers.SearchValues<char> Base32 = System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyz234567");

    public static ApiKeyText New() => new(
        new ApiKeyId(DeterministicId.Random(Prefix, IdBytes)), DeterministicId.Random("", SecretBytes));

    /// <summary>Null for text that no key has the form of; nothing needs to be looked up for it.</summary>
    public static ApiKeyText? Parse(string text)
    {
        var rest = text.AsSpan();
        if (rest.Length != Prefix.Length + IdChars + 1 + SecretChars
            || !rest.StartsWith(Prefix, StringComparison.Ordinal)
            || rest[Prefix.Length + IdChars] != '_')
        {
            return null;
        }

        var id = rest[..(Prefix.Length + IdChars)];
        var secret = rest[(Prefix.Length + IdChars + 1)..];
        return id[Prefix.Length..].ContainsAnyExcept(Base32) || secret.ContainsAnyExcept(Base32)
            ? null
            : new ApiKeyText(new ApiKeyId(id.ToString()), secret.ToString());
    }

    /// <summary>The whole key, secret included: only for the answer that shows it once.</summary>
    public string Reveal() => $"{Id}_{Secret}";

    /// <summary>Never the secret, so that a logged value gives nothing away.</summary>
    public override string ToString() => Id.Value;
}
