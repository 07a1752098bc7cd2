using AllianceNotify.Functions.Pumps;
using AllianceNotify.Functions.Web;
using AllianceNotify.Messaging;
using AllianceNotify.Security;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AllianceNotify.Functions.Endpoints;

/// <summary>
/// Live: the process answers. Ready: the store and the queues answer and the sweeps run; anything less is 503 and named.
/// Anonymous: states parts by name and nothing of what they hold.
/// </summary>
internal static class HealthEndpoints
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

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
        ApiKeyTable keys, IMessageQueue queue, IEnumerable<Sweep> sweeps, TimeProvider time, CancellationToken cancellationToken)
    {
        var parts = new List<HealthPart>
        {
            await AskAsync("store", async token => await keys.GetAsync(new ApiKeyId("health"), token), time, cancellationToken),
            await AskAsync("queue", async token => await queue.GetDepthAsync(QueueName.Reports, token), time, cancellationToken),
        };
        parts.AddRange(sweeps.Select(sweep => new HealthPart(sweep.Name, sweep.IsAlive(time.GetUtcNow()) ? HealthState.Ok : HealthState.Failed)));
        return parts.Any(part => part.State == HealthState.Failed)
            ? TypedResults.Json(new Health("not ready", parts), statusCode: StatusCodes.Status503ServiceUnavailable)
            : TypedResults.Ok(new Health("ready", parts));
    }

    private static async Task<HealthPart> AskAsync(string name, Func<CancellationToken, Task> ask, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            await ask(cancellationToken).WaitAsync(Patience, time, cancellationToken);
            return new HealthPart(name, HealthState.Ok);
        }
        catch (Exception exception) when (ExceptionAnswers.IsOutage(exception))
        {
            return new HealthPart(name, HealthState.Failed);
        }
    }
}

internal sealed record Health(string Status, IReadOnlyList<HealthPart> Parts);

internal sealed record HealthPart(string Name, HealthState State);

[System.Text.Json.Serialization.JsonConverter(typeof(KebabEnumConverter<HealthState>))]
internal enum HealthState
{
    Ok,

    /// <summary>Works, and somebody should look.</summary>
    Degraded,
    Failed,
}
