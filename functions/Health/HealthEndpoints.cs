using AllianceNotify.Contacts;
using AllianceNotify.Functions.Pumps;
using AllianceNotify.Functions.Web;
using AllianceNotify.Messaging;
using AllianceNotify.Security;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AllianceNotify.Functions.Health;

/// <summary>
/// Live: the process answers. Ready: the store takes writes, the store and the queues answer and the sweeps run; anything
/// less is 503 and named. Degraded is 200: reports are accepted, and somebody should look at what is named.
/// Anonymous: states parts by name and nothing of what they hold.
/// </summary>
internal static class HealthEndpoints
{
    private const string NoAnswer = "It does not answer.";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static void AddHealth(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<WriteProbe>();
        builder.Services.AddSingleton<DutyDesk>();
        builder.Services.AddHostedService<DutyDeskStart>();
    }

    public static void MapHealth(this WebApplication app)
    {
        // The Functions host asks this every 25 ms until it is answered.
        app.MapGet("/", Home).AllowAnonymous().ExcludeFromDescription();
        var group = app.MapGroup("/health").WithTags("Operations").AllowAnonymous();
        group.MapGet("/live", Live);
        group.MapGet("/ready", ReadyAsync);
    }

    private static IResult Home(HttpRequest request) =>
        request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase)
            ? TypedResults.LocalRedirect("/situations")
            : TypedResults.Text("AllianceNotify");

    private static Ok<Health> Live() => TypedResults.Ok(new Health("live", []));

    private static async Task<Results<Ok<Health>, JsonHttpResult<Health>>> ReadyAsync(
        ApiKeyTable keys,
        WriteProbe writes,
        IMessageQueue queue,
        DutyDesk desk,
        IEnumerable<Sweep> sweeps,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        var parts = new List<HealthPart>
        {
            await AskAsync("store", Answers(async token => await keys.GetAsync(new ApiKeyId("health"), token))),
            await AskAsync("store-writes", writes.SucceedsAsync, "It takes no writes: nothing can be accepted."),
            await AskAsync("queue", Answers(async token => await queue.GetDepthAsync(QueueName.Reports, token))),
            await AskAsync("duty-desk", desk.IsStaffedAsync, "Nobody is on the duty desk.", HealthState.Degraded),
        };
        parts.AddRange(sweeps.Select(sweep => sweep.IsAlive(time.GetUtcNow())
            ? new HealthPart(sweep.Name, HealthState.Ok)
            : new HealthPart(sweep.Name, HealthState.Failed, "It has not run lately.")));
        return parts.Max(part => part.State) switch
        {
            HealthState.Failed => TypedResults.Json(new Health("not ready", parts), statusCode: StatusCodes.Status503ServiceUnavailable),
            HealthState.Degraded => TypedResults.Ok(new Health("degraded", parts)),
            _ => TypedResults.Ok(new Health("ready", parts)),
        };

        async Task<HealthPart> AskAsync(
            string name, Func<CancellationToken, Task<bool>> ask, string otherwise = NoAnswer, HealthState state = HealthState.Failed)
        {
            try
            {
                return await ask(cancellationToken).WaitAsync(Patience, time, cancellationToken)
                    ? new HealthPart(name, HealthState.Ok)
                    : new HealthPart(name, state, otherwise);
            }
            catch (Exception exception) when (ExceptionAnswers.IsOutage(exception))
            {
                return new HealthPart(name, HealthState.Failed, NoAnswer);
            }
        }
    }

    private static Func<CancellationToken, Task<bool>> Answers(Func<CancellationToken, Task> ask) => async token =>
    {
        await ask(token);
        return true;
    };
}

/// <param name="Status"><c>live</c>; <c>ready</c>, <c>degraded</c> or <c>not ready</c>.</param>
/// <param name="Parts">What was looked at.</param>
internal sealed record Health(string Status, IReadOnlyList<HealthPart> Parts);

/// <param name="Name">Which part.</param>
/// <param name="State">How it is.</param>
/// <param name="Reason">Why it is not ok; absent where it is.</param>
internal sealed record HealthPart(string Name, HealthState State, string? Reason = null);

[System.Text.Json.Serialization.JsonConverter(typeof(KebabEnumConverter<HealthState>))]
internal enum HealthState
{
    Ok,

    /// <summary>Works, and somebody should look.</summary>
    Degraded,
    Failed,
}
