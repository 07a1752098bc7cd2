using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;

namespace AllianceNotify.Storage;

/// <summary>
/// Copies one store into another: everything, as it is, in batches that may be repeated. A record in the target says how far the copy
/// is; while it is there the copy is not whole, a further run goes on from it, and no hub serves from that store.
/// </summary>
public sealed class CopyStore(IEntityDump source, IEntityStore target, IEntityDump targetDump, TimeProvider time)
{
    private const string StatePartition = "state";
    private const string StateRow = "copy";
    private const int ConcurrentBatches = 16;
    private static readonly TableName StateTable = new("StoreCopy");

    private readonly JsonTable<CopyState> states = new(target, StateTable, CopyJson.Default.CopyState);

    /// <summary>Where an unfinished copy into this store comes from; null where there is none.</summary>
    public static async Task<string?> UnfinishedFromAsync(IEntityStore store, CancellationToken cancellationToken) =>
        (await new JsonTable<CopyState>(store, StateTable, CopyJson.Default.CopyState).GetAsync(StatePartition, StateRow, cancellationToken)
            .ConfigureAwait(false))?.Value.Source;

    /// <summary>Records a table, by the tables' names.</summary>
    public static async Task<SortedDictionary<string, long>> CountAsync(IEntityDump dump, CancellationToken cancellationToken)
    {
        var counts = new SortedDictionary<string, long>(StringComparer.Ordinal);
        await foreach (var item in RecordsAsync(dump, null, cancellationToken).ConfigureAwait(false))
        {
            counts[item.Table.Value] = counts.GetValueOrDefault(item.Table.Value) + 1;
        }

        return counts;
    }

    /// <param name="sourceName">Says which store is copied; a copy that was interrupted goes on only from the same one.</param>
    /// <param name="overwrite">Whether the target may hold records: those of the same keys are overwritten, others stay.</param>
    /// <param name="copied">Is told how many records have been copied.</param>
    /// <param name="cancellationToken">Interrupts; a later run goes on.</param>
    public async Task<CopyResult> RunAsync(string sourceName, bool overwrite, Action<long> copied, CancellationToken cancellationToken)
    {
        var state = (await states.GetAsync(StatePartition, StateRow, cancellationToken).ConfigureAwait(false))?.Value;
        if (state is not null && state.Source != sourceName)
        {
            return new CopyResult.OtherUnfinished(state.Source);
        }

        if (state is null)
        {
            if (!overwrite && await RecordsAsync(targetDump, null, cancellationToken).AnyAsync(cancellationToken).ConfigureAwait(false))
            {
                return new CopyResult.NotEmpty();
            }

            state = new CopyState { Source = sourceName, StartedAt = time.GetUtcNow(), Overwrites = overwrite };
            await SaveAsync(state, cancellationToken).ConfigureAwait(false);
        }

        state = await CopyAsync(state, copied, cancellationToken).ConfigureAwait(false);
        var comparison = await StoreComparison.RunAsync(
            RecordsAsync(source, null, cancellationToken), RecordsAsync(targetDump, null, cancellationToken)).ConfigureAwait(false);
        if (comparison.Missing.Count + comparison.Different.Count > 0 || (comparison.Further > 0 && !state.Overwrites))
        {
            await SaveAsync(state with { Position = null, Copied = 0 }, cancellationToken).ConfigureAwait(false);
            return new CopyResult.Differs(comparison);
        }

        await states.DeleteAsync(StatePartition, StateRow, null, cancellationToken).ConfigureAwait(false);
        return new CopyResult.Done(comparison);
    }

    private async Task<CopyState> CopyAsync(CopyState state, Action<long> copied, CancellationToken cancellationToken)
    {
        await foreach (var round in BatchesAsync(state.Position, cancellationToken).Chunk(ConcurrentBatches).ConfigureAwait(false))
        {
            await Parallel.ForEachAsync(
                round,
                new ParallelOptions { MaxDegreeOfParallelism = ConcurrentBatches, CancellationToken = cancellationToken },
                async (batch, token) => await target.WriteBatchAsync(
                    batch[0].Table,
                    batch[0].Entity.Partition,
                    [.. batch.Select(item => new EntityWrite.Upsert(item.Entity.Row, item.Entity.Body))],
                    token).ConfigureAwait(false)).ConfigureAwait(false);
            state = state with { Position = round[^1][^1].Position, Copied = state.Copied + round.Sum(batch => batch.Count) };
            await SaveAsync(state, cancellationToken).ConfigureAwait(false);
            copied(state.Copied);
        }

        return state;
    }

    /// <summary>Records of one partition, as many as the target takes at once.</summary>
    private async IAsyncEnumerable<List<DumpedEntity>> BatchesAsync(string? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var batch = new List<DumpedEntity>();
        var bytes = 0;
        await foreach (var item in RecordsAsync(source, after, cancellationToken).ConfigureAwait(false))
        {
            if (batch.Count > 0
                && (batch.Count == IEntityStore.MaxBatch || bytes + item.Entity.Body.Length > EntityLimits.MaxBatchBytes
                    || batch[0].Table != item.Table || batch[0].Entity.Partition != item.Entity.Partition))
            {
                yield return batch;
                (batch, bytes) = ([], 0);
            }

            batch.Add(item);
            bytes += item.Entity.Body.Length;
        }

        if (batch.Count > 0)
        {
            yield return batch;
        }
    }

    private static IAsyncEnumerable<DumpedEntity> RecordsAsync(IEntityDump dump, string? after, CancellationToken cancellationToken) =>
        dump.DumpAsync(after, cancellationToken).Where(item => item.Table != StateTable);

    private async Task SaveAsync(CopyState state, CancellationToken cancellationToken) =>
        await states.UpsertAsync(StatePartition, StateRow, state, cancellationToken).ConfigureAwait(false);
}

/// <summary>What became of a copy.</summary>
public abstract record CopyResult
{
    private CopyResult()
    {
    }

    /// <summary>All of the source is in the target, byte for byte.</summary>
    public sealed record Done(StoreComparison Comparison) : CopyResult;

    /// <summary>Nothing was written: the target holds records.</summary>
    public sealed record NotEmpty : CopyResult;

    /// <summary>Nothing was written: a copy from another store has begun here and has not ended.</summary>
    public sealed record OtherUnfinished(string Source) : CopyResult;

    /// <summary>Somebody wrote to one of the stores meanwhile. The next run copies everything again.</summary>
    public sealed record Differs(StoreComparison Comparison) : CopyResult;
}

internal sealed record CopyState
{
    public required string Source { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required bool Overwrites { get; init; }

    /// <summary>Of the last record of the source that is in the target with all before it; null: none is.</summary>
    public string? Position { get; init; }

    public long Copied { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CopyState))]
internal sealed partial class CopyJson : JsonSerializerContext;
