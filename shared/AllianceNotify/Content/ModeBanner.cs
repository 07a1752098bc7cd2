using AllianceNotify.Reports;

namespace AllianceNotify.Content;

/// <summary>
/// The words that keep an exercise from being taken for the real thing, and the other way round. Both languages stand in
/// every banner: the reader may know only one of them.
/// </summary>
public static class ModeBanner
{
    /// <summary>Top and bottom of everything shown: <c>EXERCISE EXERCISE EXERCISE / 訓練 訓練 訓練</c>.</summary>
    public static string Of(ReportMode mode) => $"{Parts(mode).En} / {Parts(mode).Ja}";

    /// <summary>
    /// The banner's two halves. Actual traffic says so too, so that no reader has to conclude it from a line that is missing.
    /// (Not 実動, which in 実動訓練 means a field exercise.)
    /// </summary>
    public static LocalizedText Parts(ReportMode mode) => mode switch
    {
        ReportMode.Actual => new("ACTUAL", "実際の通報"),
        ReportMode.Exercise => new("EXERCISE EXERCISE EXERCISE", "訓練 訓練 訓練"),
        ReportMode.Test => new("TEST TEST TEST", "試験 試験 試験"),
        _ => throw new ArgumentOutOfRangeException(nameof(mode), mode, "A mode without a banner must never be shown."),
    };

    /// <summary>Before every heading of an exercise or test, so that no part of a message reads like the real thing; empty for actual traffic.</summary>
    public static string HeadingMark(ReportMode mode, string language) => mode switch
    {
        ReportMode.Actual => "",
        ReportMode.Exercise => new LocalizedText("EXERCISE: ", "【訓練】").In(language),
        ReportMode.Test => new LocalizedText("TEST: ", "【試験】").In(language),
        _ => throw new ArgumentOutOfRangeException(nameof(mode), mode, "A mode without a mark must never be shown."),
    };

    /// <summary>First mark of a subject line; empty for actual traffic.</summary>
    public static string SubjectMark(ReportMode mode, string language) => (mode, Words.IsJapanese(language)) switch
    {
        (ReportMode.Actual, _) => "",
        (ReportMode.Exercise, false) => "[EXERCISE 訓練] ",
        (ReportMode.Exercise, true) => "[訓練 EXERCISE] ",
        (ReportMode.Test, false) => "[TEST 試験] ",
        (ReportMode.Test, true) => "[試験 TEST] ",
        _ => throw new ArgumentOutOfRangeException(nameof(mode), mode, "A mode without a mark must never be shown."),
    };
}
