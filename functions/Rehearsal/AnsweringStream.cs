using System.Globalization;
using System.IO.Pipelines;
using System.Text;

namespace AllianceNotify.Functions.Rehearsal;

/// <summary>
/// A connection to nobody: what is written to it goes nowhere, and each whole HTTP/1.1 request is answered 204. Requests must state
/// their length.
/// </summary>
/// <param name="answered">Called with each answer.</param>
internal sealed class AnsweringStream(Action answered) : Stream
{
    private static readonly byte[] HeadEnd = "\r\n\r\n"u8.ToArray();
    private static readonly byte[] Answer = "HTTP/1.1 204 No Content\r\n\r\n"u8.ToArray();

    private readonly Pipe answers = new();
    private readonly MemoryStream head = new();
    private long bodyLeft;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        await answers.Reader.AsStream().ReadAsync(buffer, cancellationToken);

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            buffer = bodyLeft > 0 ? TakeBody(buffer) : TakeHead(buffer);
            if (bodyLeft == 0 && head.Length == 0)
            {
                answered();
                await answers.Writer.WriteAsync(Answer, cancellationToken);
            }
        }
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Only asynchronous.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Only asynchronous.");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        answers.Writer.Complete();
        base.Dispose(disposing);
    }

    private ReadOnlyMemory<byte> TakeBody(ReadOnlyMemory<byte> buffer)
    {
        var taken = (int)Math.Min(bodyLeft, buffer.Length);
        bodyLeft -= taken;
        return buffer[taken..];
    }

    /// <summary>The head is kept until it is whole; empty again means that the next byte belongs to the body or to the next request.</summary>
    private ReadOnlyMemory<byte> TakeHead(ReadOnlyMemory<byte> buffer)
    {
        var before = (int)head.Length;
        head.Write(buffer.Span);
        var whole = head.GetBuffer().AsSpan(0, (int)head.Length);
        var end = whole.IndexOf(HeadEnd);
        if (end < 0)
        {
            return default;
        }

        bodyLeft = LengthOf(Encoding.ASCII.GetString(whole[..end]));
        head.SetLength(0);
        return buffer[(end + HeadEnd.Length - before)..];
    }

    private static long LengthOf(string head)
    {
        const string name = "Content-Length:";
        var line = head.Split("\r\n").FirstOrDefault(line => line.StartsWith(name, StringComparison.OrdinalIgnoreCase));
        return line is null ? 0 : long.Parse(line[name.Length..].Trim(), CultureInfo.InvariantCulture);
    }
}
