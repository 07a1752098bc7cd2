using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace AllianceNotify.Intake;

/// <summary>
/// Splits a body into lines (LF or CR LF; the last one needs none) without ever holding more than one line's limit: what a
/// line has beyond it is read and thrown away.
/// </summary>
internal static class LineReader
{
    /// <summary>Lines counted from 1, blank ones left out; a line above the limit has a null body.</summary>
    public static async IAsyncEnumerable<(int Line, byte[]? Body)> ReadAsync(
        PipeReader reader, int maxBytes, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var line = 1;
        var overlong = false;
        while (true)
        {
            var read = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            var buffer = read.Buffer;
            while (buffer.PositionOf((byte)'\n') is { } end)
            {
                if (Take(buffer.Slice(0, end), maxBytes, ref overlong) is var (body, present) && present)
                {
                    yield return (line, body);
                }

                buffer = buffer.Slice(buffer.GetPosition(1, end));
                line++;
            }

            if (read.IsCompleted)
            {
                if (Take(buffer, maxBytes, ref overlong) is var (body, present) && present)
                {
                    yield return (line, body);
                }

                reader.AdvanceTo(read.Buffer.End);
                yield break;
            }

            if (buffer.Length > maxBytes)
            {
                overlong = true;
                buffer = buffer.Slice(buffer.End);
            }

            reader.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    private static (byte[]? Body, bool Present) Take(ReadOnlySequence<byte> bytes, int maxBytes, ref bool overlong)
    {
        var tooLong = overlong || bytes.Length > maxBytes;
        overlong = false;
        if (tooLong)
        {
            return (null, true);
        }

        var body = bytes.ToArray();
        return (body, body.AsSpan().ContainsAnyExcept(" \t\r"u8));
    }
}
