using System.Text.Json;
using AllianceNotify.Delivery;
using AllianceNotify.Delivery.Channels;

namespace AllianceNotify.Graph.Calls;

/// <summary>
/// What Graph said to one request. <paramref name="Code"/> and <paramref name="Message"/> are the error's; the message may name
/// people and paths, so it is looked at and never passed on.
/// </summary>
/// <param name="Status">HTTP status; 0: no answer.</param>
/// <param name="RetryAfter">Earliest time for another try, where one was named.</param>
internal sealed record GraphAnswer(int Status, string? Code, string Message, string? RequestId, DateTimeOffset? RetryAfter)
{
    private const int MaxRead = 64 * 1024;
    private const int MaxCode = 80;

    public bool Accepted => Status is >= 200 and < 300;

    /// <summary>About now, and not about this request: worth another try.</summary>
    public bool Transient => Status is 0 or 408 or 421 or 423 or 425 or 429 or >= 500;

    /// <summary>The other side asked to be left alone for a while.</summary>
    public bool Throttled => Status is 429 or 509 || RetryAfter is not null;

    /// <summary>What administrators and Microsoft's support can work with, and nothing about anybody.</summary>
    public string Reason => Status == 0
        ? Message
        : $"Graph {Status}{(Code is null ? "" : $" {Code}")}{(RequestId is null ? "" : $" (request-id {RequestId})")}.";

    public DeliveryOutcome.Deferred Deferred() => new(RetryAfter, Reason);

    public static GraphAnswer Nothing(string reason) => new(0, null, reason, null, null);

    public static async Task<GraphAnswer> ReadAsync(HttpResponseMessage response, TimeProvider time, CancellationToken cancellationToken)
    {
        var requestId = response.Headers.TryGetValues("request-id", out var ids) ? Plain(ids.First()) : null;
        var retryAfter = HttpOutcome.RetryAfter(response, time.GetUtcNow());
        if (response.IsSuccessStatusCode)
        {
            return new GraphAnswer((int)response.StatusCode, null, "", requestId, null);
        }

        var (code, message, innerId) = await ReadErrorAsync(response.Content, cancellationToken).ConfigureAwait(false);
        return new GraphAnswer((int)response.StatusCode, code, message, requestId ?? innerId, retryAfter);
    }

    private static async Task<(string? Code, string Message, string? RequestId)> ReadErrorAsync(HttpContent content, CancellationToken cancellationToken)
    {
        await using var stream = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        var buffer = new byte[MaxRead];
        var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        try
        {
            using var document = JsonDocument.Parse(buffer.AsMemory(0, length));
            if (!document.RootElement.TryGetProperty("error", out var error) || error.ValueKind != JsonValueKind.Object)
            {
                return (null, "", null);
            }

            // The spelling differs between Graph's services.
            var inner = error.TryGetProperty("innerError", out var one) ? one : error.TryGetProperty("innererror", out var other) ? other : default;
            return (Plain(TextOf(error, "code")), TextOf(error, "message") ?? "", Plain(TextOf(inner, "request-id")));
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // A gateway's own page, or not an object at all.
            return (null, "", null);
        }
    }

    private static string? TextOf(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>A word of letters, digits and the marks of ids, or nothing: what an answer says does not get into logs otherwise.</summary>
    private static string? Plain(string? text) =>
        text is { Length: > 0 and <= MaxCode } && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') ? text : null;
}
