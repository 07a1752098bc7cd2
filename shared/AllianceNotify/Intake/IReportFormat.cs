using AllianceNotify.Reports;

namespace AllianceNotify.Intake;

/// <summary>Recognises one wire format and reads it. One file a format in <c>Formats/</c>.</summary>
public interface IReportFormat
{
    /// <summary>Short stable name, stored with the report: <c>own-json</c>, <c>cap</c>, <c>usgs-geojson</c>.</summary>
    string Name { get; }

    /// <summary>
    /// How surely this is the body's format. Looks at the content type (without parameters, lower case) and at the
    /// beginning of the body only.
    /// </summary>
    FormatMatch Recognise(string? contentType, ReadOnlySpan<byte> head);

    /// <summary>Reads the whole body. Never throws for what the body contains.</summary>
    ReadResult Read(ReadOnlyMemory<byte> body, ReadContext context);
}

public enum FormatMatch
{
    /// <summary>Not this format.</summary>
    No,

    /// <summary>The content type fits and nothing speaks against it.</summary>
    ByType,

    /// <summary>The content itself says so.</summary>
    ByContent,
}

/// <summary>What a format may use besides the body.</summary>
public sealed record ReadContext(DateTimeOffset ReceivedAt)
{
    /// <summary>The CloudEvent that the body came in, where it came in one.</summary>
    public CloudEventAttributes? Envelope { get; init; }
}

public abstract record ReadResult
{
    private ReadResult()
    {
    }

    /// <summary>Zero or more reports (a feed with nothing new has none).</summary>
    public sealed record Reports(IReadOnlyList<SituationReport> Items) : ReadResult
    {
        /// <summary>
        /// In a collection, the entries that could not be read: one bad entry does not silence the others. Where no entry can be
        /// read, the collection is <see cref="Invalid"/>.
        /// </summary>
        public IReadOnlyList<FieldError> SkippedEntries { get; init; } = [];
    }

    /// <summary>Malformed or invalid: 400 with every error at once.</summary>
    public sealed record Invalid(IReadOnlyList<FieldError> Errors) : ReadResult;

    /// <summary>Well-formed but not for this hub (marked above unclassified): 422; the body must not be stored.</summary>
    public sealed record Refused(string Reason) : ReadResult;
}

/// <summary>An error at a place: a JSON path (<c>location.latitude</c>) or an element path with line.</summary>
public sealed record FieldError(string Field, string Message);
