using System.Text.RegularExpressions;
using AllianceNotify.Classification;
using AllianceNotify.Reports;
using Xunit;

namespace AllianceNotify.Tests.Classification;

public sealed partial class TaxonomyTests
{
    private static readonly Taxonomy Taxonomy = Taxonomy.Load();

    public static TheoryData<string> Ids => [.. Taxonomy.Categories.Select(category => category.Id.Value)];

    [Fact]
    public void All_thirty_situations_are_there_once() =>
        Assert.Equal(30, Taxonomy.Categories.Select(category => category.Id).Distinct().Count());

    [Fact]
    public void Every_reference_is_a_paragraph_of_the_Guidelines()
    {
        var paragraphs = TaxonomyData.ReadParagraphs().ToDictionary(paragraph => paragraph.Reference);
        Assert.All(
            TaxonomyData.ReadFiles().SelectMany(file => file.AlsoIn.Prepend(file.Reference)),
            reference => Assert.True(paragraphs.ContainsKey(reference), reference));
    }

    [Fact]
    public void Every_paragraph_has_its_parent_and_both_headings()
    {
        var paragraphs = TaxonomyData.ReadParagraphs();
        var references = paragraphs.Select(paragraph => paragraph.Reference).ToHashSet();
        Assert.Equal(paragraphs.Count, references.Count);
        Assert.All(paragraphs, paragraph =>
        {
            Assert.NotEmpty(paragraph.En);
            Assert.Matches(Japanese(), paragraph.Ja);
            Assert.True(
                paragraph.Reference.LastIndexOf('.') is var dot && (dot < 0 || references.Contains(paragraph.Reference[..dot])),
                paragraph.Reference);
        });
    }

    [Fact]
    public void Categories_that_share_a_kind_of_event_compare_it_alike_and_what_follows_is_a_kind()
    {
        var rules = Taxonomy.Categories.SelectMany(category => category.Correlation).ToList();
        Assert.All(rules.GroupBy(rule => rule.Event), group => Assert.Single(group.Select(rule => System.Text.Json.JsonSerializer.Serialize(rule)).Distinct()));
        Assert.All(rules, rule =>
        {
            Assert.InRange(rule.Minutes, 1, 60 * 24 * 60);
            Assert.True(rule.Km > 0 || rule.Shared is { Count: > 0 } || rule.MinutesByArea > 0, rule.Event);
            Assert.True(rule.Follows is null || rules.Exists(other => other.Event == rule.Follows.Event), rule.Event);
            Assert.All(rule.Signs ?? [], sign => Assert.Matches("^(fact:.+|[^=~]+[=~].+)$", sign));
        });
        Assert.Equal(["cyber-incident", "cyber-threat", "earthquake", "eruption", "incursion", "launch", "tsunami"], rules.Select(rule => rule.Event).Distinct().Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void Category_speaks_both_languages_and_keeps_its_floor(string id)
    {
        var category = Taxonomy.Find(CategoryId.Of(id))!;
        Assert.All(
            category.Playbook.Append(category.Name).Append(category.Responsibility).Append(category.Guidelines.Title),
            text =>
            {
                Assert.NotEmpty(text.En);
                Assert.DoesNotMatch(Japanese(), text.En);
                Assert.Matches(Japanese(), text.Ja);
            });
        Assert.NotEmpty(category.Phases);
        Assert.InRange(category.Playbook.Count, 2, 5);
        Assert.True(category.DefaultUrgency >= category.UrgencyFloor);
    }

    [Fact]
    public void Only_the_exercise_notice_never_pages() =>
        Assert.Equal(
            ["training-exercise"],
            Taxonomy.Categories.Where(category => category.DefaultUrgency == Urgency.Info).Select(category => category.Id.Value));

    [Fact]
    public void None_and_unclassified_are_not_categories()
    {
        Assert.Null(Taxonomy.Find(CategoryId.None));
        Assert.Null(Taxonomy.Find(CategoryId.Unclassified));
    }

    [Fact]
    public void Categories_follow_the_order_of_the_Guidelines()
    {
        var order = TaxonomyData.ReadParagraphs().Select(paragraph => paragraph.Reference).ToList();
        var places = Taxonomy.Categories.Select(category => order.IndexOf(category.Guidelines.Reference)).ToList();
        Assert.Equal(places.Order(), places);
    }

    [GeneratedRegex(@"[\p{IsHiragana}\p{IsKatakana}\p{IsCJKUnifiedIdeographs}]")]
    private static partial Regex Japanese();
}
