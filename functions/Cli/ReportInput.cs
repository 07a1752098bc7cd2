using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace AllianceNotify.Functions.Cli;

/// <summary>
/// A file of reports: JSON lines, or one body of any format. A file is lines where its first line that is not blank is a JSON
/// value by itself and more follows, or where its name says so.
/// </summary>
internal sealed class ReportInput(string name, Stream stream) : IAsyncDisposable
{
    private const int LongestHead = 1_048_576;
    private static readonly string[] Extensions = [".json", ".geojson", ".ndjson", ".jsonl", ".xml", ".cap", ".rss", ".atom"];

    private readonly PipeReader pipe = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 65_536));

    public string Name => name;

    /// <summary>By the file's name; a name that says nothing leaves it to the content.</summary>
    public string? ContentType => Path.GetExtension(name).ToLowerInvariant() switch
    {
        ".json" or ".ndjson" or ".jsonl" => "application/json",
        ".geojson" => "application/geo+json",
        ".cap" => "application/cap+xml",
        ".rss" => "application/rss+xml",
        ".atom" => "application/atom+xml",
        ".xml" => "application/xml",
        _ => null,
    };

    /// <summary>The files named, and those in folders named, in a fixed order; <c>-</c> is standard input.</summary>
    public static IReadOnlyList<string> Expand(IEnumerable<string> names)
    {
        var files = new List<string>();
        foreach (var name in names)
        {
            if (Directory.Exists(name))
            {
                files.AddRange(Directory.EnumerateFiles(name, "*", SearchOption.AllDirectories)
                    .Where(file => Extensions.Contains(Path.GetExtension(file).ToLowerInvariant()))
                    .Order(StringComparer.Ordinal));
            }
            else if (name == "-" || File.Exists(name))
            {
                files.Add(name);
            }
            else
            {
                throw new CallFailed($"There is no file {name}.");
            }
        }

        return files;
    }

    public static ReportInput Open(string name) => new(name, name == "-" ? Console.OpenStandardInput() : File.OpenRead(name));

    public async Task<bool> IsLinesAsync(CancellationToken cancellationToken)
    {
        if (Path.GetExtension(name).ToLowerInvariant() is ".ndjson" or ".jsonl")
        {
            return true;
        }

        while (true)
        {
            var read = await pipe.ReadAsync(cancellationToken);
            var head = read.Buffer.Slice(0, Math.Min(read.Buffer.Length, LongestHead)).ToArray().AsSpan();
            pipe.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            head = head.StartsWith("\uFEFF"u8) ? head[3..] : head;
            var start = head.IndexOfAnyExcept(" \t\r\n"u8);
            if (start >= 0 && head[start] is not ((byte)'{' or (byte)'['))
            {
                return false;
            }

            var line = start < 0 ? -1 : head[start..].IndexOf((byte)'\n');
            if (line >= 0)
            {
                return head[start] == (byte)'{' && IsValue(head.Slice(start, line))
                    && (head[(start + line)..].IndexOfAnyExcept(" \t\r\n"u8) >= 0 || !read.IsCompleted);
            }

            if (read.IsCompleted || head.Length >= LongestHead)
            {
                return false;
            }
        }
    }

    /// <summary>Lines that are not blank.</summary>
    public async IAsyncEnumerable<byte[]> LinesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await pipe.ReadAsync(cancellationToken);
            var rest = read.Buffer;
            while (rest.PositionOf((byte)'\n') is { } end)
            {
                var line = rest.Slice(0, end).ToArray();
                rest = rest.Slice(rest.GetPosition(1, end));
                if (!IsBlank(line))
                {
                    yield return line;
                }
            }

            if (read.IsCompleted)
            {
                var last = rest.ToArray();
                pipe.AdvanceTo(rest.End);
                if (!IsBlank(last))
                {
                    yield return last;
                }

                yield break;
            }

            pipe.AdvanceTo(rest.Start, rest.End);
        }
    }

    public async Task<byte[]> WholeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await pipe.ReadAsync(cancellationToken);
            if (read.IsCompleted)
            {
                var body = read.Buffer.ToArray();
                pipe.AdvanceTo(read.Buffer.End);
                return body;
            }

            pipe.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await pipe.CompleteAsync();
        await stream.DisposeAsync();
    }

    private static bool IsBlank(byte[] line) => line.AsSpan().IndexOfAnyExcept(" \t\r"u8) < 0;

    private static bool IsValue(ReadOnlySpan<byte> line)
    {
        var reader = new Utf8JsonReader(line, new JsonReaderOptions { MaxDepth = 64 });
        try
        {
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
