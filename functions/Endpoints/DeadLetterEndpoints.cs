using AllianceNotify.Functions.Security;
using AllianceNotify.Functions.Web;
using AllianceNotify.Messaging;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AllianceNotify.Functions.Endpoints;

/// <summary>Messages set aside for a person: why, since when, and again. Bodies are not shown: they may hold what the caller may not read.</summary>
internal static class DeadLetterEndpoints
{
    private const int PageSize = 100;

    public static void MapDeadLetters(this WebApplication app)
    {
        var group = app.MapGroup("/api/dead-letters").WithTags("Operations");
        group.MapGet("", ListAsync).RequireAuthorization(HubPolicies.Oversee);
        group.MapPost("/{id}/replay", ReplayAsync).RequireAuthorization(HubPolicies.Administer);
    }

    /// <summary>Queue by queue, oldest first. The cursor names the queue and the last id shown.</summary>
    private static async Task<Results<Ok<Page<DeadLetterView>>, ValidationProblem>> ListAsync(
        IMessageQueue queue, CancellationToken cancellationToken, string? after = null)
    {
        var start = after is null ? new DeadLetterId(QueueName.All[0], "") : DeadLetterId.Parse(after);
        if (start is null)
        {
            return Problems.Invalid("after", "Not a cursor of this list.");
        }

        var items = new List<DeadLetterView>();
        var from = start.Local.Length > 0 ? start.Local : null;
        foreach (var name in QueueName.All.SkipWhile(name => name != start.Queue))
        {
            var letters = await queue.PeekDeadLettersAsync(name, from, PageSize - items.Count, cancellationToken);
            items.AddRange(letters.Select(DeadLetterView.Of));
            from = null;
            if (items.Count >= PageSize)
            {
                return TypedResults.Ok(new Page<DeadLetterView>(items, $"/api/dead-letters?after={Uri.EscapeDataString(items[^1].Id)}"));
            }
        }

        return TypedResults.Ok(new Page<DeadLetterView>(items, null));
    }

    private static async Task<Results<Accepted, ProblemHttpResult>> ReplayAsync(string id, IMessageQueue queue, CancellationToken cancellationToken) =>
        DeadLetterId.Parse(id) is { } letter && await queue.ReplayDeadLetterAsync(letter.Queue, letter.Local, cancellationToken)
            ? TypedResults.Accepted((string?)null)
            : Problems.NotFound("dead letter");
}

/// <summary>A dead letter's id on the wire: its queue and its id in that queue.</summary>
internal sealed record DeadLetterId(QueueName Queue, string Local)
{
    public static DeadLetterId? Parse(string text)
    {
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && QueueName.All.FirstOrDefault(name => text.AsSpan(0, dot).SequenceEqual(name.Value)) is { } queue
            ? new DeadLetterId(queue, text[(dot + 1)..])
            : null;
    }

    public override string ToString() => $"{Queue}.{Local}";
}

internal sealed record DeadLetterView(string Id, string Queue, string MessageId, string Reason, int DeliveryCount, DateTimeOffset EnqueuedAt, DateTimeOffset DeadAt)
{
    public static DeadLetterView Of(DeadLetter letter) => new(
        new DeadLetterId(letter.Queue, letter.Id).ToString(),
        letter.Queue.Value,
        letter.Message.Id,
        letter.Reason,
        letter.DeliveryCount,
        letter.EnqueuedAt,
        letter.DeadAt);
}
