using AllianceNotify.Classification;
using AllianceNotify.Content;
using AllianceNotify.Reports;
using AllianceNotify.Situations;

namespace AllianceNotify.Functions.Board;

/// <summary>One situation on the list.</summary>
public sealed record SituationRow
{
    public required Situation Situation { get; init; }

    public required LocalizedText Category { get; init; }

    /// <summary>In the source's own language.</summary>
    public required SheetText Title { get; init; }

    /// <summary>In the other of the hub's languages, where the source gave it.</summary>
    public SheetText? OtherTitle { get; init; }

    public required Asking Asking { get; init; }

    /// <summary>Nothing further happens with it until a person decides or answers.</summary>
    public bool WaitsForSomebody =>
        Situation.Status == SituationStatus.Held
        || (Situation.Status == SituationStatus.Open && (Situation.NeedsReview || Asking.IsUnanswered));

    /// <summary>What may be real before what is played, then the more urgent, then the newer.</summary>
    public static IReadOnlyList<SituationRow> MostPressingFirst(IEnumerable<SituationRow> rows) =>
    [
        .. rows.OrderBy(row => row.Situation is { ModeDoubt: null, Mode: not ReportMode.Actual })
            .ThenByDescending(row => row.Situation.Urgency)
            .ThenByDescending(row => row.Situation.OpenedAt),
    ];

    public static async Task<SituationRow> LoadAsync(
        Situation situation, SituationTable situations, Taxonomy taxonomy, CancellationToken cancellationToken)
    {
        var titles = TitlesOf(situation.Texts);
        return new SituationRow
        {
            Situation = situation,
            Category = BoardWords.NameOf(situation.Category, taxonomy),
            Title = titles[0],
            OtherTitle = titles.Count > 1 ? titles[1] : null,
            Asking = situation.Status == SituationStatus.Open
                ? await Asking.LoadAsync(situation, situations, cancellationToken)
                : new Asking(null, [], null),
        };
    }

    /// <summary>The source's own words first, then those in other languages that it gave besides.</summary>
    public static IReadOnlyList<SheetText> TitlesOf(IReadOnlyList<ReportText> texts) =>
        [.. texts.Select(text => SheetText.Of([text], Words.Primary(text.Language)))];
}
