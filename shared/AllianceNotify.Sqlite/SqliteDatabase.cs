using AllianceNotify.Sqlite.Commits;
using AllianceNotify.Sqlite.Files;
using AllianceNotify.Sqlite.Messages;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace AllianceNotify.Sqlite;

/// <summary>
/// The embedded file: one writer that commits in groups, a few readers beside it. Belongs to one serving process;
/// <see cref="SqliteOptions.Exclusive"/> false opens it beside that one.
/// </summary>
public sealed partial class SqliteDatabase : IDisposable
{
    private readonly ServingLock? servingLock;
    private readonly FileConnection connection;
    private readonly ReaderPool readers;
    private readonly Writer writer;
    private int disposed;

    private SqliteDatabase(ServingLock? servingLock, FileConnection connection, SqliteOptions options, TimeProvider time, ILogger logger)
    {
        this.servingLock = servingLock;
        this.connection = connection;
        Time = time;
        var epoch = Schema.Open(connection, options.Path);
        if (options.Exclusive)
        {
            ReleaseLeases(connection, time, logger);
        }

        readers = new ReaderPool(options);
        writer = new Writer(connection, options, time, logger, epoch);
    }

    internal TimeProvider Time { get; }

    /// <summary>Opens the file, which is made where there is none.</summary>
    /// <exception cref="OptionsValidationException">The options are wrong; all mistakes are listed.</exception>
    /// <exception cref="InvalidOperationException">Another process serves the file, or it is not one of ours.</exception>
    public static SqliteDatabase Open(SqliteOptions options, TimeProvider time, ILogger<SqliteDatabase>? logger = null)
    {
        Validate(options);
        PrivateFiles.Make(Path.GetFullPath(options.Path));
        var servingLock = options.Exclusive ? ServingLock.Take(options.Path) : null;
        FileConnection? connection = null;
        try
        {
            connection = FileConnection.OpenWriter(options);
            return new SqliteDatabase(servingLock, connection, options, time, logger ?? NullLogger<SqliteDatabase>.Instance);
        }
        catch
        {
            connection?.Dispose();
            servingLock?.Dispose();
            throw;
        }
    }

    /// <summary>Finishes the writes that have been taken, copies the log into the file and gives the file free.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 0)
        {
            writer.Dispose();
            readers.Dispose();
            connection.Dispose();
            servingLock?.Dispose();
        }
    }

    internal Task<T> WriteAsync<T>(PendingWrite<T> write, CancellationToken cancellationToken) => writer.SubmitAsync(write, cancellationToken);

    internal ValueTask<T> ReadAsync<T>(Func<FileConnection, T> read, CancellationToken cancellationToken) => readers.ReadAsync(read, cancellationToken);

    private static void Validate(SqliteOptions options)
    {
        var results = new[] { new SqliteOptionsRanges().Validate(null, options), new SqliteOptionsRules().Validate(null, options) };
        var mistakes = results.Where(result => result.Failed).SelectMany(result => result.Failures ?? []).ToList();
        if (mistakes.Count > 0)
        {
            throw new OptionsValidationException(nameof(SqliteOptions), typeof(SqliteOptions), mistakes);
        }
    }

    private static void ReleaseLeases(FileConnection connection, TimeProvider time, ILogger logger)
    {
        connection.Begin();
        try
        {
            var released = MessageSql.ReleaseAll(connection, time.GetUtcNow().UtcTicks);
            connection.Commit();
            if (released > 0)
            {
                Log.LeasesReleased(logger, released);
            }
        }
        catch
        {
            connection.RollBack();
            throw;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "{Messages} messages that an earlier process had in hand are free again.")]
        public static partial void LeasesReleased(ILogger logger, int messages);
    }
}
