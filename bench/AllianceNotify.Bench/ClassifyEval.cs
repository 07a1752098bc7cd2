using System.Globalization;
using AllianceNotify.Classification;

namespace AllianceNotify.Bench;

/// <summary>
/// Measures the classifier on the evaluation set: precision, recall and F1 a category, confusion, calibration, and the
/// contradictions of mode it must notice. The tuning part alone unless <c>--held-out</c> asks for the others; <c>--errors</c> lists
/// the errors of the tuning part, those of the held-out parts are never listed. <c>--sources FOLDER</c> adds the real texts
/// (<see cref="RealTexts"/>). <c>--texts FILE…</c> measures on other files
/// instead, of this form or of <see cref="GivenText"/>'s; <c>--answers</c> prints every answer.
/// </summary>
internal static class ClassifyEval
{
    private static readonly string[] Headline = ["missile-launch", "large-scale-disaster", "cyber-incident", "noncombatant-evacuation", "none"];

    public static async Task<int> RunAsync(string[] args)
    {
        string[]? own = args.Contains("--texts") ? [.. args.SkipWhile(arg => arg != "--texts").Skip(1).TakeWhile(arg => !arg.StartsWith("--", StringComparison.Ordinal))] : null;
        var classifier = new ReportClassifier(Taxonomy.Load());
        var answers = (await ReadAsync(own)).Concat(await RealAsync(args)).Select(text => (Text: text, Result: classifier.Classify(text.ToReport()))).ToList();
        if (own is null && (args.Contains("--explain") || args.Contains("--answers")))
        {
            answers.RemoveAll(answer => answer.Text.Part is not (EvalText.Tuning or EvalText.Real));
        }

        if (args.Contains("--explain"))
        {
            foreach (var (text, result) in answers)
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{text.Title}\n  {result.Category} {result.Confidence:0.00} {result.Urgency} {result.Guidelines?.Reference} review={result.NeedsReview} doubt={result.ModeDoubt}"));
                foreach (var evidence in result.Evidence)
                {
                    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"    {evidence.Field}[{evidence.Offset}..{evidence.Offset + evidence.Length}] {evidence.Text}  {evidence.Signal} {evidence.Weight:0.00}"));
                }
            }

            return 0;
        }

        if (args.Contains("--answers"))
        {
            foreach (var (text, result) in answers)
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{result.Category}\t{result.Confidence:0.00}\t{text.Id}\t{text.Title ?? text.Body}\t{string.Join(' ', result.Evidence.Take(5).Select(evidence => evidence.Signal + ":" + evidence.Text))}"));
            }

            return 0;
        }

        if (own is not null)
        {
            Print("given texts", answers, listErrors: args.Contains("--errors"));
            return 0;
        }

        foreach (var part in answers.GroupBy(answer => answer.Text.Part).OrderBy(part => part.Key != EvalText.Tuning).ThenBy(part => part.Key, StringComparer.Ordinal))
        {
            var isOpen = part.Key is EvalText.Tuning or EvalText.Real;
            if (isOpen || args.Contains("--held-out"))
            {
                Print(part.Key, [.. part], listErrors: isOpen && args.Contains("--errors"));
            }
        }

        return 0;
    }

    /// <summary>The real texts, where the arguments say in which folder their sources are.</summary>
    internal static async Task<List<EvalText>> RealAsync(string[] args) =>
        Array.IndexOf(args, "--sources") is >= 0 and var at && at + 1 < args.Length ? await RealTexts.ReadAsync(args[at + 1]) : [];

    /// <summary>The texts of the given files, or of the whole set.</summary>
    internal static async Task<List<EvalText>> ReadAsync(string[]? own = null)
    {
        var texts = new List<EvalText>();
        foreach (var file in own ?? Directory.GetFiles(Path.Combine(Root(), "eval", "texts"), "*.jsonl").Order(StringComparer.Ordinal).ToArray())
        {
            await foreach (var line in File.ReadLinesAsync(file))
            {
                if (line.Length > 0 && line[0] == '{')
                {
                    texts.Add(GivenText.Read(line));
                }
            }
        }

        return texts;
    }

    internal static void Print(string name, IReadOnlyList<(EvalText Text, ClassificationResult Result)> answers, bool listErrors)
    {
        var judged = answers.Where(answer => answer.Text.Labels.Length > 0).Select(answer => (answer.Text, answer.Result, Truth: TruthOf(answer.Text, answer.Result))).ToList();
        Console.WriteLine($"== {name}: {judged.Count} texts ==");
        Console.WriteLine($"{"category",-34} {"texts",6} {"precision",10} {"recall",8} {"F1",7}");
        var f1 = new Dictionary<string, double>();
        foreach (var category in judged.Select(answer => answer.Truth).Concat(judged.Select(answer => answer.Result.Category.Value)).Distinct().OrderBy(id => Array.IndexOf(Headline, id) is >= 0 and var at ? at : 99).ThenBy(id => id, StringComparer.Ordinal))
        {
            var right = judged.Count(answer => answer.Truth == category && answer.Result.Category.Value == category);
            var given = judged.Count(answer => answer.Result.Category.Value == category);
            var due = judged.Count(answer => answer.Truth == category);
            var precision = given == 0 ? 0 : (double)right / given;
            var recall = due == 0 ? 0 : (double)right / due;
            f1[category] = right == 0 ? 0 : 2 * precision * recall / (precision + recall);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{category,-34} {due,6} {precision,10:0.000} {recall,8:0.000} {f1[category],7:0.000}"));
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"macro-F1 of the headline five: {Headline.Average(category => f1.GetValueOrDefault(category)):0.000}"));
        var ordinary = judged.Where(answer => answer.Text.Labels is ["none"]).ToList();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"ordinary news called a situation: {ordinary.Count(answer => answer.Result.Category != CategoryId.None)} of {ordinary.Count}"));
        Console.WriteLine($"contradictions of mode noticed: {answers.Count(answer => answer.Text.Doubt && answer.Result.ModeDoubt is not null)} of {answers.Count(answer => answer.Text.Doubt)}, raised in vain: {answers.Count(answer => !answer.Text.Doubt && answer.Result.ModeDoubt is not null)}");
        Confusion(judged);
        CalibrationTable(judged);
        if (listErrors)
        {
            foreach (var (text, result, truth) in judged.Where(answer => answer.Truth != answer.Result.Category.Value || answer.Text.Doubt != answer.Result.ModeDoubt is not null))
            {
                Console.WriteLine($"  {text.Id} should be {truth}{(text.Doubt ? " (doubt)" : "")}, is {result.Category}{(result.ModeDoubt is null ? "" : " (doubt)")}: {text.Title} | {text.Body?[..Math.Min(text.Body.Length, 120)]}");
                Console.WriteLine($"      {string.Join(" ", result.Evidence.Take(6).Select(evidence => $"{evidence.Signal}:{evidence.Text}({evidence.Weight.ToString(CultureInfo.InvariantCulture)})"))}");
            }
        }

        Console.WriteLine();
    }

    /// <summary>Where several primary answers are right, the one given counts.</summary>
    private static string TruthOf(EvalText text, ClassificationResult result) =>
        text.Labels.Contains(result.Category.Value) ? result.Category.Value : text.Labels[0];

    private static void Confusion(IReadOnlyList<(EvalText Text, ClassificationResult Result, string Truth)> judged)
    {
        var wrong = judged.Where(answer => answer.Truth != answer.Result.Category.Value)
            .CountBy(answer => $"{answer.Truth} -> {answer.Result.Category}").OrderByDescending(pair => pair.Value).ToList();
        Console.WriteLine(wrong.Count == 0 ? "confusion: none" : "confusion: " + string.Join(", ", wrong.Select(pair => $"{pair.Key} {pair.Value}")));
    }

    private static void CalibrationTable(IReadOnlyList<(EvalText Text, ClassificationResult Result, string Truth)> judged)
    {
        Console.WriteLine("confidence   answers   right");
        foreach (var (low, high) in new[] { (0.0, 0.5), (0.5, 0.7), (0.7, 0.8), (0.8, 0.9), (0.9, 0.95), (0.95, 1.01) })
        {
            var bin = judged.Where(answer => answer.Result.Confidence >= low && answer.Result.Confidence < high).ToList();
            if (bin.Count > 0)
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{low:0.00}-{Math.Min(high, 1):0.00}   {bin.Count,8}   {(double)bin.Count(answer => answer.Truth == answer.Result.Category.Value) / bin.Count,6:0.000}"));
            }
        }
    }

    internal static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "AllianceNotify.sln")))
                return folder.FullName;
        }

        return Directory.GetCurrentDirectory();
    }
}
