using System.Buffers.Text;
using System.Net.Sockets;

namespace AllianceNotify.LoadDriver;

/// <summary>Reads one HTTP/1.1 answer, as much of it as is needed to know its status and its end.</summary>
internal sealed class HttpAnswer
{
    private readonly byte[] buffer = new byte[64 * 1024];
    private int filled;
    private int bodyAt;
    private int? bodyLength;

    public int Status { get; private set; }

    public void Reset()
    {
        filled = 0;
        bodyAt = 0;
        bodyLength = null;
    }

    /// <summary>Takes what has arrived. True once the answer is whole.</summary>
    /// <exception cref="IOException">The server closed the connection, or its answer is not one.</exception>
    public bool Read(Socket socket)
    {
        var received = socket.Receive(buffer.AsSpan(filled));
        if (received == 0)
        {
            throw new IOException("The server closed the connection in the middle of an answer.");
        }

        filled += received;
        var all = buffer.AsSpan(0, filled);
        if (bodyAt == 0)
        {
            var end = all.IndexOf("\r\n\r\n"u8);
            if (end < 0)
            {
                return false;
            }

            bodyAt = end + 4;
            ReadHead(all[..bodyAt]);
        }

        return bodyLength is { } length ? filled >= bodyAt + length : all[bodyAt..].EndsWith("0\r\n\r\n"u8);
    }

    private void ReadHead(ReadOnlySpan<byte> head)
    {
        if (!head.StartsWith("HTTP/1.1 "u8) || !Utf8Parser.TryParse(head[9..], out int status, out _))
        {
            throw new IOException("Not an HTTP/1.1 answer.");
        }

        Status = status;
        var at = head.IndexOf("\r\nContent-Length: "u8);
        if (at >= 0 && Utf8Parser.TryParse(head[(at + 18)..], out int length, out _))
        {
            bodyLength = length;
        }
        else if (head.IndexOf("\r\nTransfer-Encoding: chunked"u8) < 0)
        {
            bodyLength = 0;
        }
    }
}
