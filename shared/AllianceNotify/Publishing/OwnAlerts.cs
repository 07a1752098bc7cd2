using AllianceNotify.Reports;
using AllianceNotify.Situations;
using Microsoft.Extensions.Options;

namespace AllianceNotify.Publishing;

/// <summary>Knows this hub's alerts when they come back: passed on as they are, or told on by a hub that says where it has them from.</summary>
public sealed class OwnAlerts(SituationTable situations, IOptions<CapOptions> options)
{
    /// <summary>The alert of this hub that the report repeats; null where it is another's news.</summary>
    public async Task<Alert?> FindAsync(SituationReport report, CancellationToken cancellationToken) =>
        IdentifierOf(report) is { } identifier
            ? await situations.GetAlertAsync(new AlertId(identifier), cancellationToken).ConfigureAwait(false)
            : null;

    /// <summary>The situation whose alert the report refers to (CAP references); null where it refers to none of ours.</summary>
    public async Task<SituationId?> ReferredAsync(SituationReport report, CancellationToken cancellationToken)
    {
        foreach (var reference in report.References.Where(reference => reference.Source == options.Value.Sender))
        {
            if (await situations.GetAlertAsync(new AlertId(Identifier(reference.SourceId)), cancellationToken).ConfigureAwait(false) is { } alert && alert.Mode == report.Mode)
            {
                return alert.Situation;
            }
        }

        return null;
    }

    private string? IdentifierOf(SituationReport report)
    {
        if (report.Source == options.Value.Sender)
        {
            return Identifier(report.SourceId);
        }

        return report.Facts.TryGetValue($"cap:{CapAlertXml.Origin}", out var origin) && origin.Text?.Split(',') is [var sender, var identifier, ..] && sender == options.Value.Sender
            ? identifier
            : null;
    }

    private static string Identifier(string sourceId) => sourceId.LastIndexOf('@') is var at and > 0 ? sourceId[..at] : sourceId;
}
