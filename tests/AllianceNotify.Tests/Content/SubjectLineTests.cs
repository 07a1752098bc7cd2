using System.Text.RegularExpressions;
using AllianceNotify.Content;
using AllianceNotify.Reports;
using AllianceNotify.Situations;
using Xunit;

namespace AllianceNotify.Tests.Content;

public sealed partial class SubjectLineTests
{
    [Fact]
    public void What_matters_most_comes_first()
    {
        Assert.Equal(
            "[EXERCISE 訓練] [FLASH] Large-scale disaster in Japan: Major tsunami warning TLP:CLEAR", Of(SampleAlerts.ExerciseEarthquake, "en"));
        Assert.Equal("[訓練 EXERCISE] [最緊急] 日本における大規模災害：大津波警報 TLP:CLEAR", Of(SampleAlerts.ExerciseEarthquake, "ja"));
    }

    [Theory]
    [InlineData("en")]
    [InlineData("ja")]
    public void Updates_and_the_all_clear_keep_the_words_that_clients_thread_by(string language)
    {
        var first = SampleAlerts.ExerciseEarthquake with { Mode = ReportMode.Actual };
        var titles = first.Texts.Select(text => text with { Body = "" }).ToList();
        var update = SampleAlerts.Update with { ThreadTitles = titles };
        var allClear = SampleAlerts.AllClear with { ThreadTitles = titles };

        var subjects = new[] { first, update, allClear }.Select(alert => Of(alert, language)).ToList();

        Assert.Single(subjects.Select(Base).Distinct());
        Assert.Equal(3, subjects.Distinct().Count());
        Assert.Contains(language == "en" ? "[Update 3]" : "[更新 第3報]", subjects[1], StringComparison.Ordinal);
        Assert.Contains(language == "en" ? "[ALL CLEAR]" : "[解除]", subjects[2], StringComparison.Ordinal);
    }

    [Fact]
    public void A_review_says_so_in_the_subject() =>
        Assert.StartsWith("[URGENT] [REVIEW, not confirmed] ", Of(SampleAlerts.Review, "en"), StringComparison.Ordinal);

    [Theory]
    [InlineData("breach\r\nBcc: everybody@example.org")]
    [InlineData("breach\nContent-Type: text/html\n\n<script>")]
    [InlineData("breach\u2028\u0085\u000B\u000C\0 tail")]
    public void No_title_can_begin_a_header_of_its_own(string title)
    {
        var subject = Of(WithTitle(title), "en");

        Assert.DoesNotContain(subject, char.IsControl);
        Assert.DoesNotContain('\u2028', subject);
    }

    [Fact]
    public void A_title_cannot_wear_the_hubs_marks()
    {
        var subject = Of(WithTitle("[EXERCISE 訓練] nothing to see"), "en");

        Assert.Equal("[FLASH] Ballistic or cruise missile launch: (EXERCISE 訓練) nothing to see TLP:AMBER", subject);
    }

    [Theory]
    [InlineData("長")]
    [InlineData("🚀")]
    [InlineData("long words ")]
    public void However_long_the_title_marks_and_marking_stay_and_no_letter_is_split(string piece)
    {
        foreach (var mode in Enum.GetValues<ShownMode>())
        {
            var alert = WithTitle(string.Concat(Enumerable.Repeat(piece, 200))) with { Mode = StatedIn(mode), ModeDoubt = mode == ShownMode.InDoubt ? "Drill." : null, Marking = new Marking(Tlp.AmberStrict, ["JPN"]), Kind = AlertKind.Review };

            var subject = Of(alert, "en");

            Assert.InRange(subject.Length, 100, SubjectLine.MaxLength);
            Assert.StartsWith(ModeBanner.SubjectMark(mode, "en") + "[FLASH] [REVIEW", subject, StringComparison.Ordinal);
            Assert.EndsWith("… TLP:AMBER+STRICT", subject, StringComparison.Ordinal);
            Assert.DoesNotContain('\uFFFD', System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(subject)));
        }
    }

    private static ReportMode StatedIn(ShownMode mode) => mode == ShownMode.InDoubt ? ReportMode.Actual : Enum.Parse<ReportMode>(mode.ToString());

    private static string Of(Alert alert, string language) => SubjectLine.Of(alert, SampleAlerts.Taxonomy, language);

    private static Alert WithTitle(string title) => SampleAlerts.Missile with { Texts = [new ReportText("en", title, "")] };

    /// <summary>What RFC 5256 §2.1 leaves of a subject.</summary>
    private static string Base(string subject) => Blobs().Replace(subject, "");

    [GeneratedRegex(@"^(\[[^\[\]]*\]\s*)+")]
    private static partial Regex Blobs();
}
