using System.Buffers;
using AllianceNotify.Classification.Text;
using AllianceNotify.Reports;

namespace AllianceNotify.Classification;

/// <summary>
/// Compares the mode a report states with what its words and codes say of themselves. Only words about the message itself
/// count: "this is a drill", a title that begins TEST, a test code. Talk about some exercise is none.
/// </summary>
internal static class ModeCheck
{
    private static readonly string[] TitleHeads =
    [
        "test:", "test -", "[test]", "(test)", "***test", "*test*", "\"test\"", "test only", "test message", "test alert", "exercise:", "exercise -", "[exercise]", "(exercise)", "***exercise",
        "exercise exercise", "*exercise*", "drill:", "drill -", "[drill]", "(drill)", "***drill", "training:", "test test", "test tsunami", "test warning",
        "test earthquake", "exercise tsunami", "exercise only", "exercise/", "test/", "test.", "【訓練", "(訓練)", "<訓練>", "[訓練]", "≪訓練≫", "《訓練》", "*訓練", "訓練:", "訓練/", "訓練 ", "【試験", "(試験)", "<試験>", "[試験]", "試験:", "【テスト",
        "(テスト)", "[テスト]", "<テスト>", "テスト:", "【演習", "(演習)", "[演習]", "<演習>", "演習:", "訓練・", "訓練報", "訓練電文", "訓練通報", "試験電文", "訓練訓練",
    ];

    private static readonly string[] TitleTails = ["- test", "- exercise", "- drill", "(test)", "(exercise)", "(drill)", "[test]", "[exercise]", "[drill]", "(訓練)", "(試験)", "(テスト)", "(演習)", "【訓練】", "[訓練]", "<訓練>", "-test-", "*test*", "***", "test only", "exercise only"];

    private static readonly SearchValues<string> PlayWords = SearchValues.Create(["test", "exercise", "drill", "training"], StringComparison.Ordinal);

    private static readonly SearchValues<char> PlayCharacters = SearchValues.Create("訓試演テ");

    /// <summary>No title, folded, calls itself played without one of these.</summary>
    public static bool MayPlay(ReadOnlySpan<char> title) => title.ContainsAny(PlayWords) || title.ContainsAny(PlayCharacters);

    private static readonly string[] EventWords = ["test", "exercise", "drill", "demo", "practice", "訓練", "試験", "テスト"];

    /// <summary>Whether the report says of itself that it is played, whatever it states, and the contradiction in words where there is one.</summary>
    public static (bool CallsItselfPlayed, string? Doubt) Of(SituationReport report, Findings findings, CodeEvidence codes)
    {
        var words = codes.TestCode?.Text ?? TestEvent(report) ?? (findings.TitleMayPlay ? TestTitle(report) : null) ?? DrillWords(report, findings);
        if (report.Mode == ReportMode.Actual)
            return (words is not null, words is null ? null : $"stated as actual, but it says of itself: {words}");
        return (words is not null, findings.Real is { Sentence: < 3 } real
            ? $"stated as {(report.Mode == ReportMode.Exercise ? "exercise" : "test")}, but it says of itself: {real.Words.In(report)}"
            : null);
    }

    private static string? DrillWords(SituationReport report, Findings findings) =>
        findings.Drill is { } drill && (findings.Real is null || findings.Real.Sentence > drill.Sentence) ? drill.Words.In(report) : null;

    private static string? TestEvent(SituationReport report)
    {
        for (var at = 0; at < report.Codes.Count; at++)
        {
            var code = report.Codes[at];
            if (code.Scheme is "edxl:status" && code.Value is "Exercise" or "Test")
                return $"{code.Scheme} = {code.Value}";
            if (code.Scheme is not ("cap:event" or "jma:infoKind"))
                continue;
            var words = TextFolding.Fold(code.Value).Split([' ', '/', '-', '(', ')', ':', ','], StringSplitOptions.RemoveEmptyEntries);
            if (words.Any(word => EventWords.Contains(word)) || words.Any(word => word.Contains("訓練", StringComparison.Ordinal) || word.Contains("試験", StringComparison.Ordinal) || word.Contains("配信テスト", StringComparison.Ordinal)))
                return $"{code.Scheme} = {code.Value}";
        }

        return report.Facts.Count > 0 && report.Facts.TryGetValue("sampleTelegram", out var sample) && sample.Truth == true ? "sampleTelegram" : null;
    }

    private static string? TestTitle(SituationReport report)
    {
        foreach (var text in report.Texts)
        {
            var title = TextFolding.Fold(text.Title.Length > 600 ? text.Title[..600] : text.Title).Trim();
            if (!MayPlay(title))
                continue;
            if (title.Contains("訓練ではな", StringComparison.Ordinal) || title.Contains("not a drill", StringComparison.Ordinal) || title.Contains("not a test", StringComparison.Ordinal))
                continue;
            if (TitleHeads.FirstOrDefault(head => title.StartsWith(head, StringComparison.Ordinal)) is not null
                || TitleTails.FirstOrDefault(tail => tail != "***" && title.EndsWith(tail, StringComparison.Ordinal)) is not null
                || title is "test" or "exercise" or "drill" or "訓練" or "試験" or "テスト")
                return text.Title.Length > 80 ? text.Title[..80] : text.Title;
        }

        return null;
    }
}
