using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace AllianceNotify.Sqlite.Files;

/// <summary>
/// A prepared statement, bound by position. Used directly rather than through ADO.NET because the writer runs several
/// hundred of them between two disk flushes, and there the command objects would cost more than SQLite does.
/// </summary>
internal sealed class Statement : IDisposable
{
    private readonly sqlite3 database;
    private readonly sqlite3_stmt handle;

    public Statement(sqlite3 database, string sql)
    {
        this.database = database;
        Check(raw.sqlite3_prepare_v3(database, sql, raw.SQLITE_PREPARE_PERSISTENT, out handle));
    }

    public Statement Bind(int index, long value)
    {
        Check(raw.sqlite3_bind_int64(handle, index, value));
        return this;
    }

    public Statement Bind(int index, long? value)
    {
        Check(value is { } number ? raw.sqlite3_bind_int64(handle, index, number) : raw.sqlite3_bind_null(handle, index));
        return this;
    }

    public Statement Bind(int index, string? value)
    {
        Check(value is null ? raw.sqlite3_bind_null(handle, index) : raw.sqlite3_bind_text(handle, index, value));
        return this;
    }

    public Statement Bind(int index, ReadOnlySpan<byte> value)
    {
        // An empty span has no address, and SQLite takes that for NULL.
        Check(value.IsEmpty ? raw.sqlite3_bind_zeroblob(handle, index, 0) : raw.sqlite3_bind_blob(handle, index, value));
        return this;
    }

    /// <summary>Runs to the end and resets. The number of rows changed.</summary>
    public int Run()
    {
        try
        {
            while (Step())
            {
            }

            return raw.sqlite3_changes(database);
        }
        finally
        {
            Reset();
        }
    }

    /// <summary>The first row, or null.</summary>
    public T? ReadOne<T>(Func<Statement, T> read)
        where T : class
    {
        try
        {
            return Step() ? read(this) : null;
        }
        finally
        {
            Reset();
        }
    }

    /// <summary>The first column of the first row, or null.</summary>
    public long? ReadInteger()
    {
        try
        {
            return Step() ? Integer(0) : null;
        }
        finally
        {
            Reset();
        }
    }

    public List<T> ReadAll<T>(Func<Statement, T> read)
    {
        try
        {
            var rows = new List<T>();
            while (Step())
            {
                rows.Add(read(this));
            }

            return rows;
        }
        finally
        {
            Reset();
        }
    }

    /// <summary>True where there is a row. The caller resets when it has read enough: an open read holds its snapshot.</summary>
    public bool Step() => raw.sqlite3_step(handle) switch
    {
        raw.SQLITE_ROW => true,
        raw.SQLITE_DONE => false,
        var code => throw Error(code),
    };

    public void Reset()
    {
        // Answers the error of the last step once more; that has been thrown already.
        _ = raw.sqlite3_reset(handle);
    }

    public long Integer(int column) => raw.sqlite3_column_int64(handle, column);

    public bool IsNull(int column) => raw.sqlite3_column_type(handle, column) == raw.SQLITE_NULL;

    public string Text(int column) => raw.sqlite3_column_text(handle, column).utf8_to_string();

    /// <summary>Valid until the next step or reset.</summary>
    public ReadOnlySpan<byte> Blob(int column) => raw.sqlite3_column_blob(handle, column);

    public void Dispose() => handle.Dispose();

    private void Check(int code)
    {
        if (code != raw.SQLITE_OK)
        {
            throw Error(code);
        }
    }

    private SqliteException Error(int code) => FileConnection.Error(database, code);
}
