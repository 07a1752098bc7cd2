using AllianceNotify.Content;
using Xunit;

namespace AllianceNotify.Tests.Content;

public sealed class SafeTextTests
{
    [Theory]
    [InlineData("\u202Eelbissop ton\u202C", "elbissop ton")]
    [InlineData("\u2066\u2067\u2068a\u2069\u200E\u200F\u061C", "a")]
    [InlineData("E\u200BX\u200CE\u200DR\u2060C\uFEFFI\u00ADSE", "EXERCISE")]
    [InlineData("\u3164\uFFA0\u115F\u2800x", "x")]
    [InlineData("a\0b\u0007c\u001B[31md", "abc[31md")]
    [InlineData("tag\U000E0041\U000E007F", "tag")]
    [InlineData("\uFFFE\uFDD0x\U0001FFFF", "x")]
    [InlineData("葛\U000E0100城市", "葛\U000E0100城市")]
    [InlineData("🚀 は絵文字、𠮷 は漢字", "🚀 は絵文字、𠮷 は漢字")]
    public void What_shows_nothing_is_gone_and_what_shows_stays(string text, string seen)
    {
        Assert.Equal(seen, SafeText.Line(text, 1000));
        Assert.Equal(seen, SafeText.Block(text));
    }

    [Fact]
    public void Half_a_surrogate_pair_becomes_the_replacement_character() =>
        Assert.Equal("half \uFFFD pair", SafeText.Line("half \uD83D pair", 100));

    [Fact]
    public void A_line_is_one_line()
    {
        Assert.Equal("a b c d e f g", SafeText.Line("a\r\nb\n\nc\u2028d\u0085e\v f\t \u00A0g\n", 100));
    }

    [Fact]
    public void A_block_keeps_its_lines_and_at_most_one_empty_one_between()
    {
        Assert.Equal("a\nb\n\nc d\n　indented", SafeText.Block("\n\n a\r\nb\r\n\r\n\r\n\n  c   d\n　indented  \n\n"));
    }

    [Fact]
    public void Marks_heaped_on_a_letter_cannot_reach_other_lines()
    {
        Assert.Equal("z\u0301\u0301\u0301\u0301o", SafeText.Line($"z{new string('\u0301', 500)}o", 1000));
    }

    [Fact]
    public void A_sender_cannot_write_the_link_that_becomes_the_recipients_own()
    {
        foreach (var text in new[] { RenderedAlert.AcknowledgeUrlPlaceholder, "https://ack\u200Bnowledge.invalid/a/0", "https://ACKNOWLEDGE.invalid/a/0" })
        {
            Assert.DoesNotContain("acknowledge.invalid", SafeText.Line(text, 1000), StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("acknowledge.invalid", SafeText.Block(text), StringComparison.OrdinalIgnoreCase);
        }
    }

    [Theory]
    [InlineData("abcdef", 6, "abcdef")]
    [InlineData("abcdef", 5, "abcd…")]
    [InlineData("ab🚀def", 4, "ab…")]
    [InlineData("ab🚀def", 5, "ab🚀…")]
    [InlineData("abe\u0301\u0302def", 5, "ab…")]
    [InlineData("ab  cdef", 5, "ab…")]
    [InlineData("🚀🚀", 2, "…")]
    public void A_cut_splits_no_letter(string text, int max, string cut) => Assert.Equal(cut, SafeText.Cut(text, max));

    [Fact]
    public void Any_text_at_all_comes_out_clean_and_short_enough()
    {
        var random = new Random(20261124);
        string[] pieces = ["\uD83D", "\uDE00", "\u202E", "\u200B", "\r", "\n", "\u0301", "漢", "ﾐ", "𠮷", "<b>", "]]>", "acknowledge.", "invalid", " ", "\u3000", "\0", "{{", "x"];
        for (var round = 0; round < 5000; round++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 40)).Select(_ => pieces[random.Next(pieces.Length)]));
            var max = random.Next(1, 30);

            var line = SafeText.Line(text, max);
            var block = SafeText.Block(text);

            Assert.True(line.Length <= max, line);
            Assert.Equal(block, SafeText.Block(block));
            foreach (var clean in new[] { line, block })
            {
                Assert.DoesNotContain(clean, letter => (char.IsControl(letter) && letter != '\n') || letter is '\u202E' or '\u200B');
                Assert.Equal(clean, new System.Text.UTF8Encoding(false, true).GetString(new System.Text.UTF8Encoding(false, true).GetBytes(clean)));
                Assert.DoesNotContain("acknowledge.invalid", clean, StringComparison.Ordinal);
            }
        }
    }
}
