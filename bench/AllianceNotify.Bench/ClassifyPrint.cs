using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AllianceNotify.Classification;
using AllianceNotify.Intake;
using AllianceNotify.Reports;

namespace AllianceNotify.Bench;

/// <summary>
/// Prints a fingerprint of every whole answer (category, confidence, urgency, evidence, what it stands on, what the learned voice saw): a change that
/// should only make the classifier faster prints the same lines before and after. Of the evaluation texts, of all samples, and of reports put
/// together from the texts at random (the same ones each time): several texts in one body, other modes and actions, second languages, cut and widened characters.
/// </summary>
internal static class ClassifyPrint
{
    private const int Mixed = 6000;

    public static async Task<int> RunAsync(string[] args)
    {
        var texts = await ClassifyEval.ReadAsync();
        var classifier = new ReportClassifier(Taxonomy.Load());
        var whole = args.Contains("--whole");
        foreach (var (name, report) in Reports(texts))
        {
            var answer = Whole(classifier, report);
            var print = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(answer)).AsSpan(0, 12));
            Console.WriteLine(whole && name[0] != 'h' && name[0] != 's' ? $"{name}\t{print}\t{answer}" : $"{name}\t{print}");
        }

        return 0;
    }

    private static IEnumerable<(string Name, SituationReport Report)> Reports(List<EvalText> texts)
    {
        foreach (var text in texts)
        {
            yield return (text.Id, text.ToReport());
        }

        var tuning = texts.Where(text => text.Part == EvalText.Tuning).ToList();
        var random = new Random(7);
        for (var at = 0; at < Mixed; at++)
        {
            yield return ($"mixed-{at.ToString(CultureInfo.InvariantCulture)}", Mix(tuning, random));
        }

        var reader = new ReportReader(IntakeServices.All());
        var root = Path.Combine(ClassifyEval.Root(), "samples");
        foreach (var file in Directory.GetFiles(root, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            if (reader.Read(File.ReadAllBytes(file), null, new ReadContext(new DateTimeOffset(2026, 5, 1, 0, 0, 0, TimeSpan.Zero))) is not ReadOutcome.Read { Result: ReadResult.Reports read })
                continue;
            foreach (var (at, report) in read.Items.Index())
            {
                yield return ($"{Path.GetRelativePath(root, file)}#{at.ToString(CultureInfo.InvariantCulture)}", report);
                yield return ($"{Path.GetRelativePath(root, file)}#{at.ToString(CultureInfo.InvariantCulture)} without codes", report with { Codes = [], Facts = new Dictionary<string, FactValue>() });
            }
        }
    }

    private static SituationReport Mix(List<EvalText> texts, Random random)
    {
        SituationReport One() => texts[random.Next(texts.Count)].ToReport();
        string Words(SituationReport report) => report.Texts[0].Title + (random.Next(3) == 0 ? "\n" : report.Texts[0].Language == "ja" ? "。" : ". ") + report.Texts[0].Body;
        var report = One();
        var title = random.Next(4) switch { 0 => "", 1 => One().Texts[0].Title, _ => report.Texts[0].Title };
        var body = string.Concat(Enumerable.Range(0, random.Next(1, 9)).Select(_ => Words(One()) + (random.Next(2) == 0 ? " " : "\n")));
        body = random.Next(8) switch
        {
            0 => body.ToUpperInvariant(),
            1 => new string([.. body.Select(c => c is > '!' and < '~' ? (char)(c + 0xFEE0) : c == ' ' ? '\u3000' : c)]),
            2 => body[..random.Next(body.Length)],
            3 => body.Replace("a", "á", StringComparison.Ordinal).Replace("fi", "ﬁ", StringComparison.Ordinal).Replace("ガ", "ｶﾞ", StringComparison.Ordinal).Replace("ミ", "ﾐ", StringComparison.Ordinal),
            4 => "TOKYO, March 5 (Agency) - " + body,
            _ => body,
        };
        var other = One();
        return report with
        {
            Texts = random.Next(5) == 0 ? [new ReportText(report.Texts[0].Language, title, body), other.Texts[0]] : [new ReportText(report.Texts[0].Language, title, body)],
            Mode = (ReportMode)(random.Next(4) is < 3 and var mode ? mode : 0),
            Action = random.Next(3) == 0 ? ReportAction.Update : report.Action,
            Location = random.Next(4) == 0 ? new ReportLocation { Name = other.Texts[0].Title } : report.Location,
            Codes = random.Next(4) == 0 ? [new ReportCode("cap:severity", "Extreme"), new ReportCode("cap:event", other.Texts[0].Title), new ReportCode("cap:urgency", "Immediate")] : report.Codes,
        };
    }

    private static string Whole(ReportClassifier classifier, SituationReport report)
    {
        var result = JsonSerializer.Serialize(classifier.Classify(report));
        var (again, standing) = classifier.Weigh(report);
        var lead = classifier.ReadLead(report);
        var answer = new StringBuilder(result).Append(result == JsonSerializer.Serialize(again) && again.Urgency == classifier.UrgencyOf(report) ? "" : "UNSTEADY").Append(CultureInfo.InvariantCulture, $"|{standing}|{lead.Scale():R}");
        foreach (var seen in lead.All)
        {
            answer.Append(CultureInfo.InvariantCulture, $"|{seen.Feature} {seen.Value:R} {seen.Words.Part.NameIn(report)} {seen.Words.Offset} {seen.Words.Length}");
        }

        return answer.ToString();
    }
}
