using System.Globalization;
using AllianceNotify.Graph.Limits;

namespace AllianceNotify.Graph.Mail;

/// <summary>One mailbox to send from.</summary>
/// <param name="Setting">Names it where its address must not stand: in logs and reasons.</param>
/// <param name="Address">User principal name or object id.</param>
/// <param name="Scope">Its own limits.</param>
internal sealed record Mailbox(string Setting, string Address, Scope Scope)
{
    /// <summary>A mailbox that Graph refused is tried again after this long: settings are corrected while the hub runs.</summary>
    private static readonly TimeSpan RefusalHolds = TimeSpan.FromMinutes(1);

    private volatile Refusal? refusal;

    /// <summary>Out of use for a while.</summary>
    public void Refuse(string why, DateTimeOffset now)
    {
        refusal = new Refusal(why, now + RefusalHolds);
        Scope.RestUntil(now + RefusalHolds);
    }

    public void Worked()
    {
        refusal = null;
        Scope.Worked();
    }

    public string? WhyRefused(DateTimeOffset now) => refusal is { } known && known.Until > now ? known.Why : null;

    private sealed record Refusal(string Why, DateTimeOffset Until);
}

/// <summary>The mailboxes to send from, and the routes through them and the scopes they share.</summary>
internal sealed class Mailboxes
{
    private readonly List<Mailbox> all;

    public Mailboxes(GraphOptions options, Scope app)
    {
        var mail = options.Mail;
        var tenant = new Scope(
            concurrency: null, spread: null, (Quota.Share(mail.ExternalLimit, TimeSpan.FromDays(1), options.Instances), usage => usage.External));
        var outlook = new Scope(concurrency: Math.Max(1, mail.AppConcurrency / options.Instances), spread: null);
        all = [.. mail.Senders.Select((address, i) => new Mailbox(
            string.Create(CultureInfo.InvariantCulture, $"{GraphOptions.Section}:Mail:Senders:{i}"), address, ScopeFor(options)))];
        Routes = [.. all.Select(mailbox => new Route(mailbox.Address, mailbox.Scope, outlook, tenant, app))];
    }

    public IReadOnlyList<Route> Routes { get; }

    public Mailbox Of(Route route) => all.First(mailbox => mailbox.Address == route.Name);

    /// <summary>Why nothing can be sent at all: every mailbox is refused. Null: at least one may work.</summary>
    public string? WhyNone(DateTimeOffset now)
    {
        var reasons = all.ConvertAll(mailbox => mailbox.WhyRefused(now));
        return reasons.Contains(null) ? null : reasons[0];
    }

    private static Scope ScopeFor(GraphOptions options)
    {
        var mail = options.Mail;
        var messages = Quota.Share(mail.MessagesAMinute, TimeSpan.FromMinutes(1), options.Instances);
        return new Scope(
            concurrency: Math.Max(1, mail.MailboxConcurrency / options.Instances),
            spread: messages.Interval,
            (messages, usage => usage.Messages),
            (Quota.Share(mail.RecipientsADay, TimeSpan.FromDays(1), options.Instances), usage => usage.Recipients),
            (Quota.Share(mail.RequestsInTenMinutes, TimeSpan.FromMinutes(10), options.Instances), usage => usage.Requests),
            (Quota.Share(mail.UploadInFiveMinutes, TimeSpan.FromMinutes(5), options.Instances), usage => usage.Bytes));
    }
}
