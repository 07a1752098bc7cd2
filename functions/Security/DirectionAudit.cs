using AllianceNotify.Audit;
using AllianceNotify.Situations;

namespace AllianceNotify.Functions.Security;

/// <summary>A duty officer's order about a situation, in the audit log. Reasons stay in the situation's timeline, behind its marking.</summary>
internal static class DirectionAudit
{
    public static Task<DirectionResult> RecordAsync(
        AuditLog audit, HubCaller caller, SituationId situation, string what, Func<Task<DirectionResult>> order, CancellationToken cancellationToken) =>
        audit.RecordAsync(
            caller.Orders("direct-situation", $"situations/{situation}", what), order, result => result is DirectionResult.Done, cancellationToken);
}
