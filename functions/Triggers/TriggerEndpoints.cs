using AllianceNotify.Functions.Pumps;
using AllianceNotify.Functions.Web;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AllianceNotify.Functions.Triggers;

/// <summary>
/// Where the Functions host posts what waits in the queues and when a timer is due: <c>POST /FUNCTION</c>, there only under the
/// host. An answer is never empty, since the host would wait on that until its timeout; anything but 2xx makes the host hand the
/// message out again.
/// </summary>
internal static partial class TriggerEndpoints
{
    /// <summary>The largest message of the broker's standard tier, as text that JSON escapes twice.</summary>
    internal const int MaxInvocationBytes = 8 * 1_048_576;

    public static void AddTriggers(this WebApplicationBuilder builder) => builder.Services.AddSingleton<RunStage>();

    public static void MapTriggers(this WebApplication app)
    {
        if (!app.Configuration.IsCustomHandler())
        {
            return;
        }

        var group = app.MapGroup("").AllowAnonymous().ExcludeFromDescription().AddEndpointFilter(HostOnly.RequireAsync);
        foreach (var function in TriggerFunctions.Queues)
        {
            group.MapPost($"/{function.Name}", (HttpContext context, RunStage stage, ILogger<RunStage> logger) => RunStageAsync(function, context, stage, logger));
        }

        foreach (var timer in TriggerFunctions.Timers)
        {
            group.MapPost($"/{timer.Name}", (HttpContext context, CancellationToken cancellationToken) => RunSweepAsync(timer, context.RequestServices, cancellationToken));
        }
    }

    private static async Task<Results<ContentHttpResult, ProblemHttpResult>> RunStageAsync(
        QueueFunction function, HttpContext context, RunStage stage, ILogger logger)
    {
        var cancellationToken = context.RequestAborted;
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = MaxInvocationBytes;
        }

        IReadOnlyList<TriggerMessage> messages;
        try
        {
            messages = await context.Request.ReadWholeAsync(MaxInvocationBytes, cancellationToken) is { } body
                ? TriggerPayload.ReadMessages(body)
                : throw new FormatException("The invocation is too large.");
        }
        catch (FormatException exception)
        {
            Log.NotRead(logger, exception, function.Name);
            return Problems.Of(StatusCodes.Status400BadRequest, exception.Message);
        }

        // A batch is completed or handed out again as a whole. What of it was done is done once more then, which changes nothing.
        await Task.WhenAll(messages.Select(message => stage.RunAsync(function, message, cancellationToken)));
        return Done;
    }

    private static async Task<ContentHttpResult> RunSweepAsync(TimerFunction timer, IServiceProvider services, CancellationToken cancellationToken)
    {
        await services.GetRequiredKeyedService<Sweep>(timer.Sweep).RunAsync(cancellationToken);
        return Done;
    }

    private static ContentHttpResult Done => TypedResults.Text("{}", "application/json");

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "An invocation of {Function} cannot be read; its message is delivered again and in the end set aside by the broker")]
        public static partial void NotRead(ILogger logger, Exception exception, string function);
    }
}
