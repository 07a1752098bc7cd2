namespace AllianceNotify.Intake;

/// <summary>
/// Chooses the format of a body, by what the content says of itself among the formats that its media type allows, and reads
/// it. A type that says nothing (absent, <c>application/octet-stream</c>, <c>text/plain</c>) leaves it to the content.
/// </summary>
public sealed class ReportReader(IEnumerable<IReportFormat> formats)
{
    /// <summary>How much of a body the formats see when asked whether it is theirs.</summary>
    private const int HeadBytes = 16 * 1024;

    private readonly IReadOnlyList<IReportFormat> formats = [.. formats];

    public ReadOutcome Read(ReadOnlyMemory<byte> body, string? contentType, ReadContext context)
    {
        var type = MediaType.Of(contentType);
        return Choose(type, body.Span[..Math.Min(body.Length, HeadBytes)]) is { } format
            ? new ReadOutcome.Read(format.Name, Within(context.Envelope, format.Read(body, context)))
            : new ReadOutcome.Unsupported(type is null
                ? "The body is in no format that this hub reads."
                : $"No format that this hub reads is sent as {Shown(type)} with such content.");
    }

    private static ReadResult Within(CloudEventAttributes? envelope, ReadResult result) =>
        envelope is not null && result is ReadResult.Reports read ? read with { Items = [.. read.Items.Select(envelope.Apply)] } : result;

    private IReportFormat? Choose(string? type, ReadOnlySpan<byte> head)
    {
        IReportFormat? byType = null;
        foreach (var format in formats)
        {
            switch (format.Recognise(type, head))
            {
                case FormatMatch.ByContent:
                    return format;
                case FormatMatch.ByType:
                    byType ??= format;
                    break;
            }
        }

        return byType;
    }

    private static string Shown(string type) => type.Length <= 100 && !type.Any(char.IsControl) ? type : "this media type";
}

/// <summary>What became of reading a body.</summary>
public abstract record ReadOutcome
{
    private ReadOutcome()
    {
    }

    /// <summary>A format was found; its name, and what it made of the body.</summary>
    public sealed record Read(string Format, ReadResult Result) : ReadOutcome;

    /// <summary>No format claims it: 415.</summary>
    public sealed record Unsupported(string Reason) : ReadOutcome;
}
