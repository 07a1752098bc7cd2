using System.Globalization;
using System.Net.Sockets;
using Azure;
using Azure.Identity;

namespace AllianceNotify.AzureTables.Requests;

/// <summary>What a failed request means for the next one.</summary>
internal readonly record struct Failure(bool MayRetry, bool MayHaveApplied, TimeSpan? RetryAfter = null)
{
    private const string TableBeingDeleted = "TableBeingDeleted";

    /// <summary>Null for an answer that is the service's last word, such as a conflict or a bad request.</summary>
    public static Failure? Of(Exception exception, DateTimeOffset now) => exception switch
    {
        // The SDK's own time limit for a request; the caller's cancellation is looked at before.
        OperationCanceledException => new Failure(MayRetry: true, MayHaveApplied: true),
        // Asked for before the request is sent.
        AuthenticationFailedException => new Failure(MayRetry: true, MayHaveApplied: false),
        RequestFailedException { Status: 0 } => new Failure(MayRetry: true, MayHaveApplied: !NeverSent(exception)),
        RequestFailedException { Status: 401 or 403 } => new Failure(MayRetry: false, MayHaveApplied: false),
        RequestFailedException { Status: 429 } refused => new Failure(true, MayHaveApplied: false, RetryAfterOf(refused, now)),
        // Made by who met this answer, and needed now.
        RequestFailedException missing when ServiceTables.IsMissingTable(missing) => new Failure(true, MayHaveApplied: false, TimeSpan.Zero),
        RequestFailedException { Status: 409, ErrorCode: TableBeingDeleted } => new Failure(true, MayHaveApplied: false),
        // Of 503 some come from proxies on the way, which cannot know what became of the request.
        RequestFailedException { Status: 408 or 500 or 502 or 503 or 504 } failed => new Failure(true, MayHaveApplied: true, RetryAfterOf(failed, now)),
        _ => null,
    };

    private static bool NeverSent(Exception exception)
    {
        for (var cause = exception.InnerException; cause is not null; cause = cause.InnerException)
        {
            if (cause is SocketException { SocketErrorCode: SocketError.ConnectionRefused or SocketError.HostNotFound or SocketError.HostUnreachable }
                or HttpRequestException
                {
                    HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError,
                })
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Seconds, also with a fraction, or a date (RFC 9110, section 10.2.3).</summary>
    private static TimeSpan? RetryAfterOf(RequestFailedException exception, DateTimeOffset now)
    {
        if (exception.GetRawResponse()?.Headers.TryGetValue("Retry-After", out var text) != true)
        {
            return null;
        }

        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds))
        {
            return TimeSpan.FromSeconds(Math.Min(seconds, TimeSpan.FromDays(1).TotalSeconds));
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) && at > now ? at - now : null;
    }
}
