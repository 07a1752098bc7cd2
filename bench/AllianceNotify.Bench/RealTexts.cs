using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace AllianceNotify.Bench;

/// <summary>
/// Real news with the labels of <c>eval/real/labels.tsv</c>. The project carries the labels, not the texts: these are read from copies of the
/// public sources (<c>eval/README.md</c> names them, their commits and their licences), each in a folder of its own name.
/// </summary>
internal static partial class RealTexts
{
    private const string Events = "current-events-context";
    private const string Wikinews = "jawikinews-headline-dataset";
    private const int LongestLead = 300;

    /// <summary>Throws <see cref="InvalidDataException"/> where a labelled text is not found: the copy is of another commit.</summary>
    public static async Task<List<EvalText>> ReadAsync(string sources)
    {
        var texts = new List<EvalText>();
        var missing = new List<string>();
        var events = new Dictionary<string, Dictionary<string, string>>(StringComparer.Ordinal);
        var articles = await ArticlesAsync(Path.Combine(sources, Wikinews, "raw", "cleaned-data.tsv.gz"));
        await foreach (var line in File.ReadLinesAsync(Path.Combine(ClassifyEval.Root(), "eval", "real", "labels.tsv")))
        {
            if (line.Split('\t') is not [var part, var source, var place, var labels])
                continue;
            var id = $"{part}-{source}-{place}";
            if (source == "wikinews-ja")
            {
                if (articles.TryGetValue(place, out var article))
                {
                    texts.Add(new EvalText { Id = id, Labels = labels.Split(','), Language = "ja", Title = article.Title, Body = article.Body });
                }
                else
                {
                    missing.Add(id);
                }

                continue;
            }

            var date = place[..10];
            if (!events.TryGetValue(date, out var items))
            {
                events[date] = items = await ItemsAsync(Path.Combine(sources, Events, date[..4], date[5..7], date + ".yaml"));
            }

            if (items.TryGetValue(place[11..], out var text))
            {
                texts.Add(new EvalText { Id = id, Labels = labels.Split(','), Language = "en", Body = text });
            }
            else
            {
                missing.Add(id);
            }
        }

        return missing.Count == 0 ? texts : throw new InvalidDataException($"The sources lack {missing.Count} labelled texts (are they at the commits that eval/README.md names?): {string.Join(" ", missing)}");
    }

    /// <summary>Titles and first two sentences by the number of the article; the data set parts words by spaces.</summary>
    private static async Task<Dictionary<string, (string Title, string Body)>> ArticlesAsync(string path)
    {
        var articles = new Dictionary<string, (string Title, string Body)>(StringComparer.Ordinal);
        await using var packed = File.OpenRead(path);
        await using var unpacked = new GZipStream(packed, CompressionMode.Decompress);
        using var reader = new StreamReader(unpacked);
        while (await reader.ReadLineAsync() is { } line)
        {
            if (line.Split('\t') is [var number, var article, var headline])
            {
                var lead = string.Concat(Sentence().Matches(Join(article)).Take(2).Select(match => match.Value));
                articles[number] = (Join(headline), lead[..Math.Min(LongestLead, lead.Length)]);
            }
        }

        return articles;
    }

    private static string Join(string words)
    {
        var joined = BesideScript().Replace(words, "");
        joined = WithinNumber().Replace(joined, "$1");
        return BeforeNumber().Replace(joined, "$1").Trim();
    }

    /// <summary>The items of one day by their digest, without the names of their sources.</summary>
    private static async Task<Dictionary<string, string>> ItemsAsync(string path)
    {
        var items = new Dictionary<string, string>(StringComparer.Ordinal);
        var item = new StringBuilder();
        foreach (var line in (await File.ReadAllLinesAsync(path)).Append("  end:"))
        {
            var trimmed = line.TrimStart();
            var begins = trimmed.StartsWith("- ", StringComparison.Ordinal);
            if (begins || (line.Length - trimmed.Length < 4 && trimmed.Length > 0))
            {
                var text = Plain(item.ToString());
                items[DigestOf(text)] = text;
                item.Clear().Append(begins ? trimmed[2..] : "");
            }
            else if (item.Length > 0 && item[^1] == '\\')
            {
                item.Length--;
                item.Append(trimmed.StartsWith("\\ ", StringComparison.Ordinal) ? trimmed[1..] : trimmed);
            }
            else
            {
                item.Append(' ').Append(trimmed);
            }
        }

        return items;
    }

    private static string Plain(string scalar)
    {
        var text = scalar.Trim();
        if (text is ['\'', .., '\''])
        {
            text = text[1..^1].Replace("''", "'", StringComparison.Ordinal);
        }
        else if (text is ['"', .., '"'])
        {
            text = Escaped().Replace(text[1..^1], static match => match.Value[1] switch
            {
                'x' or 'u' => ((char)int.Parse(match.Value[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToString(),
                'n' or 't' => " ",
                _ => match.Value[1..],
            });
        }

        text = Bracketed().Replace(Spaces().Replace(text, " ").Trim(), "");
        return SourceNames().Replace(text, "").Trim();
    }

    /// <summary>Of the ASCII letters and digits alone, so that quoting and spacing do not matter.</summary>
    private static string DigestOf(string text) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes([.. text.Where(char.IsAsciiLetterOrDigit)])))[..12];

    [GeneratedRegex("[^。]*。")]
    private static partial Regex Sentence();

    [GeneratedRegex(@"(?<=[^\x00-\x7f]) +(?=.)|(?<=[\x00-\x7f]) +(?=[^\x00-\x7f])")]
    private static partial Regex BesideScript();

    [GeneratedRegex(@"(?<=\d) ?([.,]) ?(?=\d)")]
    private static partial Regex WithinNumber();

    [GeneratedRegex(@"\b([A-Z]) (?=\d)")]
    private static partial Regex BeforeNumber();

    [GeneratedRegex(@"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)")]
    private static partial Regex Escaped();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    [GeneratedRegex(@"\s*\[[^\]]*\]")]
    private static partial Regex Bracketed();

    [GeneratedRegex(@"(\s*\([^()]{2,60}\))+\.?$")]
    private static partial Regex SourceNames();
}
