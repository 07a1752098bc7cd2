using AllianceNotify.Classification;
using AllianceNotify.FanOut;
using AllianceNotify.Functions.Endpoints;
using AllianceNotify.Reports;

namespace AllianceNotify.Functions.Board;

/// <summary>One report that was tried: the answer, its texts cut where evidence lies, and whom it would reach.</summary>
public sealed record TriedReport
{
    /// <summary>More recipients than this are counted and not named.</summary>
    private const int MostNamed = 100;

    public required SituationReport Report { get; init; }

    public required ClassificationResult Answer { get; init; }

    /// <summary>Null for none and unclassified.</summary>
    public required TaxonomyCategory? Category { get; init; }

    /// <summary>Categories by name, for the alternatives.</summary>
    public required Taxonomy Taxonomy { get; init; }

    /// <summary>Who would be told first or told why not; <see cref="MostNamed"/> at most.</summary>
    public required IReadOnlyList<AudienceMember> Named { get; init; }

    public required int Told { get; init; }

    public required int Later { get; init; }

    public required int Withheld { get; init; }

    /// <summary>Only the duty desk hears of it until a person decides.</summary>
    public required bool AsksDesk { get; init; }

    /// <summary>A report that contradicts its mode is held: only the duty desk hears of it.</summary>
    public bool Held => Answer.ModeDoubt is not null;

    internal static async Task<TriedReport> LoadAsync(
        ClassifiedReport item, ResolveAudience audience, Taxonomy taxonomy, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var (report, answer) = (item.Report, item.Classification);
        var named = new List<AudienceMember>();
        int told = 0, later = 0, withheld = 0;
        // As triage decides it: what is held or for a person to judge goes to the duty desk, information and what is no situation to nobody.
        var asksDesk = answer.ModeDoubt is not null || (answer.Category != CategoryId.None && (answer.NeedsReview || answer.Category == CategoryId.Unclassified));
        if (asksDesk || (answer.Category != CategoryId.None && answer.Urgency > Urgency.Info))
        {
            var query = new AudienceQuery
            {
                Category = answer.Category,
                AlsoCategories = [.. answer.Categories.Skip(1).Select(also => also.Category)],
                Urgency = answer.ModeDoubt is null ? answer.Urgency : Urgency.Routine,
                Mode = report.Mode,
                Marking = report.Marking,
                Location = report.Location,
                Lists = asksDesk ? [Contacts.ContactList.DutyDesk] : null,
            };
            await foreach (var member in audience.ResolveAsync(query, now, cancellationToken))
            {
                _ = member switch
                {
                    { Withheld: not null } => withheld++,
                    { NotBefore: not null } => later++,
                    _ => told++,
                };
                if (named.Count < MostNamed)
                {
                    named.Add(member);
                }
            }
        }

        return new TriedReport
        {
            Report = report,
            Answer = answer,
            Category = taxonomy.Find(answer.Category),
            Taxonomy = taxonomy,
            AsksDesk = asksDesk,
            Named = named,
            Told = told,
            Later = later,
            Withheld = withheld,
        };
    }

    /// <summary>The text of one field (<c>title</c>, <c>body</c>, or with <c>[language]</c>) in pieces: where words argued for, against, or not at all.</summary>
    public IReadOnlyList<TextPiece> Pieces(string field, string text)
    {
        var sign = new sbyte[text.Length];
        var marked = Answer.Evidence.Where(evidence => evidence.Field == field && evidence.Offset >= 0 && evidence.Offset + evidence.Length <= text.Length).ToList();
        foreach (var evidence in marked.OrderBy(evidence => evidence.Weight))
        {
            sign.AsSpan(evidence.Offset, evidence.Length).Fill((sbyte)(evidence.Weight < 0 ? -1 : 1));
        }

        var pieces = new List<TextPiece>();
        for (var at = 0; at < text.Length;)
        {
            var length = sign.AsSpan(at).IndexOfAnyExcept(sign[at]) is >= 0 and var end ? end : text.Length - at;
            var here = marked.Where(evidence => evidence.Offset < at + length && evidence.Offset + evidence.Length > at && (evidence.Weight < 0) == (sign[at] < 0));
            pieces.Add(new TextPiece(text.Substring(at, length), sign[at], sign[at] == 0 ? null : string.Join(", ", here.Select(evidence => evidence.Signal).Distinct())));
            at += length;
        }

        return pieces;
    }
}

/// <summary>A stretch of text: 1 argued for, −1 against, 0 neither; with the signals that lie on it.</summary>
public sealed record TextPiece(string Text, int Sign, string? Signals);
