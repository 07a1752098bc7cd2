using AllianceNotify.Sqlite.Files;
using Xunit;

namespace AllianceNotify.Sqlite.Tests;

public sealed class KeyCodecTests
{
    [Fact]
    public void Keys_compare_as_their_texts_do_by_ordinal_UTF16_and_come_back_as_they_were()
    {
        var random = new Random(42);
        var texts = Enumerable.Range(0, 600).Select(_ => RandomText(random)).Distinct().ToList();
        var prefix = KeyCodec.Partition("Table", "partition");

        foreach (var text in texts)
        {
            Assert.Equal(text, KeyCodec.Text(KeyCodec.Row("Table", "partition", text).AsSpan(prefix.Length)));
        }

        Assert.Equal(
            texts.Order(StringComparer.Ordinal),
            texts.OrderBy(text => KeyCodec.Row("Table", "partition", text), Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b))));
    }

    [Fact]
    public void All_rows_of_a_partition_lie_between_its_bounds_and_no_others()
    {
        byte[][] inside = [KeyCodec.Row("Table", "b", "!"), KeyCodec.Row("Table", "b", "\uFFFF"), KeyCodec.Row("Table", "b", "\uD83D\uDE00")];
        byte[][] outside = [KeyCodec.Row("Table", "a", "\uFFFF"), KeyCodec.Row("Table", "b!", "a"), KeyCodec.Row("Table", "c", "!"), KeyCodec.Row("Tabl", "eb", "a")];

        bool IsInside(byte[] key) =>
            key.AsSpan().SequenceCompareTo(KeyCodec.Partition("Table", "b")) >= 0 && key.AsSpan().SequenceCompareTo(KeyCodec.AfterPartition("Table", "b")) < 0;
        Assert.All(inside, key => Assert.True(IsInside(key)));
        Assert.All(outside, key => Assert.False(IsInside(key)));
    }

    private static string RandomText(Random random)
    {
        string[] alphabet = ["a", "b", "~", "\u00A0", "é", "\u07FF", "\u0800", "海", "\uD7FF", "\uE000", "\uFFFD", "\uFFFF", "\uD800\uDC00", "\uDBFF\uDFFF", "\uD83D", "\uDE00"];
        return string.Concat(Enumerable.Range(0, random.Next(1, 5)).Select(_ => alphabet[random.Next(alphabet.Length)]));
    }
}
