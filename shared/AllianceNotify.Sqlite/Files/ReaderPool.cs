using System.Collections.Concurrent;

namespace AllianceNotify.Sqlite.Files;

/// <summary>A few connections that read committed snapshots beside the writer. Opened as needed, one caller at a time each.</summary>
internal sealed class ReaderPool(SqliteOptions options) : IDisposable
{
    private readonly SemaphoreSlim slots = new(options.Readers);
    private readonly ConcurrentStack<FileConnection> idle = new();
    private volatile bool closed;

    public async ValueTask<T> ReadAsync<T>(Func<FileConnection, T> read, CancellationToken cancellationToken)
    {
        await slots.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(closed, typeof(SqliteDatabase));
            if (!idle.TryPop(out var connection))
            {
                connection = FileConnection.OpenReader(options);
            }

            try
            {
                return read(connection);
            }
            finally
            {
                idle.Push(connection);
            }
        }
        finally
        {
            slots.Release();
        }
    }

    /// <summary>Waits for the reads under way; later ones find the pool closed.</summary>
    public void Dispose()
    {
        closed = true;
        for (var i = 0; i < options.Readers; i++)
        {
            slots.Wait();
        }

        while (idle.TryPop(out var connection))
        {
            connection.Dispose();
        }

        slots.Release(options.Readers);
    }
}
