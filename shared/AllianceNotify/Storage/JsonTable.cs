using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace AllianceNotify.Storage;

/// <summary>A record with the version it was read at.</summary>
public readonly record struct Versioned<T>(T Value, ETag ETag, string Row);

/// <summary>One kind of record in one table, as JSON. The typed tables build on it and own their keys.</summary>
public sealed class JsonTable<T>(IEntityStore store, TableName table, JsonTypeInfo<T> typeInfo)
    where T : class
{
    public IEntityStore Store => store;

    public TableName Name => table;

    public ReadOnlyMemory<byte> Serialize(T value) => JsonSerializer.SerializeToUtf8Bytes(value, typeInfo);

    public T Deserialize(ReadOnlyMemory<byte> body) =>
        JsonSerializer.Deserialize(body.Span, typeInfo) ?? throw new InvalidDataException($"A {typeof(T).Name} in table {table} is null.");

    public async ValueTask<Versioned<T>?> GetAsync(string partition, string row, CancellationToken cancellationToken) =>
        await store.GetAsync(table, partition, row, cancellationToken) is { } entity
            ? new Versioned<T>(Deserialize(entity.Body), entity.ETag, entity.Row)
            : null;

    public ValueTask<WriteResult> InsertAsync(string partition, string row, T value, CancellationToken cancellationToken) =>
        store.WriteAsync(table, partition, new EntityWrite.Insert(row, Serialize(value)), cancellationToken);

    public ValueTask<WriteResult> ReplaceAsync(string partition, string row, T value, ETag ifMatch, CancellationToken cancellationToken) =>
        store.WriteAsync(table, partition, new EntityWrite.Replace(row, Serialize(value), ifMatch), cancellationToken);

    public ValueTask<WriteResult> UpsertAsync(string partition, string row, T value, CancellationToken cancellationToken) =>
        store.WriteAsync(table, partition, new EntityWrite.Upsert(row, Serialize(value)), cancellationToken);

    public ValueTask<WriteResult> DeleteAsync(string partition, string row, ETag? ifMatch, CancellationToken cancellationToken) =>
        store.WriteAsync(table, partition, new EntityWrite.Delete(row, ifMatch), cancellationToken);

    public async IAsyncEnumerable<Versioned<T>> QueryAsync(
        string partition, RowRange range, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var entity in store.QueryAsync(table, partition, range, cancellationToken).ConfigureAwait(false))
        {
            yield return new Versioned<T>(Deserialize(entity.Body), entity.ETag, entity.Row);
        }
    }
}
