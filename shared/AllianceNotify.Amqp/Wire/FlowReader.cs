using System.Buffers.Binary;

namespace AllianceNotify.Amqp.Wire;

/// <summary>
/// Reads the link flows out of a stream of AMQP frames as they pass (AMQP 1.0, sections 2.3 and 2.7.4). The library keeps
/// <c>available</c>, how many messages a queue holds for a link, to itself.
/// </summary>
internal sealed class FlowReader(Action<uint, uint> onAvailable)
{
    private const int ProtocolHeader = 8, FrameHeader = 8, Descriptor = 3, LargestFlow = 512;
    private const byte FlowCode = 0x13;

    private readonly byte[] frame = new byte[LargestFlow];
    private int have;
    private int want = ProtocolHeader;
    private int skip;
    private bool begun;

    public void Read(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            if (skip > 0)
            {
                var passed = Math.Min(skip, bytes.Length);
                skip -= passed;
                bytes = bytes[passed..];
                continue;
            }

            var taken = Math.Min(want - have, bytes.Length);
            bytes[..taken].CopyTo(frame.AsSpan(have));
            have += taken;
            bytes = bytes[taken..];
            if (have == want)
            {
                Advance();
            }
        }
    }

    private void Advance()
    {
        if (!begun)
        {
            begun = true;
            Next();
            return;
        }

        var size = BinaryPrimitives.ReadInt32BigEndian(frame);
        if (want == FrameHeader && size >= FrameHeader + Descriptor)
        {
            want = FrameHeader + Descriptor;
            return;
        }

        if (want == FrameHeader + Descriptor && size > want)
        {
            if (size <= LargestFlow && frame[4] == 2 && frame.AsSpan(FrameHeader, Descriptor) is [0x00, 0x53, FlowCode])
            {
                want = size;
                return;
            }

            skip = size - want;
        }
        else if (want == size && size > FrameHeader + Descriptor)
        {
            ReadFlow(frame.AsSpan(FrameHeader + Descriptor, size - FrameHeader - Descriptor));
        }

        Next();
    }

    private void Next() => (have, want) = (0, FrameHeader);

    private void ReadFlow(ReadOnlySpan<byte> list)
    {
        const int Handle = 4, Available = 7;
        list = list[0] switch
        {
            0xc0 => list[3..],
            0xd0 => list[9..],
            _ => [],
        };
        uint? handle = null;
        for (var field = 0; field <= Available && list.Length > 0; field++)
        {
            var (value, length) = list[0] switch
            {
                0x43 => (0u, 1),
                0x52 when list.Length > 1 => (list[1], 2),
                0x70 when list.Length > 4 => (BinaryPrimitives.ReadUInt32BigEndian(list[1..]), 5),
                _ => ((uint?)null, 1),
            };
            if (field == Handle)
            {
                handle = value;
            }
            else if (field == Available && handle is { } link && value is { } available)
            {
                onAvailable(link, available);
            }

            list = list[length..];
        }
    }
}
