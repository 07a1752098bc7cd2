using System.Text.RegularExpressions;
using AllianceNotify.Functions.Cli;
using Xunit;

namespace AllianceNotify.Infra.Tests;

/// <summary>What the guides tell a reader to type is there: the deployment's outputs, and the verbs of the hub.</summary>
public sealed partial class GuideTests
{
    private static readonly string Root = BicepCli.Metadata("Repository");

    private static readonly string Deploy = File.ReadAllText(Path.Combine(Root, "docs", "deploy.md"));

    /// <summary>Words in capitals that the reader has to know, and that no deployment can tell.</summary>
    private static readonly string[] OfTheReader = ["YOU", "YOUR-OBJECT-ID", "SENDERS-GROUP", "TEAMS-APP-ID", "KEY", "NAME-ENVIRONMENT", "FILE", "DIR", "NEW", "OLD", "ID", "JPY", "POST"];

    [Fact]
    public void Every_output_that_the_guide_names_is_one_of_the_template_and_every_output_is_named()
    {
        var outputs = Output().Matches(File.ReadAllText(Path.Combine(Root, "infra", "main.bicep"))).Select(match => match.Groups[1].Value);

        Assert.Equal(outputs.Order(), Placeholders().SelectMany(row => Name().Matches(row.Output).Select(match => match.Groups[1].Value)).Distinct().Order());
    }

    [Fact]
    public void Every_word_in_capitals_is_explained()
    {
        var explained = Placeholders().SelectMany(row => Name().Matches(row.Below).Select(match => match.Groups[1].Value)).ToList();
        var used = Code().Matches(Deploy).SelectMany(match => Capitals().Matches(match.Value)).Select(match => match.Value).Distinct();

        Assert.Empty(used.Except(explained).Except(OfTheReader));
    }

    [Fact]
    public void Every_verb_that_a_guide_has_somebody_type_is_understood()
    {
        var root = HubCommandLine.Root();
        var verbs = root.Subcommands.Select(verb => verb.Name).ToHashSet(StringComparer.Ordinal);
        var typed = Directory.EnumerateFiles(Path.Combine(Root, "docs"), "*.md").Append(Path.Combine(Root, "README.md"))
            .SelectMany(file => Span().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value)
                .Concat(Run().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value)))
            .Select(line => line.Replace("…", "", StringComparison.Ordinal).Trim())
            .Where(line => !line.Contains('|') && line.Split(' ') is { Length: > 1 } words && verbs.Contains(words[0]))
            .ToList();

        Assert.Contains("sign-in-link", verbs);
        Assert.NotEmpty(typed);
        // Only named, it lacks what has to be given with it.
        Assert.All(typed, line => Assert.DoesNotContain(
            root.Parse(line).Errors, error => !(line.Split(' ').Length == 2 && error.Message.Contains("required", StringComparison.OrdinalIgnoreCase))));
    }

    /// <summary>Rows of the table in step 2, of which each line holds two.</summary>
    private static IEnumerable<(string Below, string Output)> Placeholders() => Deploy.Split('\n')
        .Where(line => line.StartsWith("| `", StringComparison.Ordinal) && line.Count(c => c == '|') == 6)
        .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
        .Where(cells => cells[3].Length == 0)
        .SelectMany(cells => new[] { (cells[1], cells[2]), (cells[4], cells[5]) });

    [GeneratedRegex(@"^output (\w+) ", RegexOptions.Multiline)]
    private static partial Regex Output();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Name();

    /// <summary>Indented blocks.</summary>
    [GeneratedRegex(@"^ {4,}\S.*$", RegexOptions.Multiline)]
    private static partial Regex Code();

    [GeneratedRegex(@"(?<![\w$./:=-])[A-Z]{2,}(-[A-Z]+)*(?![\w-])")]
    private static partial Regex Capitals();

    [GeneratedRegex("`([a-z][^`\n]*)`")]
    private static partial Regex Span();

    [GeneratedRegex("functions -- ([^`\n]+)")]
    private static partial Regex Run();
}
