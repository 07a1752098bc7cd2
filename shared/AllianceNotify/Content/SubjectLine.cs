using AllianceNotify.Classification;
using AllianceNotify.Reports;
using AllianceNotify.Situations;

namespace AllianceNotify.Content;

/// <summary>
/// The subject of a mail: marks that may change from alert to alert in leading brackets, then words that stay the same for
/// the whole situation. Mail clients that thread by subject drop leading brackets (RFC 5256 §2.1, <c>subj-blob</c>).
/// </summary>
internal static class SubjectLine
{
    /// <summary>UTF-16 units, marks and marking included.</summary>
    public const int MaxLength = 160;

    public static string Of(Alert alert, Taxonomy taxonomy, string language)
    {
        var marks = $"{ModeBanner.SubjectMark(alert.ShownMode, language)}[{Words.Of(alert.Urgency).In(language)}] {KindMark(alert, language)}";
        var category = AlertSheet.CategoryName(alert.Category, taxonomy, language);
        var titles = alert.ThreadTitles.Count > 0 ? alert.ThreadTitles : alert.Texts;
        var title = SafeText.Line(SheetText.Choose(titles, language).Title, MaxLength);
        var marking = $" {alert.Marking.Label}";

        // Brackets are the hub's own marks: a sender's title may not wear them.
        var words = Unbracketed($"{category}{(Words.IsJapanese(language) ? "：" : ": ")}{title}");
        return string.Concat(marks, SafeText.Cut(words, MaxLength - marks.Length - marking.Length), marking);
    }

    private static string KindMark(Alert alert, string language) => alert.Kind switch
    {
        AlertKind.New => "",
        AlertKind.Update => $"[{Words.Of(alert.Kind, alert.Revision).In(language)}] ",
        AlertKind.AllClear => new LocalizedText("[ALL CLEAR] ", "[解除] ").In(language),
        AlertKind.Review => new LocalizedText("[REVIEW, not confirmed] ", "[要判断・未確認] ").In(language),
        _ => throw new ArgumentOutOfRangeException(nameof(alert), alert.Kind, null),
    };

    private static string Unbracketed(string text) => text.Replace('[', '(').Replace(']', ')');
}
