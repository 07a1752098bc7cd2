using System.Globalization;

namespace AllianceNotify.Delivery.Channels;

/// <summary>What an HTTP answer means for a delivery.</summary>
internal static class HttpOutcome
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(366);

    /// <remarks>
    /// 401, 403 and 407 are somebody's settings (a secret that differs, a URL whose signature has expired): an administrator has
    /// to act, and meanwhile the next channel serves. Other 4xx are about this address and these bytes, and stay what they are.
    /// </remarks>
    public static DeliveryOutcome Of(int status, HttpResponseMessage response, DateTimeOffset now) => status switch
    {
        >= 200 and < 300 => new DeliveryOutcome.Delivered(),
        >= 300 and < 400 => new DeliveryOutcome.Refused($"HTTP {status}: redirects are not followed."),
        401 or 403 or 407 => new DeliveryOutcome.Misconfigured($"HTTP {status}: the receiver does not accept the hub's credentials."),
        408 or 421 or 425 or 429 or >= 500 => new DeliveryOutcome.Deferred(RetryAfter(response, now), $"HTTP {status}."),
        410 => new DeliveryOutcome.Refused("HTTP 410: the address is gone."),
        _ => new DeliveryOutcome.Refused($"HTTP {status}."),
    };

    /// <summary>
    /// RFC 9110 §10.2.3: seconds (fractions are seen in practice) or a date. Where the sender's own clock differs from ours the
    /// later reading of a date holds, so that the hub is never early. Null where there is none or it is not understood.
    /// </summary>
    public static DateTimeOffset? RetryAfter(HttpResponseMessage response, DateTimeOffset now)
    {
        if (!response.Headers.NonValidated.TryGetValues("Retry-After", out var values))
        {
            return null;
        }

        DateTimeOffset? latest = null;
        foreach (var value in values)
        {
            if (Parse(value.Trim(), response, now) is { } time && !(time < latest))
            {
                latest = time;
            }
        }

        return latest;
    }

    private static DateTimeOffset? Parse(string value, HttpResponseMessage response, DateTimeOffset now)
    {
        if (decimal.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds))
        {
            return now + (seconds >= (decimal)Longest.TotalSeconds ? Longest : TimeSpan.FromTicks((long)Math.Ceiling(seconds * TimeSpan.TicksPerSecond)));
        }

        if (!DateTimeOffset.TryParseExact(
            value,
            ["r", "dddd, dd-MMM-yy HH:mm:ss 'GMT'", "ddd MMM d HH:mm:ss yyyy"],
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AllowInnerWhite,
            out var date))
        {
            return null;
        }

        var byTheirClock = response.Headers.Date is { } sent ? now + (date - sent) : date;
        var later = byTheirClock > date ? byTheirClock : date;
        return later < now + Longest ? later : now + Longest;
    }
}
