using AllianceNotify.AzureTables.Keys;
using AllianceNotify.Storage;
using Xunit;

namespace AllianceNotify.AzureTables.Tests;

public sealed class KeyTests
{
    // All of ASCII's marks, and the edges of what follows it, of the surrogates and of UTF-16.
    private static readonly char[] Edges =
    [
        .. Enumerable.Range(' ', '~' - ' ' + 1).Select(c => (char)c).Where(c => !char.IsAsciiLetterOrDigit(c)), '0', '9', 'A', 'Z', 'a', 'z',
        '\u00A0', 'é', '\u07FF', '\u0800', '日', '\uD7FF', '\uD800', '\uDBFF', '\uDC00', '\uDFFF', '\uE000', '\uFFFD', '\uFFFE', '\uFFFF',
    ];

    [Fact]
    public void Escaped_keys_come_back_and_sort_as_the_keys_do_in_UTF16_and_in_UTF8()
    {
        var random = new Random(7);
        var keys = Enumerable.Range(0, 20_000).Select(_ => RandomKey(random, 1, 6)).Concat(Edges.Select(c => c.ToString())).Distinct().ToList();
        var inOrder = keys.Order(StringComparer.Ordinal).ToList();

        Assert.All(keys, key => Assert.Equal(key, KeyEscape.Decode(KeyEscape.Encode(key))));
        Assert.Equal(inOrder, keys.OrderBy(KeyEscape.Encode, StringComparer.Ordinal));
        Assert.Equal(inOrder, keys.OrderBy(key => System.Text.Encoding.UTF8.GetBytes(KeyEscape.Encode(key)), Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b))));
    }

    [Fact]
    public void What_is_stored_has_no_character_that_the_service_forbids_or_that_does_not_travel_and_fits()
    {
        var random = new Random(8);
        var keys = Enumerable.Range(0, 2_000).Select(_ => RandomKey(random, 1, EntityLimits.MaxKeyLength)).Append(new string('/', EntityLimits.MaxKeyLength));

        Assert.All(keys, key =>
        {
            var stored = StoredKey.Of(key);
            Assert.InRange(stored.Length, 1, EntityLimits.MaxKeyLength);
            Assert.All(stored, c => Assert.True(char.IsAsciiLetterOrDigit(c) || "!-.:;@[_`{|}~".Contains(c, StringComparison.Ordinal)));
        });
    }

    [Fact]
    public void Long_keys_stay_apart_and_are_known_as_long()
    {
        var keys = Enumerable.Range(0, 500).Select(i => new string('/', 500) + $"{i}").ToList();

        Assert.Equal(keys.Count, keys.Select(StoredKey.Of).Distinct().Count());
        Assert.All(keys, key => Assert.True(StoredKey.IsLong(StoredKey.Of(key))));
        Assert.False(StoredKey.IsLong(StoredKey.Of(new string('k', EntityLimits.MaxKeyLength))));
        Assert.All(keys, key => Assert.Equal(key, StoredKey.FromBytes(StoredKey.Bytes(key))));
    }

    [Fact]
    public void A_bound_divides_stored_keys_where_it_divides_keys_control_characters_in_it_or_not()
    {
        var random = new Random(9);
        var keys = Enumerable.Range(0, 400).Select(_ => RandomKey(random, 1, 4)).ToList();
        char[] inBounds = [.. Edges, '\0', '\u001F', '\u007F', '\u0080', '\u009F'];
        for (var i = 0; i < 2_000; i++)
        {
            var bound = new string(Enumerable.Range(0, random.Next(0, 5)).Select(_ => inBounds[random.Next(inBounds.Length)]).ToArray());
            foreach (var key in keys)
            {
                var below = string.CompareOrdinal(key, bound) < 0;
                Assert.Equal(below, string.CompareOrdinal(StoredKey.Of(key), StoredKey.LowerBound(bound)) < 0);
                Assert.Equal(below, string.CompareOrdinal(StoredKey.Of(key), StoredKey.UpperBound(bound)) < 0);
            }
        }
    }

    [Theory]
    [InlineData("a!")]
    [InlineData("a!~")]
    [InlineData("~00")]
    public void What_no_key_is_stored_as_is_refused(string text) => Assert.Throws<InvalidDataException>(() => KeyEscape.Decode(text));

    internal static string RandomKey(Random random, int from, int to) =>
        new(Enumerable.Range(0, random.Next(from, to + 1)).Select(_ => Edges[random.Next(Edges.Length)]).ToArray());
}
