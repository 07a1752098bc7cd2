using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AllianceNotify;

/// <summary>An identifier that is opaque text on the wire and its own type in code.</summary>
public interface IStringId<TSelf>
    where TSelf : struct, IStringId<TSelf>
{
    string Value { get; }

    static abstract TSelf Of(string value);
}

/// <summary>Writes a <see cref="IStringId{TSelf}"/> as a plain JSON string, also as a property name.</summary>
public sealed class StringIdJsonConverter<TId> : JsonConverter<TId>
    where TId : struct, IStringId<TId>
{
    public override TId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && reader.GetString() is { Length: > 0 } text
            ? TId.Of(text)
            : throw new JsonException("An identifier is a non-empty string.");

    public override void Write(Utf8JsonWriter writer, TId value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);

    public override TId ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        TId.Of(reader.GetString()!);

    public override void WriteAsPropertyName(Utf8JsonWriter writer, TId value, JsonSerializerOptions options) =>
        writer.WritePropertyName(value.Value);
}

/// <summary>Enumerations on the wire are kebab-case strings and never numbers.</summary>
public sealed class KebabEnumConverter<TEnum>() : JsonStringEnumConverter<TEnum>(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false)
    where TEnum : struct, Enum;

/// <summary>
/// Ids made from what they name, so that work done twice names the same thing twice. 128 bits of SHA-256 over the
/// length-prefixed UTF-8 parts, in lower-case base 32 (RFC 4648 alphabet, no padding: 26 characters).
/// </summary>
public static class DeterministicId
{
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";
    private const int LengthBytes = 4, OnStack = 512;

    public static string Of(string prefix, params ReadOnlySpan<string> parts)
    {
        var most = 0;
        foreach (var part in parts)
        {
            most += LengthBytes + Encoding.UTF8.GetMaxByteCount(part.Length);
        }

        var rented = most > OnStack ? ArrayPool<byte>.Shared.Rent(most) : null;
        var text = rented ?? stackalloc byte[OnStack];
        var filled = 0;
        foreach (var part in parts)
        {
            var written = Encoding.UTF8.GetBytes(part, text[(filled + LengthBytes)..]);
            BinaryPrimitives.WriteInt32BigEndian(text[filled..], written);
            filled += LengthBytes + written;
        }

        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(text[..filled], digest);
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }

        return Text(prefix, digest[..16]);
    }

    /// <summary>Random id of the same form, for things that nothing determines (tickets, keys).</summary>
    public static string Random(string prefix, int bytes = 16) => Text(prefix, RandomNumberGenerator.GetBytes(bytes));

    /// <summary>The prefix, and the bytes in base 32.</summary>
    private static string Text(string prefix, ReadOnlySpan<byte> bytes)
    {
        Span<char> text = stackalloc char[((bytes.Length * 8) + 4) / 5];
        int bits = 0, value = 0, at = 0;
        foreach (var b in bytes)
        {
            value = (value << 8) | b;
            bits += 8;
            while (bits >= 5)
            {
                bits -= 5;
                text[at++] = Alphabet[(value >> bits) & 31];
            }

            value &= (1 << bits) - 1;
        }

        if (bits > 0)
        {
            text[at++] = Alphabet[(value << (5 - bits)) & 31];
        }

        return string.Concat(prefix, text[..at]);
    }
}
