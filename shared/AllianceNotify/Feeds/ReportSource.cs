using System.Text.Json.Serialization;
using AllianceNotify.Contacts;
using AllianceNotify.Reports;
using AllianceNotify.Situations;
using AllianceNotify.Storage;

namespace AllianceNotify.Feeds;

[JsonConverter(typeof(StringIdJsonConverter<SourceId>))]
public readonly record struct SourceId(string Value) : IStringId<SourceId>
{
    public static SourceId Of(string value) => new(value);

    public override string ToString() => Value;
}

[JsonConverter(typeof(KebabEnumConverter<SourceKind>))]
public enum SourceKind
{
    /// <summary>Sends its reports itself; only its silence is watched.</summary>
    Reports,

    /// <summary>A file or feed that is fetched again and again: any format that the hub reads, or an Atom or RSS index of such files.</summary>
    Feed,

    /// <summary>A TAXII 2.1 collection (§5.4), its address ending in <c>/objects/</c>.</summary>
    Taxii,
}

/// <summary>A system that is expected to report, and how to get its reports where it does not send them.</summary>
public sealed record ReportSource
{
    public required SourceId Id { get; init; }

    public required LocalizedText Name { get; init; }

    public required SourceKind Kind { get; init; }

    /// <summary>What its reports have as their source; for <see cref="SourceKind.Reports"/>.</summary>
    public string? ReportsAs { get; init; }

    /// <summary>Where it is fetched from.</summary>
    public Uri? Address { get; init; }

    /// <summary>Between two fetches; 10 seconds to 1 day.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Longest silence before the duty desk is asked to look; null: it may be silent.</summary>
    public TimeSpan? Heartbeat { get; init; }

    public bool IsEnabled { get; init; } = true;
}

/// <summary>What is known of a source's reports.</summary>
public sealed record SourceStatus
{
    public required SourceId Id { get; init; }

    /// <summary>When the hub began to expect it: silence counts from here, and what a feed says of the time before by more than a day is history.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>Its last report, or the last fetch that worked.</summary>
    public DateTimeOffset? LastHeard { get; init; }

    public DateTimeOffset? LastFetchAt { get; init; }

    public DateTimeOffset? NextFetchAt { get; init; }

    /// <summary>Why the last fetch did not work, or what of its answer could not be read.</summary>
    public string? LastError { get; init; }

    /// <summary>Fetches in a row that did not work.</summary>
    public int Failures { get; init; }

    /// <summary>The situation that tells of its silence, while it lasts.</summary>
    public SituationId? Silent { get; init; }

    /// <summary>Version of what was fetched last, as its server names it.</summary>
    public string? ETag { get; init; }

    public string? LastModified { get; init; }

    /// <summary>TAXII: objects added later are new.</summary>
    public string? AddedAfter { get; init; }
}

/// <summary>The sources: partition <c>all</c>, row = source id.</summary>
public sealed class SourceTable(IEntityStore store)
    : DirectoryTable<SourceId, ReportSource>(store, "Sources", FeedsJson.Default.ReportSource, source => source.Id);

/// <summary>What is known of each source, apart from what administrators edit; and the entries of feeds that were fetched already.</summary>
public sealed class SourceStatusTable(IEntityStore store)
{
    private const string Partition = "all";

    private static readonly TableName Seen = new("FeedEntries");

    private readonly JsonTable<SourceStatus> statuses = new(store, new TableName("SourceStatus"), FeedsJson.Default.SourceStatus);

    public ValueTask<Versioned<SourceStatus>?> GetAsync(SourceId id, CancellationToken cancellationToken) =>
        statuses.GetAsync(Partition, id.Value, cancellationToken);

    /// <summary>False where somebody else was faster.</summary>
    public async ValueTask<bool> TryWriteAsync(SourceStatus status, ETag? ifMatch, CancellationToken cancellationToken) =>
        (ifMatch is { } etag
            ? await statuses.ReplaceAsync(Partition, status.Id.Value, status, etag, cancellationToken).ConfigureAwait(false)
            : await statuses.InsertAsync(Partition, status.Id.Value, status, cancellationToken).ConfigureAwait(false)) is WriteResult.Applied;

    /// <summary>Changes what is there now, however often others change it meanwhile.</summary>
    public async Task ChangeAsync(SourceId id, DateTimeOffset now, Func<SourceStatus, SourceStatus> change, CancellationToken cancellationToken)
    {
        while (true)
        {
            var current = await GetAsync(id, cancellationToken).ConfigureAwait(false);
            if (await TryWriteAsync(change(current?.Value ?? new SourceStatus { Id = id, Since = now }), current?.ETag, cancellationToken).ConfigureAwait(false))
            {
                return;
            }
        }
    }

    public async ValueTask<bool> IsSeenAsync(SourceId id, string entry, CancellationToken cancellationToken) =>
        await store.GetAsync(Seen, id.Value, DeterministicId.Of("e-", entry), cancellationToken).ConfigureAwait(false) is not null;

    public async ValueTask MarkSeenAsync(SourceId id, string entry, CancellationToken cancellationToken) =>
        await store.WriteAsync(Seen, id.Value, new EntityWrite.Upsert(DeterministicId.Of("e-", entry), "{}"u8.ToArray()), cancellationToken).ConfigureAwait(false);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ReportSource))]
[JsonSerializable(typeof(SourceStatus))]
internal sealed partial class FeedsJson : JsonSerializerContext;
