using AllianceNotify.Functions.Web;
using AllianceNotify.Reports;
using AllianceNotify.Situations;

namespace AllianceNotify.Functions.Board;

/// <summary>What the list shows. What cannot be read as a choice is no choice: a page's address is typed by people.</summary>
/// <param name="Status"><c>current</c> (open and held; unless chosen), <c>open</c>, <c>held</c>, <c>closed</c> or <c>any</c>.</param>
/// <param name="Mode">Empty: any.</param>
/// <param name="Urgency">Empty: any; else this and above.</param>
/// <param name="After">Cursor of the page before.</param>
/// <param name="Keep"><c>on</c>: the page asks for itself again, for screens that nobody touches.</param>
public sealed record SituationFilterForm(string? Status, string? Mode, string? Urgency, string? After, string? Keep)
{
    public const string Current = "current";
    public const string Any = "any";

    public string Chosen => Status is Any || (Status is not null && KebabText.TryParse<SituationStatus>(Status, out _)) ? Status : Current;

    public ReportMode? OnlyMode => Mode is not null && KebabText.TryParse<ReportMode>(Mode, out var mode) ? mode : null;

    public Reports.Urgency? FromUrgency => Urgency is not null && KebabText.TryParse<Reports.Urgency>(Urgency, out var urgency) ? urgency : null;

    public string? Cursor => After is not null && RouteKey.IsKey(After) ? After : null;

    public bool Matches(Situation situation) =>
        (Chosen switch
        {
            Any => true,
            Current => situation.Status != SituationStatus.Closed,
            var status => BoardWords.Style(situation.Status) == status,
        })
        && (OnlyMode is not { } mode || situation.Mode == mode)
        && (FromUrgency is not { } least || situation.Urgency >= least);

    public bool IsKept => Keep == "on";

    /// <summary>Shows less than all that is current.</summary>
    public bool IsNarrowed => Chosen != Current || OnlyMode is not null || FromUrgency is not null;

    public string OlderThan(string cursor) => Of(cursor, keep: false);

    /// <summary>This page, kept current or not.</summary>
    public string Address(bool keep) => Of(Cursor, keep);

    private string Of(string? cursor, bool keep) => "/situations" + QueryString.Create(
        new Dictionary<string, string?> { ["status"] = Chosen, ["mode"] = Mode, ["urgency"] = Urgency, ["after"] = cursor, ["keep"] = keep ? "on" : null }
            .Where(item => !string.IsNullOrEmpty(item.Value)));
}
