using System.Globalization;
using AllianceNotify.Classification.Text;
using Xunit;

namespace AllianceNotify.Tests.Classification;

public sealed class TextFoldingTests
{
    [Theory]
    [InlineData("Plain letters, TAB\tand `quotes`", "plain letters, tab and 'quotes'")]
    [InlineData("Sixteen letters!Ｆｕｌｌ　ｗｉｄｔｈ", "sixteen letters!full width")]
    [InlineData("ﾀﾞﾝﾄﾞｳﾐｻｲﾙ が ガ", "ダンドウミサイル が ガ")]
    [InlineData("ﬁve naïve №5 ⑫", "five naive no5 12")]
    [InlineData("mis\u200Bsile \uD83D\uDE80", "missile \u0001\u0001")]
    public void Text_is_folded(string text, string folded) => Assert.Equal(folded, TextFolding.Fold(text));

    [Fact]
    public void Every_character_folds_alike_wherever_it_stands()
    {
        for (var c = 0; c <= char.MaxValue; c++)
        {
            var text = ((char)c).ToString(CultureInfo.InvariantCulture);
            var alone = TextFolding.Fold(text);

            Assert.Equal(new string('x', 16) + alone + new string('x', 40), TextFolding.Fold(new string('X', 16) + text + new string('X', 40)));
        }
    }
}
