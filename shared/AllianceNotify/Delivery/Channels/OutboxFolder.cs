using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using AllianceNotify.Contacts;
using AllianceNotify.Reports;
using AllianceNotify.Situations;

namespace AllianceNotify.Delivery.Channels;

/// <summary>One message in the outbox: what it is and to whom. Its bodies are files of their own beside it.</summary>
public sealed record OutboxEntry
{
    /// <summary>Time the alert was made and a hash of the Message-ID. Sorts by that time.</summary>
    public required string Id { get; init; }

    public required string MessageId { get; init; }

    public required AlertId Alert { get; init; }

    public required SituationId Situation { get; init; }

    public required ReportMode Mode { get; init; }

    /// <summary>Nobody had said, when it was written, whether it is what <see cref="Mode"/> states.</summary>
    public bool ModeInDoubt { get; init; }

    public required Urgency Urgency { get; init; }

    public required int Round { get; init; }

    /// <summary>The channel it was meant for: <c>outbox</c>, or one that the outbox stands in for.</summary>
    public required string Channel { get; init; }

    public required ContactId Contact { get; init; }

    public required string Address { get; init; }

    public string? DisplayName { get; init; }

    public required string Subject { get; init; }

    public required string Language { get; init; }

    public required DateTimeOffset WrittenAt { get; init; }

    /// <summary>Ends of the names of its bodies, with the dot: <c>.eml</c>, <c>.card.json</c>.</summary>
    public required IReadOnlyList<string> Bodies { get; init; }
}

/// <summary>Entries newest first, and where the next page starts (null: there is none).</summary>
public sealed record OutboxPage(IReadOnlyList<OutboxEntry> Entries, string? Next);

/// <summary>
/// The outbox on disk: a folder a day (UTC, of the alert's making), a few files a message. A message's files are written one
/// by one, each whole or not at all, its entry last; writing a message again overwrites it.
/// </summary>
public sealed partial class OutboxFolder(string path)
{
    private const string EntrySuffix = ".entry.json";

    public static string IdOf(DateTimeOffset madeAt, string messageId) =>
        DeterministicId.Of(madeAt.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z-'", CultureInfo.InvariantCulture), messageId);

    /// <summary>Durable when it returns. <paramref name="bodies"/> are in the order of <see cref="OutboxEntry.Bodies"/>.</summary>
    public async Task WriteAsync(OutboxEntry entry, IReadOnlyList<ReadOnlyMemory<byte>> bodies, CancellationToken cancellationToken)
    {
        var day = Directory.CreateDirectory(DayOf(entry.Id)).FullName;
        for (var i = 0; i < bodies.Count; i++)
        {
            await DurableFile.WriteAsync(Path.Combine(day, entry.Id + entry.Bodies[i]), bodies[i], cancellationToken).ConfigureAwait(false);
        }

        var json = JsonSerializer.SerializeToUtf8Bytes(entry, OutboxJson.Default.OutboxEntry);
        await DurableFile.WriteAsync(Path.Combine(day, entry.Id + EntrySuffix), json, cancellationToken).ConfigureAwait(false);
        DurableFile.SyncDirectory(day);
    }

    /// <summary>Newest first, after the entry named by an earlier page (null: from the newest).</summary>
    /// <exception cref="ArgumentException"><paramref name="after"/> is no entry's id.</exception>
    public async Task<OutboxPage> ListAsync(string? after, int max, CancellationToken cancellationToken)
    {
        if (after is not null && !EntryId.IsMatch(after))
        {
            throw new ArgumentException("Not the id of an outbox entry.", nameof(after));
        }

        var ids = Ids(after).Take(max + 1).ToList();
        var entries = new List<OutboxEntry>();
        foreach (var id in ids.Take(max))
        {
            if (await FindAsync(id, cancellationToken).ConfigureAwait(false) is { } entry)
            {
                entries.Add(entry);
            }
        }

        return new OutboxPage(entries, ids.Count > max ? ids[max - 1] : null);
    }

    /// <summary>Null where there is none of that id, whatever the text holds.</summary>
    public async Task<OutboxEntry?> FindAsync(string id, CancellationToken cancellationToken)
    {
        if (await ReadFileAsync(id, EntrySuffix, cancellationToken).ConfigureAwait(false) is not { } json)
        {
            return null;
        }

        return JsonSerializer.Deserialize(json.Span, OutboxJson.Default.OutboxEntry);
    }

    /// <summary>One body of an entry, by the end of its name; null where there is none.</summary>
    public async Task<ReadOnlyMemory<byte>?> ReadAsync(OutboxEntry entry, string body, CancellationToken cancellationToken) =>
        entry.Bodies.Contains(body, StringComparer.Ordinal) && BodyName.IsMatch(body)
            ? await ReadFileAsync(entry.Id, body, cancellationToken).ConfigureAwait(false)
            : null;

    private IEnumerable<string> Ids(string? after)
    {
        if (!Directory.Exists(path))
        {
            return [];
        }

        return Directory.EnumerateDirectories(path)
            .Select(day => (Path: day, Name: Path.GetFileName(day)))
            .Where(day => DayName.IsMatch(day.Name) && (after is null || string.CompareOrdinal(day.Name, DayNameOf(after)) <= 0))
            .OrderByDescending(day => day.Name, StringComparer.Ordinal)
            .SelectMany(day => Directory.EnumerateFiles(day.Path, "*" + EntrySuffix)
                .Select(file => Path.GetFileName(file)[..^EntrySuffix.Length])
                .Where(id => EntryId.IsMatch(id) && (after is null || string.CompareOrdinal(id, after) < 0))
                .OrderDescending(StringComparer.Ordinal));
    }

    private async Task<ReadOnlyMemory<byte>?> ReadFileAsync(string id, string suffix, CancellationToken cancellationToken)
    {
        if (!EntryId.IsMatch(id))
        {
            return null;
        }

        try
        {
            return await File.ReadAllBytesAsync(Path.Combine(DayOf(id), id + suffix), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private string DayOf(string id) => Path.Combine(path, DayNameOf(id));

    private static string DayNameOf(string id) => $"{id[..4]}-{id[4..6]}-{id[6..8]}";

    [GeneratedRegex(@"\A[0-9]{8}T[0-9]{6}Z-[a-z2-7]{26}\z")]
    private static partial Regex EntryId { get; }

    [GeneratedRegex(@"\A[0-9]{4}-[0-9]{2}-[0-9]{2}\z")]
    private static partial Regex DayName { get; }

    [GeneratedRegex(@"\A(\.[a-z]{1,10}){1,2}\z")]
    private static partial Regex BodyName { get; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(OutboxEntry))]
internal sealed partial class OutboxJson : JsonSerializerContext;
