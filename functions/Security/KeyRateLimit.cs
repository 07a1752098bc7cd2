using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Claims;
using System.Threading.RateLimiting;
using AllianceNotify.Functions.Web;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;

namespace AllianceNotify.Functions.Security;

/// <summary>
/// Each API key has a bucket of <see cref="WebServerOptions.RequestsPerMinute"/> requests, filled again evenly: a system that floods is told
/// to wait (429, Retry-After) before its request is read, and the others are served. People who are signed in are not counted.
/// </summary>
internal sealed partial class KeyRateLimit(TimeProvider time, ILogger<KeyRateLimit> logger)
{
    private static readonly TimeSpan SayAgain = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, DateTimeOffset> said = new(StringComparer.Ordinal);

    public async ValueTask RefuseAsync(OnRejectedContext rejected, CancellationToken cancellationToken)
    {
        var wait = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? Math.Max(1, Math.Ceiling(after.TotalSeconds)) : 1;
        if (KeyOf(rejected.HttpContext) is { } key)
        {
            Say(key);
        }

        rejected.HttpContext.Response.Headers.RetryAfter = wait.ToString(CultureInfo.InvariantCulture);
        await Problems.Of(StatusCodes.Status429TooManyRequests, "This key sends more requests than the hub takes from one. Nothing was accepted: send again.")
            .ExecuteAsync(rejected.HttpContext);
    }

    /// <summary>Once a minute a key: a flood must not flood the log.</summary>
    private void Say(string key)
    {
        var now = time.GetUtcNow();
        if (said.TryGetValue(key, out var before) ? now - before >= SayAgain && said.TryUpdate(key, now, before) : said.TryAdd(key, now))
        {
            Log.Refused(logger, key);
        }
    }

    public static PartitionedRateLimiter<HttpContext> Limiter(int requestsPerMinute) => PartitionedRateLimiter.Create<HttpContext, string>(context =>
        KeyOf(context) is { } key
            ? RateLimitPartition.GetTokenBucketLimiter(key, _ => BucketOf(requestsPerMinute))
            : RateLimitPartition.GetNoLimiter(""));

    internal static TokenBucketRateLimiterOptions BucketOf(int requestsPerMinute) => new()
    {
        TokenLimit = requestsPerMinute,
        TokensPerPeriod = Math.Max(1, requestsPerMinute / 60),
        ReplenishmentPeriod = requestsPerMinute >= 60 ? TimeSpan.FromSeconds(1) : TimeSpan.FromMinutes(1) / requestsPerMinute,
        QueueLimit = 0,
    };

    private static string? KeyOf(HttpContext context) =>
        context.User.Identity is ClaimsIdentity { AuthenticationType: HubAuthentication.SchemeName } identity
            ? identity.FindFirst(ClaimTypes.NameIdentifier)?.Value
            : null;

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Key {Key} sends more requests than Http:RequestsPerMinute allows; some are turned away.")]
        public static partial void Refused(ILogger logger, string key);
    }
}

internal static class KeyRateLimitWiring
{
    public static void AddKeyRateLimit(this IServiceCollection services)
    {
        services.AddSingleton<KeyRateLimit>();
        services.AddRateLimiter(_ => { });
        services.AddOptions<RateLimiterOptions>().Configure<IOptions<WebServerOptions>, KeyRateLimit>((limiter, web, limit) =>
        {
            limiter.OnRejected = limit.RefuseAsync;
            limiter.GlobalLimiter = web.Value.RequestsPerMinute > 0 ? KeyRateLimit.Limiter(web.Value.RequestsPerMinute) : null;
        });
    }
}
