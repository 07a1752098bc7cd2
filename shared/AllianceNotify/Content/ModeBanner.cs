using System.Text.Json.Serialization;
using AllianceNotify.Reports;

namespace AllianceNotify.Content;

/// <summary>
/// The mode as readers are told it. Whatever shows a mode takes one of these, so that none can leave out that it is in doubt.
/// </summary>
[JsonConverter(typeof(KebabEnumConverter<ShownMode>))]
public enum ShownMode
{
    Actual,
    Exercise,
    Test,

    /// <summary>Stated, but contradicted, and nobody has said which: neither real nor played.</summary>
    InDoubt,
}

public static class ShownModes
{
    public static ShownMode Of(ReportMode stated, bool inDoubt) => stated switch
    {
        _ when !Enum.IsDefined(stated) => throw new ArgumentOutOfRangeException(nameof(stated), stated, "A mode without a name must never be shown."),
        _ when inDoubt => ShownMode.InDoubt,
        ReportMode.Actual => ShownMode.Actual,
        ReportMode.Exercise => ShownMode.Exercise,
        _ => ShownMode.Test,
    };

    /// <summary>As machines are told it: <c>actual</c>, <c>exercise</c>, <c>test</c> or <c>in-doubt</c>.</summary>
    public static string Wire(this ShownMode mode) => mode switch
    {
        ShownMode.Actual => "actual",
        ShownMode.Exercise => "exercise",
        ShownMode.Test => "test",
        ShownMode.InDoubt => "in-doubt",
        _ => throw new ArgumentOutOfRangeException(nameof(mode), mode, "A mode without a name must never be shown."),
    };
}

/// <summary>
/// The words that keep an exercise from being taken for the real thing, and the other way round. Both languages stand in
/// every banner: the reader may know only one of them.
/// </summary>
public static class ModeBanner
{
    /// <summary>Top and bottom of everything shown: <c>EXERCISE EXERCISE EXERCISE / 訓練 訓練 訓練</c>.</summary>
    public static string Of(ShownMode mode) => $"{Parts(mode).En} / {Parts(mode).Ja}";

    /// <summary>
    /// The banner's two halves. Actual traffic says so too, so that no reader has to conclude it from a line that is missing.
    /// (Not 実動, which in 実動訓練 means a field exercise.)
    /// </summary>
    public static LocalizedText Parts(ShownMode mode) => mode switch
    {
        ShownMode.Actual => new("ACTUAL", "実際の通報"),
        ShownMode.Exercise => new("EXERCISE EXERCISE EXERCISE", "訓練 訓練 訓練"),
        ShownMode.Test => new("TEST TEST TEST", "試験 試験 試験"),
        ShownMode.InDoubt => new("MODE IN DOUBT", "実際か訓練か不明"),
        _ => throw new ArgumentOutOfRangeException(nameof(mode), mode, "A mode without a banner must never be shown."),
    };

    /// <summary>Before every heading of what is not known to be real, so that no part of a message reads like the real thing; empty for actual traffic.</summary>
    public static string HeadingMark(ShownMode mode, string language) => mode switch
    {
        ShownMode.Actual => "",
        ShownMode.Exercise => new LocalizedText("EXERCISE: ", "【訓練】").In(language),
        ShownMode.Test => new LocalizedText("TEST: ", "【試験】").In(language),
        ShownMode.InDoubt => new LocalizedText("MODE IN DOUBT: ", "【実際か訓練か不明】").In(language),
        _ => throw new ArgumentOutOfRangeException(nameof(mode), mode, "A mode without a mark must never be shown."),
    };

    /// <summary>First mark of a subject line; empty for actual traffic.</summary>
    public static string SubjectMark(ShownMode mode, string language) => (mode, Words.IsJapanese(language)) switch
    {
        (ShownMode.Actual, _) => "",
        (ShownMode.Exercise, false) => "[EXERCISE 訓練] ",
        (ShownMode.Exercise, true) => "[訓練 EXERCISE] ",
        (ShownMode.Test, false) => "[TEST 試験] ",
        (ShownMode.Test, true) => "[試験 TEST] ",
        (ShownMode.InDoubt, false) => "[MODE IN DOUBT 実際か訓練か不明] ",
        (ShownMode.InDoubt, true) => "[実際か訓練か不明 MODE IN DOUBT] ",
        _ => throw new ArgumentOutOfRangeException(nameof(mode), mode, "A mode without a mark must never be shown."),
    };
}
