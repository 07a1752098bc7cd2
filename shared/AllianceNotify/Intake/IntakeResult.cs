using AllianceNotify.Reports;

namespace AllianceNotify.Intake;

/// <summary>Who hands in a report.</summary>
public sealed record IntakeCaller
{
    /// <summary>Stable id of the API key, person or queue; it scopes the idempotency key.</summary>
    public required string Id { get; init; }

    /// <summary>Whether the caller's role and scope allow submitting at all.</summary>
    public required bool MaySubmit { get; init; }

    /// <summary>The sources in whose name the caller may report; null for any.</summary>
    public IReadOnlySet<string>? Sources { get; init; }

    /// <summary>The caller's own name for this attempt (Idempotency-Key header): 1 to 255 visible ASCII characters.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>The largest body taken from this caller, in bytes; null: <see cref="IntakeOptions.MaxBodyBytes"/>.</summary>
    public int? MaxBodyBytes { get; init; }

    /// <summary>Reports observed before this time are passed over; null: none are.</summary>
    public DateTimeOffset? NotBefore { get; init; }
}

/// <summary>The answer to a body handed in. Failing storage or queues are exceptions: nothing was accepted, send again.</summary>
public abstract record IntakeResult
{
    private IntakeResult()
    {
    }

    /// <summary>
    /// All of these are durable and on their way. None where the body is a collection with nothing in it, several where it has
    /// several. <see cref="SkippedEntries"/> are the entries of a collection that could not be read.
    /// </summary>
    public sealed record Accepted(IReadOnlyList<AcceptedItem> Items) : IntakeResult
    {
        public IReadOnlyList<FieldError> SkippedEntries { get; init; } = [];
    }

    /// <summary>400. Nothing was stored.</summary>
    public sealed record Invalid(IReadOnlyList<FieldError> Errors) : IntakeResult;

    /// <summary>403: the caller may not submit, or not in this source's name. Nothing was stored.</summary>
    public sealed record Forbidden(string Reason) : IntakeResult;

    /// <summary>422: well-formed, but not for this hub. Nothing was stored.</summary>
    public sealed record Refused(string Reason) : IntakeResult;

    /// <summary>415. Nothing was stored.</summary>
    public sealed record UnsupportedMediaType(string Reason) : IntakeResult;

    /// <summary>413: above <paramref name="MaxBytes"/>. Nothing was stored.</summary>
    public sealed record TooLarge(int MaxBytes) : IntakeResult;

    /// <summary>409: the caller used this idempotency key for another body before. Nothing was stored.</summary>
    public sealed record IdempotencyConflict : IntakeResult;

    /// <summary>503 for one line of a batch: store or queue could not be reached. Send the line again.</summary>
    public sealed record Unavailable : IntakeResult;
}

/// <summary>
/// One report that is durable. <paramref name="Duplicate"/>: the hub had it already, and the id is the first one's.
/// <paramref name="Differs"/>: a duplicate by its source's name for it whose content is not the stored one's; the first stands.
/// </summary>
public sealed record AcceptedItem(ReportId Id, bool Duplicate, bool Differs = false);

/// <summary>One line of a batch, counted from 1, and its answer.</summary>
public sealed record BatchLine(int Line, IntakeResult Result);

/// <summary>What a message on the queue <c>reports</c> holds.</summary>
public abstract record QueuedReports
{
    private QueuedReports()
    {
    }

    /// <summary>These reports are stored and are for this run of triage.</summary>
    public sealed record Stored(IReadOnlyList<ReportId> Ids) : QueuedReports;

    /// <summary>It can never be read; for the dead letters, with the reason.</summary>
    public sealed record Poison(string Reason) : QueuedReports;

    /// <summary>
    /// A report that the hub must not hold (marked above unclassified). To be completed, not dead-lettered: a dead letter would
    /// keep the body. The reason is for the log and the audit trail.
    /// </summary>
    public sealed record Refused(string Reason) : QueuedReports;
}

/// <summary>Limits of intake.</summary>
public sealed class IntakeOptions
{
    /// <summary>The largest body of one request and the longest line of a batch, in bytes.</summary>
    public int MaxBodyBytes { get; set; } = 1024 * 1024;

    /// <summary>How many lines of a batch, or entries of a collection, are on their way to the disk at once.</summary>
    public int Concurrency { get; set; } = 64;
}
