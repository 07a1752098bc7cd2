namespace AllianceNotify.Functions.Rehearsal;

/// <summary>Whether the hub rehearses after its start: section <c>Rehearsal</c>.</summary>
internal sealed class RehearsalOptions
{
    public const string Section = "Rehearsal";

    /// <summary>
    /// Unless set, true for a hub that works through its queues by itself; false for one that only accepts reports, and under the
    /// Functions host, which starts an instance when there is work for it.
    /// </summary>
    public bool? Enabled { get; set; }
}
