using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using AllianceNotify.Functions.Security;
using AllianceNotify.Reports;
using AllianceNotify.Situations;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AllianceNotify.Functions.Endpoints;

/// <summary>
/// What changed among the newest situations, as server-sent events: a board that hears one reads the situation again. Each
/// listener looks at the list by itself, so that every instance's listeners hear of every instance's changes.
/// </summary>
internal static class EventEndpoints
{
    private const int Watched = 100;
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(2), KeepAlive = TimeSpan.FromSeconds(15);

    public static void MapEvents(this WebApplication app) =>
        app.MapGet("/api/events", Listen).WithTags("Situations").RequireAuthorization(HubPolicies.Read)
            .Produces<SituationChanged>(StatusCodes.Status200OK, "text/event-stream");

    private static ServerSentEventsResult<SituationChanged> Listen(
        HubCaller caller, SituationTable situations, TimeProvider time, IHostApplicationLifetime lifetime, CancellationToken cancellationToken) =>
        TypedResults.ServerSentEvents(ChangesAsync(caller, situations, time, lifetime.ApplicationStopping, cancellationToken));

    /// <summary>The newest situations, each when it is new or has changed since it was last told of.</summary>
    private static async IAsyncEnumerable<SseItem<SituationChanged>> ChangesAsync(
        HubCaller caller, SituationTable situations, TimeProvider time, CancellationToken stopping, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, cancellationToken);
        var seen = new Dictionary<SituationId, DateTimeOffset>();
        var first = true;
        var lastSent = time.GetTimestamp();
        using var timer = new PeriodicTimer(Every, time);
        do
        {
            var listed = new Dictionary<SituationId, DateTimeOffset>();
            await foreach (var (_, situation) in situations.ListAsync(null, either.Token).Take(Watched))
            {
                if (!caller.MayRead(situation.Marking))
                {
                    continue;
                }

                listed[situation.Id] = situation.UpdatedAt;
                if (!first && (!seen.TryGetValue(situation.Id, out var told) || told != situation.UpdatedAt))
                {
                    lastSent = time.GetTimestamp();
                    yield return new SseItem<SituationChanged>(SituationChanged.Of(situation), "situation");
                }
            }

            seen = listed;
            if (first || time.GetElapsedTime(lastSent) >= KeepAlive)
            {
                // Says that the line is open, also to what stands between.
                first = false;
                lastSent = time.GetTimestamp();
                yield return new SseItem<SituationChanged>(new SituationChanged(null, null, null, null, null, time.GetUtcNow()), "alive");
            }
        }
        while (await WaitAsync(timer, either.Token));
    }

    private static async Task<bool> WaitAsync(PeriodicTimer timer, CancellationToken cancellationToken)
    {
        try
        {
            return await timer.WaitForNextTickAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}

/// <summary>A situation that is new or has changed; all null but the time where nothing did.</summary>
internal sealed record SituationChanged(SituationId? Id, SituationStatus? Status, ReportMode? Mode, bool? ModeInDoubt, Urgency? Urgency, DateTimeOffset At)
{
    public static SituationChanged Of(Situation situation) =>
        new(situation.Id, situation.Status, situation.Mode, situation.ModeDoubt is not null, situation.Urgency, situation.UpdatedAt);
}
