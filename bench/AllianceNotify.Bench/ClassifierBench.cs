using System.Diagnostics;
using System.Globalization;
using System.Text;
using AllianceNotify.Classification;
using AllianceNotify.Classification.Text;
using AllianceNotify.Reports;

namespace AllianceNotify.Bench;

/// <summary>
/// Speed of classification on one core, over the evaluation texts repeated: MB of UTF-8 a second; the same with a lexicon twice
/// the size; for the urgency alone; and against <c>LC_ALL=C grep -c -F -f</c> of the lexicon's forms over the same bytes.
/// </summary>
internal static class ClassifierBench
{
    /// <summary>So many megabytes are read before any are timed, so that compiling is over.</summary>
    private const int Warm = 15;

    public static async Task<int> RunAsync(string[] args)
    {
        var megabytes = args is [var size, ..] ? int.Parse(size, CultureInfo.InvariantCulture) : 100;
        var texts = new List<(EvalText Text, SituationReport Report, int Bytes)>();
        foreach (var file in Directory.GetFiles(Path.Combine(ClassifyEval.Root(), "eval", "texts"), "*.jsonl").Order(StringComparer.Ordinal))
        {
            await foreach (var line in File.ReadLinesAsync(file))
            {
                var text = System.Text.Json.JsonSerializer.Deserialize(line, EvalJson.Default.EvalText)!;
                var report = text.ToReport();
                texts.Add((text, report, report.Texts.Sum(part => Encoding.UTF8.GetByteCount(part.Title) + Encoding.UTF8.GetByteCount(part.Body) + 2)));
            }
        }

        var taxonomy = Taxonomy.Load();
        var lexicon = Lexicon.Load();
        var classifier = new ReportClassifier(taxonomy, lexicon);
        var doubled = new ReportClassifier(taxonomy, Lexicon.LoadWith(lexicon.Forms.Select((_, at) => $"filler{at.ToString(CultureInfo.InvariantCulture)}x")));
        Measure(report => classifier.Classify(report), texts, Warm);
        Measure(report => doubled.Classify(report), texts, Warm);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Measure(report => classifier.Classify(report), texts, 1);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        var (seconds, bytes) = Measure(report => classifier.Classify(report), texts, megabytes);
        var (doubledSeconds, doubledBytes) = Measure(report => doubled.Classify(report), texts, megabytes);
        Measure(report => classifier.UrgencyOf(report), texts, Warm);
        var (urgencySeconds, urgencyBytes) = Measure(report => classifier.UrgencyOf(report), texts, megabytes);
        var rate = bytes / seconds / 1e6;
        var doubledRate = doubledBytes / doubledSeconds / 1e6;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"classified {bytes / 1e6:0} MB in {seconds:0.00} s: {rate:0.0} MB/s, {seconds * 1e6 * texts.Sum(text => text.Bytes) / texts.Count / bytes:0.00} µs and {allocated / (texts.Count * Rounds(texts, 1)):0} bytes of memory a text of {texts.Average(text => text.Bytes):0} bytes"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"lexicon of {lexicon.Forms.Count} forms doubled: {doubledRate:0.0} MB/s, {doubledRate / rate:0.00} of that"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"the urgency alone: {urgencyBytes / urgencySeconds / 1e6:0.0} MB/s"));
        await AgainstGrepAsync(lexicon, texts, megabytes, seconds);
        return 0;
    }

    /// <summary>How often all texts are read until they amount to so many megabytes.</summary>
    private static long Rounds(List<(EvalText Text, SituationReport Report, int Bytes)> texts, int megabytes) =>
        (long)Math.Ceiling(megabytes * 1e6 / texts.Sum(text => text.Bytes));

    private static (double Seconds, long Bytes) Measure(Action<SituationReport> classify, List<(EvalText Text, SituationReport Report, int Bytes)> texts, int megabytes)
    {
        var target = megabytes * 1_000_000L;
        var bytes = 0L;
        var watch = Stopwatch.StartNew();
        while (bytes < target)
        {
            foreach (var (_, report, length) in texts)
            {
                classify(report);
                bytes += length;
            }
        }

        return (watch.Elapsed.TotalSeconds, bytes);
    }

    private static async Task AgainstGrepAsync(Lexicon lexicon, List<(EvalText Text, SituationReport Report, int Bytes)> texts, int megabytes, double ours)
    {
        var folder = Directory.CreateTempSubdirectory("classifier-bench");
        try
        {
            var words = Path.Combine(folder.FullName, "lexicon");
            var corpus = Path.Combine(folder.FullName, "texts");
            await File.WriteAllLinesAsync(words, lexicon.Forms.Order(StringComparer.Ordinal));
            await using (var writer = new StreamWriter(corpus, append: false, new UTF8Encoding(false)))
            {
                for (var bytes = 0L; bytes < megabytes * 1_000_000L;)
                {
                    foreach (var (_, report, length) in texts)
                    {
                        await writer.WriteLineAsync(report.Texts[0].Title);
                        await writer.WriteLineAsync(report.Texts[0].Body);
                        bytes += length;
                    }
                }
            }

            var watch = Stopwatch.StartNew();
            var start = new ProcessStartInfo("grep", ["-c", "-F", "-f", words, corpus]) { RedirectStandardOutput = true };
            start.Environment["LC_ALL"] = "C";
            using var grep = Process.Start(start)!;
            await grep.StandardOutput.ReadToEndAsync();
            await grep.WaitForExitAsync();
            var seconds = watch.Elapsed.TotalSeconds;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"grep -c -F -f over the same bytes: {seconds:0.00} s; classification takes {ours / seconds:0.0} times that"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
