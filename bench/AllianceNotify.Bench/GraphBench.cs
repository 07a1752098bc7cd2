using System.Globalization;
using AllianceNotify.Contracts.Delivery;
using AllianceNotify.Contracts.Graph;
using AllianceNotify.Reports;

namespace AllianceNotify.Bench;

/// <summary>
/// The hub's delivery stage with its Graph channels against a Graph on loopback that enforces Microsoft's documented limits, on a
/// clock that runs faster. Each figure is the time from queueing the deliveries to the last arrival, beside the least that the limits
/// allow; what arrived is counted by recipient.
/// </summary>
internal static class GraphBench
{
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(60);

    /// <summary>Arguments: how much faster the clock runs for Teams (4) and for mail (20), and whose figures (all, teams, faults, mail).</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var teams = args.Length > 0 ? double.Parse(args[0], CultureInfo.InvariantCulture) : 4;
        var mail = args.Length > 1 ? double.Parse(args[1], CultureInfo.InvariantCulture) : 20;
        var which = args.Length > 2 ? args[2] : "all";
        var right = true;
        if (which is "all" or "teams")
        {
            right &= await TeamsAsync(teams, faults: false);
        }

        if (which is "all" or "faults")
        {
            right &= await TeamsAsync(teams, faults: true);
        }

        if (which is "all" or "mail")
        {
            right &= await MailAsync(mail);
        }

        return right ? 0 : 1;
    }

    private static async Task<bool> TeamsAsync(double factor, bool faults)
    {
        const int recipients = 10_000;
        var clock = new ScaledClock(factor);
        await using var hub = await GraphHub.StartAsync(clock);
        var limits = FakeGraphLimits.Documented;
        var calls = (recipients + limits.BulkRecipients - 1) / limits.BulkRecipients;
        var least = TimeSpan.FromSeconds((calls - 1) / limits.BulkASecond);
        var script = new FaultScript(clock, seed: 7);
        if (faults)
        {
            hub.Graph.Script = script.Of;
        }

        var alert = SampleAlerts.Alert(urgency: Urgency.Urgent);
        var begun = await hub.SendAsync(alert, "teams", [.. Enumerable.Range(0, recipients).Select(i => GraphHub.PersonOf($"{i:x8}-0000-4000-8000-000000000000"))]);
        script.Begin(begun);
        await hub.UntilAsync(() => hub.Graph.Activities.Count >= recipients, least * 6 + Outage * 2);

        var arrived = hub.Graph.Activities;
        var took = arrived.Max(activity => activity.At) - begun;
        var twice = arrived.Count - arrived.Select(activity => activity.User).Distinct().Count();
        var lost = recipients - arrived.Select(activity => activity.User).Distinct().Count();
        var unrecorded = await hub.UnsentAsync(alert.Id);
        Figures.Row($"Teams, {recipients} recipients in {calls} bulk calls{(faults ? ", 5 % of calls answered 429, 503 or 504, and nothing but 503 for 60 s in the middle" : "")}");
        Figures.Row($"took {took.TotalSeconds:0.0} s, least by the limits {least.TotalSeconds:0} s; lost {lost}, twice {twice}, not recorded as sent {unrecorded}, calls {hub.Graph.Calls.Count}, of them failed by script {script.Failed}");
        Figures.Row($"limits exceeded {hub.Graph.Violations.Count} times");
        if (faults)
        {
            Figures.Target("(time - outage) / least", (took - Outage) / least, "<=", 1.3);
        }
        else
        {
            Figures.Target("time / least", took / least, "<=", 1.1);
        }

        return lost == 0 && twice == 0 && unrecorded == 0 && hub.Graph.Violations.Count == 0;
    }

    private static async Task<bool> MailAsync(double factor)
    {
        const int recipients = 1_000;
        var clock = new ScaledClock(factor);
        await using var hub = await GraphHub.StartAsync(clock);
        var limits = FakeGraphLimits.Documented;
        var each = (recipients + GraphHub.Senders - 1) / GraphHub.Senders;
        var least = TimeSpan.FromMinutes((each - 1) / limits.MessagesAMinute);
        var routine = SampleAlerts.Alert(urgency: Urgency.Routine);
        var flash = SampleAlerts.Alert(situation: "s-flash");
        var begun = await hub.SendAsync(routine, "graph-mail", [.. Enumerable.Range(0, recipients).Select(i => GraphHub.PersonOf($"person-{i}@agency.example"))]);
        await hub.UntilAsync(() => hub.Graph.Mails.Count >= recipients / 2, least * 3);

        var before = hub.Graph.Mails.Count;
        var asked = await hub.SendAsync(flash, "graph-mail", [.. Enumerable.Range(0, 5).Select(i => GraphHub.PersonOf($"watch-{i}@agency.example"))]);
        await hub.UntilAsync(() => hub.Graph.Mails.Count >= recipients + 5, least * 3);

        var arrived = hub.Graph.Mails;
        var flashes = arrived.Where(mail => mail.Headers["x-alliancenotify-alert"] == flash.Id.Value).ToList();
        var routines = arrived.Where(mail => mail.Headers["x-alliancenotify-alert"] == routine.Id.Value).ToList();
        var last = flashes.Max(mail => mail.At);
        var took = routines.Max(mail => mail.At) - begun;
        var ids = arrived.Select(mail => mail.Headers["x-alliancenotify-message-id"]).ToList();
        var unrecorded = await hub.UnsentAsync(routine.Id) + await hub.UnsentAsync(flash.Id);
        Figures.Row($"Mail, {recipients} personal mails over {GraphHub.Senders} mailboxes, and a flash alert to 5 after {before}");
        Figures.Row($"took {took.TotalSeconds:0.0} s, least by the limits {least.TotalSeconds:0} s; mails {arrived.Count}, twice {ids.Count - ids.Distinct().Count()}, not recorded as sent {unrecorded}");
        Figures.Row($"limits exceeded {hub.Graph.Violations.Count} times; most in flight {hub.Graph.MostInFlight}");
        Figures.Row($"flash: first after {(flashes.Min(mail => mail.At) - asked).TotalSeconds:0.0} s, last after {(last - asked).TotalSeconds:0.0} s; of {recipients - before} routine mails that waited, {routines.Count(mail => mail.At > asked && mail.At < last)} went before it");
        Figures.Target("time / least", took / least, "<=", 1.1);
        return ids.Distinct().Count() == recipients + 5 && arrived.Count == recipients + 5 && unrecorded == 0 && hub.Graph.Violations.Count == 0;
    }

    /// <summary>Every twentieth call fails, in each of the ways and forms of Retry-After that are seen; 60 s in the middle are an outage.</summary>
    private sealed class FaultScript(TimeProvider clock, int seed)
    {
        private static readonly TimeSpan OutageBegins = TimeSpan.FromSeconds(20);
        private readonly Lock gate = new();
        private readonly Random random = new(seed);
        private DateTimeOffset? begun;

        public int Failed { get; private set; }

        public void Begin(DateTimeOffset at)
        {
            lock (gate)
            {
                begun = at;
            }
        }

        public GraphFault? Of(GraphCall call)
        {
            lock (gate)
            {
                if (begun is { } start && call.At >= start + OutageBegins && call.At < start + OutageBegins + Outage)
                {
                    return new GraphFault.Gateway(503);
                }

                if (random.NextDouble() >= 0.05)
                {
                    return null;
                }

                Failed++;
                var date = clock.GetUtcNow().AddSeconds(1).ToString("r", CultureInfo.InvariantCulture);
                return random.Next(5) switch
                {
                    0 => new GraphFault.Answer(429, "TooManyRequests", RetryAfter: "1"),
                    1 => new GraphFault.Answer(429, "TooManyRequests", RetryAfter: "0.75"),
                    2 => new GraphFault.Answer(503, "serviceNotAvailable"),
                    3 => new GraphFault.Answer(503, "serviceNotAvailable", RetryAfter: date),
                    _ => new GraphFault.Gateway(504),
                };
            }
        }
    }
}
