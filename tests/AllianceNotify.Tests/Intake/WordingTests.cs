using AllianceNotify.Intake;
using Xunit;

namespace AllianceNotify.Tests.Intake;

/// <summary>A text that needs no tidying is kept as it is, and every kind of untidiness is found.</summary>
public sealed class WordingTests
{
    [Theory]
    [InlineData("Tsunami warning", "Tsunami warning")]
    [InlineData("津波警報　沿岸", "津波警報 沿岸")]
    [InlineData("two  spaces", "two spaces")]
    [InlineData(" around ", "around")]
    [InlineData("a\u00A0b", "a b")]
    [InlineData("a\nb", "a b")]
    [InlineData("a\u0085b", "a b")]
    [InlineData("a\u202Eb", "ab")]
    [InlineData("a\uFEFFb", "ab")]
    [InlineData(" ", "")]
    [InlineData("", "")]
    public void Title_is_one_tidy_line(string text, string title) => Assert.Equal(title, Wording.Title(text));

    [Theory]
    [InlineData("one\ntwo\n\n three\tfour", "one\ntwo\n\n three\tfour")]
    [InlineData("沿岸の方は\n高台へ", "沿岸の方は\n高台へ")]
    [InlineData("one \ntwo", "one\ntwo")]
    [InlineData("one\t\ntwo", "one\ntwo")]
    [InlineData("one\n \ntwo", "one\n\ntwo")]
    [InlineData("one\r\ntwo\rthree\ffour", "one\ntwo\nthree\nfour")]
    [InlineData("one\u2028two\u2029three\u0085four", "one\ntwo\nthree\nfour")]
    [InlineData("\none\n", "one")]
    [InlineData("one ", "one")]
    [InlineData("one\u0007two\u0090three", "onetwothree")]
    [InlineData("one\u2066two\u202Cthree", "onetwothree")]
    [InlineData("\n", "")]
    [InlineData("", "")]
    public void Body_keeps_its_lines_and_loses_what_cannot_be_seen(string text, string body) => Assert.Equal(body, Wording.Body(text));

    [Fact]
    public void Longer_texts_are_cut_and_say_so()
    {
        Assert.Equal(Wording.MaxTitle, Wording.Title(new string('x', Wording.MaxTitle)).Length);
        Assert.Equal(new string('x', Wording.MaxTitle - 1) + "…", Wording.Title(new string('x', Wording.MaxTitle + 1)));
        Assert.Equal(new string('x', Wording.MaxBody - 1) + "…", Wording.Body(new string('x', Wording.MaxBody + 1)));
    }
}
