using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AllianceNotify.Classification.Text;

/// <summary>
/// A table whose rows begin at whole lines of the processor's cache, or at even parts of them, so that one look touches one line. Rows are
/// reached without a check of the bounds: whoever asks for one has its number from here.
/// </summary>
internal sealed class AlignedTable<T>
    where T : unmanaged
{
    private const int Line = 64;

    private readonly byte[] memory;
    private readonly nint first;

    public AlignedTable(int rows)
    {
        Length = rows;
        memory = GC.AllocateArray<byte>((rows * Unsafe.SizeOf<T>()) + Line, pinned: true);
        first = (Line - (Marshal.UnsafeAddrOfPinnedArrayElement(memory, 0) % Line)) % Line;
    }

    public int Length { get; }

    public ref T this[int row]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref Unsafe.Add(ref Unsafe.As<byte, T>(ref Unsafe.AddByteOffset(ref MemoryMarshal.GetArrayDataReference(memory), first)), row);
    }
}
