using System.Globalization;
using AllianceNotify.Classification;
using AllianceNotify.Classification.Learned;
using AllianceNotify.Classification.Text;

namespace AllianceNotify.Bench;

/// <summary>
/// Learns the classifier's second voice from the tuning part of the evaluation set and the real part (<c>--sources FOLDER</c>) and writes it
/// to <c>Classification/Learned/model.json</c>. First it is learned ten times, each time without a tenth of the texts, and what rules and
/// voice together answer on the tenth left out is printed and gives the curves of confidence (<c>calibration.json</c>). <c>--write</c> writes both files.
/// </summary>
internal static class ClassifyLearn
{
    private const int Folds = 10;

    /// <summary>A feature in fewer texts than this is chance.</summary>
    private const int LeastTexts = 3;

    /// <summary>A text of none counts less than one of a situation: many were chosen because they resemble one, so there are more than in what reports say.</summary>
    private const float NoneCounts = 0.6f;

    /// <summary>A category with fewer texts is left to the rules; its texts are only told apart from the others and from none.</summary>
    private const int LeastOfClass = 20;

    public static async Task<int> RunAsync(string[] args)
    {
        var texts = (await ClassifyEval.ReadAsync()).Concat(await ClassifyEval.RealAsync(args)).Where(text => text.Part is EvalText.Tuning or EvalText.Real && text.Labels.Length > 0).ToList();
        if (args.Contains("--write") && !texts.Exists(text => text.Part == EvalText.Real))
        {
            Console.Error.WriteLine("The model is learned from the real texts too: say where their sources are with --sources FOLDER (eval/README.md).");
            return 2;
        }

        var taxonomy = Taxonomy.Load();
        var answers = new List<(EvalText, ClassificationResult)>();
        var stood = new List<(Standing Standing, bool Right)>();
        for (var fold = 0; fold < Folds; fold++)
        {
            var lexicon = Lexicon.Load();
            var (model, _) = Learn(taxonomy, lexicon, [.. texts.Where((_, at) => at % Folds != fold)]);
            var classifier = new ReportClassifier(taxonomy, lexicon, model, null);
            foreach (var text in texts.Where((_, at) => at % Folds == fold))
            {
                var (result, standing) = classifier.Weigh(text.ToReport());
                answers.Add((text, result));
                if (result.Category != CategoryId.Unclassified)
                {
                    stood.Add((standing, text.Labels.Contains(result.Category.Value)));
                }
            }
        }

        foreach (var part in answers.GroupBy(answer => answer.Item1.Part).OrderByDescending(part => part.Key, StringComparer.Ordinal))
        {
            ClassifyEval.Print($"{part.Key}, left out while learning", [.. part], args.Contains("--errors"));
        }

        var full = Learn(taxonomy, Lexicon.Load(), texts);
        var path = Path.Combine(ClassifyEval.Root(), "shared", "AllianceNotify", "Classification", "Learned", "model.json");
        var file = ToFile(full.Model, full.Texts);
        var curves = new CalibrationFile(Fit([.. stood.Where(one => !one.Standing.IsNone)]), Fit([.. stood.Where(one => one.Standing.IsNone)]));
        Console.WriteLine($"curves: {Calibration.Write(curves)}");
        if (args.Contains("--write"))
        {
            await File.WriteAllTextAsync(Path.Combine(Path.GetDirectoryName(path)!, "calibration.json"), Calibration.Write(curves) + "\n");
            await File.WriteAllTextAsync(path, LearnedModel.Write(file).Replace("},\"", "},\n\"", StringComparison.Ordinal) + "\n");
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{file.Features.Count} features of {file.Classes.Length} classes"));
        return 0;
    }

    private static (LearnedModel Model, int[] Texts) Learn(Taxonomy taxonomy, Lexicon lexicon, IReadOnlyList<EvalText> texts)
    {
        var features = new LearnedFeatures(lexicon) { Learning = true };
        foreach (var word in texts.SelectMany(WordsOf).CountBy(word => word).Where(pair => pair.Value >= LeastTexts).Select(pair => pair.Key))
        {
            features.AddWord(word);
        }

        features.CoverForms();

        var reader = new ReportClassifier(taxonomy, lexicon, null, features);
        var large = texts.CountBy(text => text.Labels[0]).Where(pair => pair.Value >= LeastOfClass).Select(pair => pair.Key).ToHashSet(StringComparer.Ordinal);
        var classes = large.Append(LearnedModel.Other.Value).Distinct().Order(StringComparer.Ordinal).Select(CategoryId.Of).ToArray();
        CategoryId ClassOf(EvalText text) => large.Contains(text.Labels[0]) ? CategoryId.Of(text.Labels[0]) : LearnedModel.Other;
        var rows = new List<(int Class, (int Feature, float Value)[] Features)>();
        foreach (var text in texts)
        {
            var lead = reader.ReadLead(text.ToReport());
            var scale = lead.Scale();
            rows.Add((Array.IndexOf(classes, ClassOf(text)), [.. lead.All.Select(seen => (seen.Feature, seen.Value * scale))]));
        }

        var counts = new int[features.Count];
        foreach (var (feature, _) in rows.SelectMany(row => row.Features))
        {
            counts[feature]++;
        }

        rows = [.. rows.Select(row => (row.Class, row.Features.Where(one => counts[one.Feature] >= LeastTexts).ToArray()))];
        features.Learning = false;
        var (bias, weights) = Descend(rows, classes.Length, features.Count, Array.IndexOf(classes, CategoryId.None));
        return (new LearnedModel(features, classes, bias, weights), counts);
    }

    private static HashSet<string> WordsOf(EvalText text)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        var folded = TextFolding.Fold((text.Title ?? "") + "\n" + (text.Body ?? ""));
        for (var at = 0; at < folded.Length; at++)
        {
            var end = at;
            while (end < folded.Length && folded[end] is >= 'a' and <= 'z')
            {
                end++;
            }

            if (end - at >= 2 && end - at <= WordTable.LongestWord && !LanguageGuess.EnglishLittleWords.Contains(folded[at..end]))
            {
                found.Add(new string(Stem.Of(folded.AsSpan(at, end - at))));
            }

            at = Math.Max(at, end);
        }

        return found;
    }

    /// <summary>Multinomial logistic regression by AdaGrad with L2; the order of the texts is fixed, so that a run can be repeated.</summary>
    private static (float[] Bias, float[] Weights) Descend(List<(int Class, (int Feature, float Value)[] Features)> rows, int classes, int features, int none)
    {
        const int Rounds = 30;
        const float Step = 0.6f;
        const float Ridge = 0.0008f;
        var bias = new float[classes];
        var weights = new float[features * classes];
        var squares = new float[weights.Length];
        var biasSquares = new float[classes];
        var odds = new float[classes];
        var order = Enumerable.Range(0, rows.Count).ToArray();
        var random = new Random(1);
        for (var round = 0; round < Rounds; round++)
        {
            random.Shuffle(order);
            foreach (var at in order)
            {
                var (truth, found) = rows[at];
                bias.CopyTo(odds, 0);
                foreach (var (feature, value) in found)
                {
                    for (var of = 0; of < classes; of++)
                    {
                        odds[of] += weights[(feature * classes) + of] * value;
                    }
                }

                var most = odds.Max();
                var sum = 0f;
                for (var of = 0; of < classes; of++)
                {
                    sum += odds[of] = MathF.Exp(odds[of] - most);
                }

                for (var of = 0; of < classes; of++)
                {
                    var slope = ((odds[of] / sum) - (of == truth ? 1 : 0)) * (truth == none ? NoneCounts : 1);
                    biasSquares[of] += slope * slope;
                    bias[of] -= Step * slope / (1 + MathF.Sqrt(biasSquares[of]));
                    foreach (var (feature, value) in found)
                    {
                        var place = (feature * classes) + of;
                        var g = (slope * value) + (Ridge * weights[place]);
                        squares[place] += g * g;
                        weights[place] -= Step * g / (0.05f + MathF.Sqrt(squares[place]));
                    }
                }
            }
        }

        return (bias, weights);
    }

    /// <summary>
    /// A logistic curve by gradient descent. A wrong answer counts twice: the rules were tuned on these texts, and on others they
    /// are wrong more often.
    /// </summary>
    private static Curve Fit(List<(Standing Standing, bool Right)> stood)
    {
        const double WrongCounts = 2;
        const double Ridge = 0.01;
        double start = 0, byValue = 0, byRival = 0, byOdds = 0;
        for (var round = 0; round < 20_000; round++)
        {
            double s0 = 0, s1 = 0, s2 = 0, s3 = 0;
            foreach (var (standing, right) in stood)
            {
                var slope = (right ? 1 : WrongCounts) * (new Curve(start, byValue, byRival, byOdds).Of(standing) - (right ? 1 : 0));
                s0 += slope;
                s1 += slope * standing.Value;
                s2 += slope * standing.Rival;
                s3 += slope * standing.Odds;
            }

            var step = 0.05 / stood.Count;
            start -= step * s0;
            byValue -= step * (s1 + (Ridge * byValue));
            byRival -= step * (s2 + (Ridge * byRival));
            byOdds -= step * (s3 + (Ridge * byOdds));
        }

        return new Curve(Math.Round(start, 3), Math.Round(byValue, 3), Math.Round(byRival, 3), Math.Round(byOdds, 3));
    }

    /// <summary>Only what matters, to two decimals.</summary>
    private static LearnedFile ToFile(LearnedModel model, int[] counts)
    {
        var features = new Dictionary<string, Dictionary<string, float>>(StringComparer.Ordinal);
        for (var feature = 1; feature < model.Features.Count; feature++)
        {
            if (feature >= counts.Length || counts[feature] < LeastTexts)
                continue;
            var row = model.Of(feature)[..model.Classes.Length].ToArray();
            var kept = row.Select((weight, at) => (Class: model.Classes[at].Value, Weight: MathF.Round(weight, 2))).Where(one => MathF.Abs(one.Weight) >= 0.5f).ToDictionary(one => one.Class, one => one.Weight);
            if (kept.Count > 0)
            {
                features[model.Features.NameOf(feature)] = kept;
            }
        }

        return new LearnedFile { Classes = [.. model.Classes.Select(id => id.Value)], Bias = [.. model.Bias.Select(bias => MathF.Round(bias, 3))], Features = features };
    }
}
