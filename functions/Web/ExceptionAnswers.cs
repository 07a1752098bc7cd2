using System.Data.Common;
using System.Net.Sockets;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;

namespace AllianceNotify.Functions.Web;

/// <summary>
/// What an exception means to the caller: a request that could not be read is theirs (400, 413, 415), an outage of the store
/// or a queue is 503 with Retry-After (nothing was accepted), anything else is ours (500). None shows its text.
/// </summary>
internal sealed partial class ExceptionAnswers(IProblemDetailsService problems, ILogger<ExceptionAnswers> logger) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        var (status, detail) = exception switch
        {
            BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => (413, "The body is larger than this hub takes."),
            BadHttpRequestException { StatusCode: StatusCodes.Status415UnsupportedMediaType } => (415, "This content type is not read here."),
            BadHttpRequestException bad => (bad.StatusCode, DescribeBadRequest(bad)),
            _ when IsOutage(exception) => (503, "The store or a queue cannot be reached. Nothing was accepted: send again."),
            _ => (500, "The hub failed. The trace id names the failure in its log."),
        };
        if (status == 503)
        {
            Log.Outage(logger, httpContext.TraceIdentifier, exception.GetType().Name, exception.Message);
            httpContext.Response.Headers.RetryAfter = Problems.RetryAfterSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        httpContext.Response.StatusCode = status;
        return await problems.TryWriteAsync(new ProblemDetailsContext
        {
            HttpContext = httpContext,
            ProblemDetails = new ProblemDetails { Status = status, Detail = detail },
        });
    }

    /// <summary>Whether the answer and one line of the log say all there is to say: an outage has as many of them as requests.</summary>
    internal static bool IsExplained(Exception exception) => exception is BadHttpRequestException || IsOutage(exception);

    /// <summary>The ports throw only for lost infrastructure; these are the families their adapters throw.</summary>
    internal static bool IsOutage(Exception exception) => exception is DbException or IOException or SocketException or TimeoutException or HttpRequestException;

    private static string DescribeBadRequest(BadHttpRequestException bad) => bad.InnerException is System.Text.Json.JsonException json
        ? $"The JSON could not be read at line {(json.LineNumber ?? 0) + 1}, byte {(json.BytePositionInLine ?? 0) + 1}{(json.Path is { Length: > 1 } path ? $" ({path[2..]})" : "")}."
        : "The request could not be read.";

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Store or queue could not be reached in request {TraceId}: {Failure}: {Reason}")]
        public static partial void Outage(ILogger logger, string traceId, string failure, string reason);
    }
}
