using AllianceNotify.Classification;
using AllianceNotify.Reports;
using AllianceNotify.Situations;

namespace AllianceNotify.Content;

/// <summary>
/// An alert as readers of one language see it: every word chosen, all foreign text neutralised, nothing encoded yet. Mail,
/// plain text, card and page are all written from it, so that they say the same.
/// </summary>
public sealed record AlertSheet
{
    internal const int MaxTitle = 300;

    /// <summary>UTF-16 units of the source's text in a mail: mail programs cut large mails where they please (Gmail: 102 KB).</summary>
    internal const int MaxMailBody = 6000;

    private const int MaxName = 200;
    private const int MaxAreas = 12;
    private const int MaxFacts = 16;

    /// <summary>From this age on the reader is told that what is reported did not happen just now.</summary>
    private static readonly TimeSpan OldNews = TimeSpan.FromDays(1);

    /// <summary><c>en</c> or <c>ja</c>.</summary>
    public required string Language { get; init; }

    public required ShownMode Mode { get; init; }

    public required Urgency Urgency { get; init; }

    /// <summary>The TLP label as its standard writes it, in no language.</summary>
    public required string MarkingLabel { get; init; }

    /// <summary>Which nations and agencies may read it, in a phrase; empty where the colour alone decides.</summary>
    public required string Releasable { get; init; }

    /// <summary>New, update, all-clear or review, with the revision.</summary>
    public required string Kind { get; init; }

    public required bool IsAllClear { get; init; }

    /// <summary>The category's name, after the mode's mark where the alert is not actual.</summary>
    public required string Category { get; init; }

    public required SheetText Text { get; init; }

    public required IReadOnlyList<SheetRow> Rows { get; init; }

    /// <summary>What the reader is to do, a line an action.</summary>
    public required IReadOnlyList<string> Asked { get; init; }

    /// <summary>Whether and where an answer is asked for.</summary>
    public required string Answer { get; init; }

    public required AlertId AlertId { get; init; }

    public required SituationId SituationId { get; init; }

    public static AlertSheet Of(Alert alert, Taxonomy taxonomy, string language)
    {
        var own = Words.IsJapanese(language) ? "ja" : "en";
        var category = taxonomy.Find(alert.Category);
        return new AlertSheet
        {
            Language = own,
            Mode = alert.ShownMode,
            Urgency = alert.Urgency,
            MarkingLabel = alert.Marking.Label,
            Releasable = MarkingWords.ReleasableIn(alert.Marking, own),
            Kind = Words.Of(alert.Kind, alert.Revision).In(own),
            IsAllClear = alert.Kind == AlertKind.AllClear,
            Category = ModeBanner.HeadingMark(alert.ShownMode, own) + CategoryName(alert.Category, taxonomy, own),
            Text = SheetText.Of(alert.Texts, own),
            Rows = [.. RowsOf(alert, taxonomy, category, own)],
            Asked = [.. AskedOf(alert, category, own)],
            Answer = (alert.ExpectsAnswer ? Words.AnswerAsked : Words.NoAnswerNeeded).In(own),
            AlertId = alert.Id,
            SituationId = alert.Situation,
        };
    }

    /// <summary>A category's name for people, also where it is none or the taxonomy does not have it.</summary>
    public static string CategoryName(CategoryId id, Taxonomy taxonomy, string language)
    {
        // "Unclassified" would read as a security classification.
        if (id == CategoryId.Unclassified)
        {
            return Words.Unrecognised.In(language);
        }

        return id == CategoryId.None
            ? Words.NoSituation.In(language)
            : taxonomy.Find(id)?.Name.In(language) ?? SafeText.Line(id.Value, MaxName);
    }

    private static IEnumerable<SheetRow> RowsOf(Alert alert, Taxonomy taxonomy, TaxonomyCategory? category, string language)
    {
        SheetRow Row(SheetTopic topic, LocalizedText label, params string?[] lines) =>
            new(topic, label.In(language), [.. lines.OfType<string>().Where(line => line.Length > 0)]);

        if (alert.Kind == AlertKind.Review || alert.ReviewReason is not null)
        {
            yield return Row(
                SheetTopic.Review,
                Words.NotConfirmed,
                alert.ReviewReason is { } reason ? SafeText.Line(HubSentences.In(language, reason, taxonomy), 500) : null,
                Words.Confidence(alert.Confidence).In(language));
        }

        yield return Row(
            SheetTopic.When,
            Words.Observed,
            Moments.Jst(alert.ObservedAt),
            Moments.Utc(alert.ObservedAt),
            $"DTG {Moments.Dtg(alert.ObservedAt)} ({Moments.DtgJapan(alert.ObservedAt)})",
            alert.MadeAt - alert.ObservedAt is var age && age >= OldNews ? Words.Before(age).In(language) : null);

        var where = alert.Location is { } location ? PlaceWords.Of(location, language).ToArray() : [];
        yield return Row(SheetTopic.Where, Words.Where, where.Length > 0 ? where : [Words.NotStated.In(language)]);

        // Codes are for machines (the CAP alert has them all): a reader gets them where the source names no place.
        if (alert.Location is { Name: not { Length: > 0 }, AreaCodes: { Count: > 0 } codes })
        {
            yield return Row(SheetTopic.Areas, Words.Areas, Words.Listed([.. codes.Take(MaxAreas).Select(code => SafeText.Line(code, 60))], codes.Count, language));
        }

        var facts = FactWords.Of(alert.Facts, language);
        foreach (var (label, value) in facts.Take(MaxFacts))
        {
            yield return new SheetRow(SheetTopic.Fact, label, [value]);
        }

        if (facts.Count > MaxFacts)
        {
            yield return new SheetRow(SheetTopic.Fact, Words.OtherFacts.In(language), [Words.More(facts.Count - MaxFacts).In(language)]);
        }

        yield return Row(SheetTopic.Source, Words.Source, SafeText.Line(alert.Source, MaxName));
        if (alert.MadeBy is { } officer)
        {
            yield return Row(SheetTopic.MadeBy, Words.MadeBy, SafeText.Line(officer, MaxName));
        }

        if (category is null)
        {
            yield return Row(SheetTopic.Guidelines, Words.Guidelines, Words.NoGuidelines.In(language));
        }
        else
        {
            yield return Row(
                SheetTopic.Guidelines,
                Words.Guidelines,
                $"{category.Guidelines.Reference} {category.Guidelines.Title.In(language)}",
                category.OfficialStatementOnly ? Words.OfficialOnly.In(language) : null);
            yield return Row(SheetTopic.Responsibility, Words.Responsibility, category.Responsibility.In(language));
        }

        var also = alert.Categories
            .Where(score => score.Category != alert.Category)
            .Select(score => (score.Category, Found: taxonomy.Find(score.Category)))
            .Select(item => item.Found is { } found
                ? $"{found.Name.In(language)} ({found.Guidelines.Reference})"
                : CategoryName(item.Category, taxonomy, language))
            .ToArray();
        if (also.Length > 0)
        {
            yield return Row(SheetTopic.Also, Words.Also, also);
        }

        yield return Row(SheetTopic.Made, Words.Made, $"{Moments.Jst(alert.MadeAt)} ({Moments.Dtg(alert.MadeAt)})");
    }

    private static IEnumerable<string> AskedOf(Alert alert, TaxonomyCategory? category, string language)
    {
        var instead = Words.InPlaceOfPlaybook(alert.ShownMode, alert.Kind);
        var lines = instead.Count > 0 ? instead : category?.Playbook ?? [];
        if (alert.ShownMode is ShownMode.Exercise or ShownMode.InDoubt)
        {
            yield return (alert.ShownMode == ShownMode.Exercise ? Words.ExerciseOnly : Words.ModeNotKnown).In(language);
        }

        foreach (var line in lines)
        {
            yield return line.In(language);
        }
    }
}

/// <summary>One labelled statement of an alert.</summary>
public sealed record SheetRow(SheetTopic Topic, string Label, IReadOnlyList<string> Lines)
{
    /// <summary>Belongs before the acknowledge link: what a reader has to know first.</summary>
    public bool IsKey => Topic is SheetTopic.Review or SheetTopic.When or SheetTopic.Where;
}

public enum SheetTopic
{
    Review,
    When,
    Where,
    Areas,
    Fact,
    Source,
    MadeBy,
    Guidelines,
    Responsibility,
    Also,
    Made,
}
