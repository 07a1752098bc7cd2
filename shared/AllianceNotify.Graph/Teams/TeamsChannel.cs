using AllianceNotify.Delivery;
using AllianceNotify.Graph.Calls;
using AllianceNotify.Graph.Limits;
using AllianceNotify.Messaging;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Graph.Models;
using Microsoft.Graph.Teamwork.SendActivityNotificationToRecipients;
using Microsoft.Graph.Users.Item.Teamwork.SendActivityNotification;
using Microsoft.Kiota.Abstractions;
using Quota = AllianceNotify.Graph.Limits.Quota;

namespace AllianceNotify.Graph.Teams;

/// <summary>
/// Notifications in people's Teams activity feeds, app-only: up to 100 object ids in one bulk call; one by one those who are
/// few, those named by user principal name, and all where the bulk call is refused. 202 to the bulk call means that Teams took
/// it, and says nothing of whoever has not got the app.
/// </summary>
internal sealed partial class TeamsChannel : IAlertChannel
{
    public const string ChannelName = "teams";

    private static readonly Usage OneRequest = new(Requests: 1);

    private readonly GraphOptions options;
    private readonly GraphHosts hosts;
    private readonly GraphCalls calls;
    private readonly Turns turns;
    private readonly Scope bulk;
    private readonly Scope users;
    private readonly Route[] bulkRoutes;
    private readonly Route[] userRoutes;
    private readonly Random random;
    private readonly TimeProvider time;
    private readonly ILogger<TeamsChannel> logger;
    private long bulkAgainAt;

    public TeamsChannel(
        IOptions<GraphOptions> options, GraphCalls calls, GraphLimits limits, Random random, TimeProvider time, ILogger<TeamsChannel> logger)
    {
        this.options = options.Value;
        this.calls = calls;
        this.random = random;
        this.time = time;
        this.logger = logger;
        hosts = GraphHosts.Of(this.options.Cloud);
        turns = limits.Turns;
        bulk = ScopeOf(Teams.BulkCallsASecond, this.options.Instances);
        users = ScopeOf(Teams.UserCallsASecond, this.options.Instances);
        bulkRoutes = [new Route("bulk", bulk, limits.App)];
        userRoutes = [new Route("users", users, limits.App)];
    }

    public string Name => ChannelName;

    public int MaxRecipients => Teams.MaxRecipients;

    private GraphTeamsOptions Teams => options.Teams;

    /// <summary>The limits are the app's in its tenant, whoever is told.</summary>
    public string TargetOf(string address) => ChannelName;

    public async Task<IReadOnlyList<DeliveryOutcome>> SendAsync(AlertDispatch dispatch, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var outcomes = new DeliveryOutcome[dispatch.Recipients.Count];
        var ids = new List<int>();
        var names = new List<int>();
        for (var i = 0; i < outcomes.Length; i++)
        {
            var address = dispatch.Recipients[i].Address;
            if (GraphUser.IsObjectId(address))
            {
                ids.Add(i);
            }
            else if (GraphUser.IsPrincipalName(address))
            {
                names.Add(i);
            }
            else
            {
                outcomes[i] = new DeliveryOutcome.Refused("Neither an object id nor a user principal name.");
            }
        }

        if (ids.Count > Teams.PerUserUpTo && time.GetUtcNow().UtcTicks >= Interlocked.Read(ref bulkAgainAt))
        {
            var outcome = await SendBulkAsync(dispatch, ids, cancellationToken).ConfigureAwait(false);
            if (outcome is not null)
            {
                ids.ForEach(i => outcomes[i] = outcome);
                ids.Clear();
            }
        }

        await SendEachAsync(dispatch, [.. ids.Concat(names).Order()], outcomes, cancellationToken).ConfigureAwait(false);
        return outcomes;
    }

    private static Scope ScopeOf(int callsASecond, int instances) => new(
        concurrency: null, spread: null, (Quota.Share(callsASecond, TimeSpan.FromSeconds(1), instances), usage => usage.Requests));

    /// <summary>One call for all; null where Graph refuses such a call and each has to be told by one of their own.</summary>
    private async Task<DeliveryOutcome?> SendBulkAsync(AlertDispatch dispatch, List<int> to, CancellationToken cancellationToken)
    {
        switch (await turns.TakeAsync(bulkRoutes, OneRequest, LaneOf(dispatch), options.Patience, cancellationToken).ConfigureAwait(false))
        {
            case TurnAnswer.Later later:
                return new DeliveryOutcome.Deferred(later.Until, "Teams takes no more notifications for now.");
            case TurnAnswer.Granted granted:
                using (granted.Turn)
                {
                    var answer = await calls.SendAsync(BulkRequest(dispatch, to), cancellationToken).ConfigureAwait(false);
                    return BulkOutcome(answer);
                }

            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private DeliveryOutcome? BulkOutcome(GraphAnswer answer)
    {
        if (answer.Accepted)
        {
            turns.Change(_ => bulk.Worked());
            return new DeliveryOutcome.Delivered(answer.RequestId);
        }

        if (answer.Transient)
        {
            Rest(bulk, answer);
            return answer.Deferred();
        }

        if (answer.Status == 401)
        {
            return new DeliveryOutcome.Misconfigured(GraphRefusals.SignIn(answer));
        }

        Log.BulkRefused(logger, answer.Status, answer.Code, answer.RequestId);
        if (answer.Status is not (400 or 412))
        {
            // Not about these people and not about this token: asking again soon would cost a call each time.
            Interlocked.Exchange(ref bulkAgainAt, (time.GetUtcNow() + Teams.BulkAgainAfter).UtcTicks);
        }

        return null;
    }

    /// <summary>
    /// A call for each, as many together in a <c>$batch</c> as the limit has room for at the time, until the channel's patience is
    /// used up. Those whose turn did not come are deferred to when it may; what was sent is never forgotten for what was not.
    /// </summary>
    private async Task SendEachAsync(AlertDispatch dispatch, List<int> to, DeliveryOutcome[] outcomes, CancellationToken cancellationToken)
    {
        var lane = LaneOf(dispatch);
        var until = time.GetUtcNow() + options.Patience;
        var next = 0;
        DeliveryOutcome rest = new DeliveryOutcome.Deferred(null, "Teams takes no more notifications for now.");
        try
        {
            while (next < to.Count)
            {
                var left = until - time.GetUtcNow();
                var taken = await turns.TakeAsync(userRoutes, OneRequest, lane, left > TimeSpan.Zero ? left : TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
                if (taken is not TurnAnswer.Granted first)
                {
                    var at = ((TurnAnswer.Later)taken).Until;
                    rest = new DeliveryOutcome.Deferred(at, "Teams takes no more notifications for now.");
                    break;
                }

                var held = new List<Turn> { first.Turn };
                try
                {
                    while (held.Count < Math.Min(GraphCalls.MaxBatch, to.Count - next) && turns.TryTake(userRoutes, OneRequest, lane) is { } more)
                    {
                        held.Add(more);
                    }

                    var now = to.GetRange(next, held.Count);
                    var answers = await AskAsync(dispatch, now, cancellationToken).ConfigureAwait(false);
                    for (var i = 0; i < now.Count; i++)
                    {
                        outcomes[now[i]] = UserOutcome(answers[i]);
                    }

                    next += held.Count;
                    if (now.Select(i => outcomes[i]).OfType<DeliveryOutcome.Misconfigured>().FirstOrDefault() is { } refused)
                    {
                        // It holds for everybody.
                        rest = refused;
                        break;
                    }
                }
                finally
                {
                    held.ForEach(turn => turn.Dispose());
                }
            }
        }
        catch (OperationCanceledException) when (outcomes.Any(outcome => outcome is DeliveryOutcome.Delivered))
        {
            rest = new DeliveryOutcome.Deferred(null, "No answer from Graph before the time was up.");
        }

        foreach (var i in to.Where(i => outcomes[i] is null))
        {
            outcomes[i] = rest;
        }
    }

    private async Task<IReadOnlyList<GraphAnswer>> AskAsync(AlertDispatch dispatch, List<int> to, CancellationToken cancellationToken) => to.Count == 1
        ? [await calls.SendAsync(UserRequest(dispatch, to[0]), cancellationToken).ConfigureAwait(false)]
        : await calls.SendBatchAsync([.. to.Select(i => UserRequest(dispatch, i))], cancellationToken).ConfigureAwait(false);

    private DeliveryOutcome UserOutcome(GraphAnswer answer)
    {
        if (answer.Accepted)
        {
            turns.Change(_ => users.Worked());
            return new DeliveryOutcome.Delivered(answer.RequestId);
        }

        if (answer.Transient)
        {
            Rest(users, answer);
            return answer.Deferred();
        }

        // Graph has one code for all of these; the words are what differs.
        var message = answer.Message;
        return answer.Status switch
        {
            401 => new DeliveryOutcome.Misconfigured(GraphRefusals.SignIn(answer)),
            403 when Says(message, "not authorized to generate custom text notifications") || Says(message, "app is installed") =>
                new DeliveryOutcome.Refused(GraphRefusals.TeamsNotInstalled(answer)),
            403 => new DeliveryOutcome.Misconfigured(GraphRefusals.TeamsConsent(answer)),
            400 when Says(message, "activity type") || Says(message, "activityType") || Says(message, "template") =>
                new DeliveryOutcome.Misconfigured(GraphRefusals.TeamsManifest(answer)),
            409 => new DeliveryOutcome.Misconfigured($"Several installed apps share the app registration: set Graph:Teams:CatalogAppId. {answer.Reason}"),
            _ => new DeliveryOutcome.Refused(answer.Reason),
        };
    }

    private void Rest(Scope scope, GraphAnswer answer)
    {
        Log.Rests(logger, answer.Status, answer.Code);
        double jitter;
        lock (random)
        {
            jitter = random.NextDouble();
        }

        turns.Change(now =>
        {
            if (answer.RetryAfter is { } until)
            {
                scope.RestUntil(until);
            }
            else
            {
                scope.Failed(answer.Throttled, jitter, options.RestAtMost, now);
            }
        });
    }

    private RequestInformation BulkRequest(AlertDispatch dispatch, List<int> to)
    {
        var activity = TeamsActivity.Of(dispatch, dispatch.Recipients[to[0]].AcknowledgeUrl, Teams, hosts);
        return calls.Client.Teamwork.SendActivityNotificationToRecipients.ToPostRequestInformation(new SendActivityNotificationToRecipientsPostRequestBody
        {
            Topic = activity.Topic,
            ActivityType = activity.ActivityType,
            ChainId = activity.ChainId,
            PreviewText = activity.Preview,
            TemplateParameters = activity.ParameterPairs(),
            TeamsAppId = activity.CatalogAppId,
            Recipients = [.. to.Select(i => new AadUserNotificationRecipient { UserId = dispatch.Recipients[i].Address })],
        });
    }

    private RequestInformation UserRequest(AlertDispatch dispatch, int to)
    {
        var activity = TeamsActivity.Of(dispatch, dispatch.Recipients[to].AcknowledgeUrl, Teams, hosts);
        return calls.Client.Users[dispatch.Recipients[to].Address].Teamwork.SendActivityNotification.ToPostRequestInformation(new SendActivityNotificationPostRequestBody
        {
            Topic = activity.Topic,
            ActivityType = activity.ActivityType,
            ChainId = activity.ChainId,
            PreviewText = activity.Preview,
            TemplateParameters = activity.ParameterPairs(),
            TeamsAppId = activity.CatalogAppId,
        });
    }

    private static Lane LaneOf(AlertDispatch dispatch) => Lanes.For(dispatch.Alert.Urgency, dispatch.Alert.Mode);

    private static bool Says(string message, string words) => message.Contains(words, StringComparison.OrdinalIgnoreCase);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Teams notifications rest after Graph's {Status} {Code}")]
        public static partial void Rests(ILogger logger, int status, string? code);

        [LoggerMessage(2, LogLevel.Warning, "Graph refuses the bulk notification ({Status} {Code}, request-id {RequestId}); people are told one by one")]
        public static partial void BulkRefused(ILogger logger, int status, string? code, string? requestId);
    }
}
