using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;

namespace AllianceNotify.Audit;

/// <summary>
/// What somebody orders. Ids and names of things only: no text that a marking protects, no secret, no address.
/// </summary>
/// <param name="ActorId">Stable id: an API key's, <c>contact:ID</c>, <c>local</c>, or <c>command-line</c>.</param>
/// <param name="ActorName">What people read.</param>
/// <param name="Action">Verb and noun in kebab case: <c>change-contact</c>.</param>
/// <param name="Subject">What it is done to: <c>contacts/c-1</c>.</param>
/// <param name="Detail">What else a reviewer must know, such as a new key's role.</param>
public sealed record AuditOrder(string ActorId, string ActorName, string Action, string Subject, string? Detail = null);

/// <summary>One entry of the audit log. <see cref="Hash"/> covers every other property and the entry before.</summary>
public sealed record AuditEntry
{
    /// <summary>The action of an entry that says that an earlier one (<see cref="Of"/>) came to nothing.</summary>
    public const string NotDone = "not-done";

    /// <summary><see cref="Previous"/> of the first entry.</summary>
    public static readonly string Beginning = new('0', 64);

    /// <summary>1 for the first entry; no number is left out.</summary>
    public required long Number { get; init; }

    /// <summary>Never before the entry before.</summary>
    public required DateTimeOffset At { get; init; }

    public required string ActorId { get; init; }

    public required string ActorName { get; init; }

    public required string Action { get; init; }

    public required string Subject { get; init; }

    public string? Detail { get; init; }

    /// <summary>The entry that this one is about; null where it stands alone.</summary>
    public long? Of { get; init; }

    /// <summary>Hash of the entry before.</summary>
    public required string Previous { get; init; }

    /// <summary>SHA-256 in lower-case hexadecimal.</summary>
    public string Hash { get; init; } = "";

    public AuditEntry Sealed() => this with { Hash = ComputeHash() };

    /// <summary>Each property by its length and its UTF-8, so that no two entries share a form.</summary>
    public string ComputeHash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        AddNumber(hash, Number);
        AddNumber(hash, At.UtcTicks);
        AddNumber(hash, Of ?? 0);
        foreach (var text in new[] { ActorId, ActorName, Action, Subject, Detail, Previous })
        {
            var bytes = text is null ? null : Encoding.UTF8.GetBytes(text);
            AddNumber(hash, bytes?.Length ?? -1);
            hash.AppendData(bytes ?? []);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void AddNumber(IncrementalHash hash, long number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, number);
        hash.AppendData(bytes);
    }
}

/// <summary>The last entry, written in one batch with it.</summary>
internal sealed record AuditHead(long Number, string Hash, DateTimeOffset At);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AuditEntry))]
[JsonSerializable(typeof(AuditHead))]
internal sealed partial class AuditJson : JsonSerializerContext;
