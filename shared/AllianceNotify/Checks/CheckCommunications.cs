using System.Globalization;
using AllianceNotify.Acknowledgement;
using AllianceNotify.Classification;
using AllianceNotify.Contacts;
using AllianceNotify.Messaging;
using AllianceNotify.Reports;
using AllianceNotify.Situations;
using AllianceNotify.Triage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AllianceNotify.Checks;

/// <summary>
/// The timer's work: in peacetime the contacts of the lists that ask for it are sent a message of mode test, the way an alert would
/// go (Guidelines III.A: contact information is maintained from peacetime). Its deliveries say by which channel each was reached or
/// why not; whoever confirms by their link is verified as of then. It is about no situation, in a situation that is closed from the
/// start: it expects no answer, nobody is asked again, and no other system is told of it.
/// </summary>
public sealed partial class CheckCommunications(
    SituationTable situations,
    ReportTable reports,
    ContactTable contacts,
    ListTable lists,
    IMessageQueue queue,
    IOptions<CommunicationCheckOptions> options,
    TimeProvider time,
    ILogger<CheckCommunications> logger)
{
    /// <summary>A check that could not begin for so long waits for its next turn: nobody is tested at night because a hub was started then.</summary>
    internal static readonly TimeSpan BeginsWithin = TimeSpan.FromHours(8);

    private const string NothingHappened = "A check of the ways to contacts; nothing has happened.";

    private readonly HubReports own = new(situations, reports, queue);

    private static readonly DateTimeOffset FirstMonday = new(1970, 1, 5, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Sends the check that is due, if it has not been, and takes in who has confirmed. May run at any time and on several instances.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        if (options.Value.Lists.Count == 0)
        {
            return;
        }

        var now = time.GetUtcNow();
        var begins = BeginsAt(now);
        var report = ReportOf(begins, now);
        var situation = SituationIdOf(begins);
        if (await reports.GetOutcomeAsync(report.Id, cancellationToken).ConfigureAwait(false) is not null)
        {
            await VerifyAsync(situation, cancellationToken).ConfigureAwait(false);
        }
        else if (now - begins < BeginsWithin)
        {
            await SendAsync(situation, report, now, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The latest time at which a check begins, up to now.</summary>
    private DateTimeOffset BeginsAt(DateTimeOffset now)
    {
        var first = FirstMonday + options.Value.At;
        var every = TimeSpan.FromDays(options.Value.EveryDays);
        return first + (every * Math.Floor((now - first) / every));
    }

    /// <summary>Everything in it is named by the time at which the check begins, so that a repeat finds what is there.</summary>
    private async Task SendAsync(SituationId id, SituationReport report, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var named = options.Value.Lists.Select(list => new ListId(list)).ToList();
        foreach (var list in named)
        {
            if (await lists.GetAsync(list, cancellationToken).ConfigureAwait(false) is null)
            {
                Log.NoList(logger, list);
            }
        }

        var (situation, alert) = AlertGate.Make(
            SituationOf(id, report),
            new AlertContent
            {
                Kind = AlertKind.New,
                Urgency = Urgency.Routine,
                Confidence = 1,
                Texts = report.Texts,
                ObservedAt = report.ObservedAt,
                Source = report.Source,
                Report = report.Id,
                Lists = named,
            },
            now);
        await own.OpenAsync(report, situation, alert, NoSituation, NothingHappened, now, cancellationToken).ConfigureAwait(false);
        Log.Sent(logger, alert.Id);
    }

    private async Task VerifyAsync(SituationId situation, CancellationToken cancellationToken)
    {
        await foreach (var (answer, _, _) in situations.ListAnswersAsync(situation, fromRevision: 1, cancellationToken).ConfigureAwait(false))
        {
            if (answer is { Route: AnswerRoute.Link, Contact: { } id }
                && await contacts.GetAsync(id, cancellationToken).ConfigureAwait(false) is { } contact
                && !(contact.Value.LastVerifiedAt >= answer.At))
            {
                // Somebody else changed the contact just now: the next sweep looks again.
                await contacts.ReplaceAsync(contact.Value with { LastVerifiedAt = answer.At }, contact.ETag, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static string StampOf(DateTimeOffset begins) => begins.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);

    private static SituationId SituationIdOf(DateTimeOffset begins) => new(DeterministicId.Of("s-", "communication-check", StampOf(begins)));

    private static Situation SituationOf(SituationId id, SituationReport report) => new()
    {
        Id = id,
        Mode = report.Mode,
        Status = SituationStatus.Closed,
        Category = CategoryId.None,
        Urgency = Urgency.Routine,
        Marking = report.Marking,
        Texts = report.Texts,
        OpenedAt = report.ObservedAt,
        UpdatedAt = report.ObservedAt,
        ObservedAt = report.ObservedAt,
        FirstReport = report.Id,
        LatestReport = report.Id,
        Source = report.Source,
        ClosedAt = report.ObservedAt,
        ClosedReason = NothingHappened,
    };

    private static readonly ClassificationResult NoSituation = new()
    {
        Category = CategoryId.None,
        Confidence = 1,
        Urgency = Urgency.Routine,
        Categories = [],
        Guidelines = null,
        Evidence = [],
        Alternatives = [],
        NeedsReview = false,
    };

    private static SituationReport ReportOf(DateTimeOffset begins, DateTimeOffset now) => HubReports.Make(
        $"communication-check/{StampOf(begins)}",
        ReportMode.Test,
        Marking.Public,
        begins,
        now,
        new ReportText(
            "en",
            "Communication check: nothing has happened",
            "This hub is checking whether its messages reach you. If you wish, confirm by the link that this one did. Nothing else is asked of you."),
        new ReportText(
            "ja",
            "連絡経路の点検（事案は発生していません）",
            "このハブからの連絡が届くかを点検しています。よろしければ、届いたことをリンクから確認してください。そのほかの対応は不要です。"));

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Communication check {Alert} is on its way.")]
        public static partial void Sent(ILogger logger, AlertId alert);

        [LoggerMessage(2, LogLevel.Warning, "CommunicationChecks:Lists names list {List}, which does not exist: nobody of it is checked.")]
        public static partial void NoList(ILogger logger, ListId list);
    }
}
