using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace AllianceNotify.Sqlite;

/// <summary>The embedded store and queue: one SQLite file.</summary>
public sealed class SqliteOptions
{
    /// <summary>The database file, on a local disk (write-ahead logging does not work on network shares). Its folder is made where absent.</summary>
    [Required]
    public string Path { get; set; } = "";

    /// <summary>
    /// Whether this process serves the file: it takes the file's lock, fails where another process has it, and releases
    /// the leases a dead one left. False for tools that open the file beside the serving process.
    /// </summary>
    public bool Exclusive { get; set; } = true;

    /// <summary>Connections that read at the same time.</summary>
    [Range(1, 64)]
    public int Readers { get; set; } = 4;

    /// <summary>Writes that may wait for the writer; further callers wait for room.</summary>
    [Range(1, 65_536)]
    public int PendingWrites { get; set; } = 2048;

    /// <summary>Writes that share one commit at most.</summary>
    [Range(1, 16_384)]
    public int GroupSize { get; set; } = 512;

    /// <summary>How long a write waits for another process that is writing to the file before it fails.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    public TimeSpan BusyTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Bytes in the write-ahead log after which it is copied into the database even under load.</summary>
    [Range(1L << 20, 1L << 32)]
    public long CheckpointBytes { get; set; } = 32L << 20;

    /// <summary>How long nothing must have been written before the write-ahead log is copied into the database.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan IdleCheckpoint { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a waiting receiver may miss what another process (a tool) puts on its queue.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:01:00")]
    public TimeSpan OtherProcessCheck { get; set; } = TimeSpan.FromSeconds(1);
}

[OptionsValidator]
internal sealed partial class SqliteOptionsRanges : IValidateOptions<SqliteOptions>;

/// <summary>What the annotations cannot say.</summary>
internal sealed class SqliteOptionsRules : IValidateOptions<SqliteOptions>
{
    public ValidateOptionsResult Validate(string? name, SqliteOptions options)
    {
        var mistakes = new List<string>();
        if (options.GroupSize > options.PendingWrites)
        {
            mistakes.Add($"GroupSize ({options.GroupSize}) is more than PendingWrites ({options.PendingWrites}), so no group could fill.");
        }

        if (options.Path is { Length: > 0 } path)
        {
            if (path.IndexOfAny(System.IO.Path.GetInvalidPathChars()) >= 0)
            {
                mistakes.Add("Path has characters that no file name can have.");
            }
            else if (Directory.Exists(path))
            {
                mistakes.Add($"Path '{path}' is a folder; it must name a file.");
            }
            else if (File.Exists(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))))
            {
                mistakes.Add($"Path '{path}' lies in a file, not in a folder.");
            }
        }

        return mistakes.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(mistakes);
    }
}
