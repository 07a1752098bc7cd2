using AllianceNotify.Storage;

namespace AllianceNotify.Contacts;

/// <summary>Escalation policies: partition <c>all</c>, row = policy id.</summary>
public sealed class PolicyTable(IEntityStore store)
    : DirectoryTable<PolicyId, EscalationPolicy>(store, "Policies", ContactsJson.Default.EscalationPolicy, policy => policy.Id)
{
    /// <summary>
    /// The policy named; else the one stored under the default's id; else the one built in. A policy deleted
    /// while alerts still name it never silences them.
    /// </summary>
    public async ValueTask<EscalationPolicy> InForceAsync(PolicyId? id, CancellationToken cancellationToken)
    {
        if (id is { } named && await GetAsync(named, cancellationToken).ConfigureAwait(false) is { } found)
        {
            return found.Value;
        }

        return (await GetAsync(EscalationPolicy.Default.Id, cancellationToken).ConfigureAwait(false))?.Value ?? EscalationPolicy.Default;
    }
}
