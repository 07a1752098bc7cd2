using AllianceNotify.Reports;

namespace AllianceNotify.Contacts;

/// <summary>
/// The list <see cref="ContactList.DutyDesk"/>, which alerts address by its id: nothing subscribes it, and the default policy
/// asks it again.
/// </summary>
public sealed class DutyDesk(DirectoryTables tables)
{
    private static readonly ContactList Empty = new() { Id = ContactList.DutyDesk, Name = new LocalizedText("Duty desk", "当直") };

    /// <summary>Makes the list, without members, where there is none. Safe to repeat and to do on several instances at once.</summary>
    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        if (await tables.Lists.GetAsync(ContactList.DutyDesk, cancellationToken).ConfigureAwait(false) is null)
        {
            await tables.Lists.InsertAsync(Empty, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Whether somebody is on it who exists and has a channel to be reached by.</summary>
    public async Task<bool> IsStaffedAsync(CancellationToken cancellationToken)
    {
        await foreach (var member in tables.Lists.MembersAsync(ContactList.DutyDesk, cancellationToken).ConfigureAwait(false))
        {
            if (await tables.Contacts.GetAsync(member, cancellationToken).ConfigureAwait(false) is { Value.Channels.Count: > 0 })
            {
                return true;
            }
        }

        return false;
    }
}
