using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace AllianceNotify.Graph.Package;

/// <summary>
/// The app's icons, drawn: two linked rings, the two sides, and a dot where they meet, the alert. Teams asks for a colour icon of
/// 192 by 192 and an outline of 32 by 32 in white on transparent ground.
/// </summary>
internal static class AppIcons
{
    public const string Accent = "#1F3A5F";
    private const int Samples = 4;
    private static readonly (byte R, byte G, byte B) Ground = (0x1F, 0x3A, 0x5F), White = (0xFF, 0xFF, 0xFF), Alarm = (0xF2, 0xB1, 0x34);

    public static byte[] Color() => Png(192, (x, y) => Dot(x, y) ? Solid(Alarm) : Rings(x, y, 0.035) ? Solid(White) : Solid(Ground));

    public static byte[] Outline() => Png(32, (x, y) => Dot(x, y) || Rings(x, y, 0.05) ? Solid(White) : (White.R, White.G, White.B, (byte)0));

    private static bool Dot(double x, double y) => Far(x, y, 0.5, 0.5) < 0.075;

    private static bool Rings(double x, double y, double half) =>
        Math.Abs(Far(x, y, 0.38, 0.5) - 0.24) < half || Math.Abs(Far(x, y, 0.62, 0.5) - 0.24) < half;

    private static double Far(double x, double y, double toX, double toY) => Math.Sqrt(((x - toX) * (x - toX)) + ((y - toY) * (y - toY)));

    private static (byte R, byte G, byte B, byte A) Solid((byte R, byte G, byte B) color) => (color.R, color.G, color.B, 255);

    /// <summary>PNG (ISO/IEC 15948): RGBA, 8 bits, no filter; each pixel is the mean of 16 samples.</summary>
    private static byte[] Png(int size, Func<double, double, (byte R, byte G, byte B, byte A)> colorAt)
    {
        using var raw = new MemoryStream();
        for (var y = 0; y < size; y++)
        {
            raw.WriteByte(0);
            for (var x = 0; x < size; x++)
            {
                raw.Write(PixelAt(x, y, size, colorAt));
            }
        }

        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            raw.WriteTo(zlib);
        }

        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, size);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), size);
        (header[8], header[9]) = (8, 6);
        using var png = new MemoryStream();
        png.Write([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]);
        Chunk(png, "IHDR", header);
        Chunk(png, "IDAT", packed.ToArray());
        Chunk(png, "IEND", []);
        return png.ToArray();
    }

    private static byte[] PixelAt(int x, int y, int size, Func<double, double, (byte R, byte G, byte B, byte A)> colorAt)
    {
        int r = 0, g = 0, b = 0, a = 0;
        for (var sample = 0; sample < Samples * Samples; sample++)
        {
            var color = colorAt((x + ((sample % Samples) + 0.5) / Samples) / size, (y + ((sample / Samples) + 0.5) / Samples) / size);
            r += color.R;
            g += color.G;
            b += color.B;
            a += color.A;
        }

        const int count = Samples * Samples;
        return [(byte)(r / count), (byte)(g / count), (byte)(b / count), (byte)(a / count)];
    }

    private static void Chunk(MemoryStream png, string type, byte[] data)
    {
        var content = new byte[4 + data.Length];
        Encoding.ASCII.GetBytes(type, content);
        data.CopyTo(content, 4);
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        png.Write(number);
        png.Write(content);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc(content));
        png.Write(number);
    }

    private static uint Crc(byte[] bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ 0xEDB88320;
            }
        }

        return ~crc;
    }
}
