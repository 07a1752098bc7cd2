using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;
using AllianceNotify.Storage;

namespace AllianceNotify.Messaging;

/// <summary>
/// One piece of work that a stage gave up on while the rest of its message went through. A queue sets aside whole messages;
/// what failed inside one is kept here, and whole messages where the queue's receiver cannot set one aside.
/// </summary>
public sealed record StoredDeadLetter
{
    /// <summary>Made from the work and when it was planned: setting the same work aside twice is doing it once. Sorts by that time.</summary>
    public required string Id { get; init; }

    /// <summary>The queue whose message it would be again.</summary>
    public required string Queue { get; init; }

    /// <summary>That message's JSON; empty where <see cref="Message"/> is there.</summary>
    public required string Body { get; init; }

    /// <summary>The body of a whole message that was set aside, byte for byte; null for a part of one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] // Or the generated serializer writes no bytes for null.
    public byte[]? Message { get; init; }

    public required Lane Lane { get; init; }

    /// <summary>For a person to act on.</summary>
    public required string Reason { get; init; }

    public required int Attempts { get; init; }

    public required DateTimeOffset PlannedAt { get; init; }

    public required DateTimeOffset DeadAt { get; init; }

    public static string IdOf(DateTimeOffset plannedAt, params ReadOnlySpan<string> parts) =>
        DeterministicId.Of(plannedAt.UtcDateTime.ToString("yyyyMMdd'T'HHmmssfff'-'", CultureInfo.InvariantCulture), parts);
}

/// <summary>Stored dead letters: one partition, row = id, so that a range read lists them oldest first.</summary>
public sealed class DeadLetterTable(IEntityStore store)
{
    private const string Partition = "all";

    private readonly JsonTable<StoredDeadLetter> table = new(store, new TableName("DeadLetters"), StoredDeadLetterJson.Default.StoredDeadLetter);

    /// <summary>False where it was there already.</summary>
    public async ValueTask<bool> AddAsync(StoredDeadLetter letter, CancellationToken cancellationToken) =>
        await table.InsertAsync(Partition, letter.Id, letter, cancellationToken).ConfigureAwait(false) is WriteResult.Applied;

    public ValueTask<Versioned<StoredDeadLetter>?> GetAsync(string id, CancellationToken cancellationToken) =>
        table.GetAsync(Partition, id, cancellationToken);

    /// <summary>Oldest first, after the one named (null: from the start).</summary>
    public async IAsyncEnumerable<StoredDeadLetter> ListAsync(
        string? after, int max, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var range = new RowRange(after is null ? null : after + '!', Take: max);
        await foreach (var letter in table.QueryAsync(Partition, range, cancellationToken).ConfigureAwait(false))
        {
            yield return letter.Value;
        }
    }

    public async ValueTask<bool> RemoveAsync(Versioned<StoredDeadLetter> letter, CancellationToken cancellationToken) =>
        await table.DeleteAsync(Partition, letter.Row, letter.ETag, cancellationToken).ConfigureAwait(false) is WriteResult.Applied;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(StoredDeadLetter))]
internal sealed partial class StoredDeadLetterJson : JsonSerializerContext;
