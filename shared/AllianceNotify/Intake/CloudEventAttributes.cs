using AllianceNotify.Reports;

namespace AllianceNotify.Intake;

/// <summary>
/// The context attributes of a CloudEvent 1.0 around a report. Of its extensions, <c>status</c> (actual, exercise, test) and
/// <c>tlp</c> make a report stricter and never laxer than it says itself.
/// </summary>
public sealed record CloudEventAttributes
{
    public required string Id { get; init; }

    public required string Source { get; init; }

    public required string Type { get; init; }

    public ReportMode? Mode { get; init; }

    public Tlp? Tlp { get; init; }

    /// <summary>Extension attributes that the hub does not know, by name (structured mode): kept as facts.</summary>
    public IReadOnlyDictionary<string, string> Extensions { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// From the <c>ce-</c> headers of a request in binary mode (CloudEvents HTTP binding 1.0 §3.1): null where there are none,
    /// and with the errors where they are incomplete.
    /// </summary>
    /// <param name="header">A header's value by name; null where absent.</param>
    public static (CloudEventAttributes? Attributes, IReadOnlyList<FieldError> Errors) FromHeaders(Func<string, string?> header) =>
        header("ce-specversion") is null ? (null, []) : Of(name => header($"ce-{name}") is { } value ? Decoded(value) : null, name => $"ce-{name}");

    internal static (CloudEventAttributes? Attributes, IReadOnlyList<FieldError> Errors) Of(Func<string, string?> attribute, Func<string, string> fieldOf)
    {
        var errors = new List<FieldError>();
        if (attribute("specversion") != "1.0")
        {
            errors.Add(new FieldError(fieldOf("specversion"), "must be 1.0"));
        }

        var (id, source, type) = (Required("id"), Required("source"), Required("type"));
        ReportMode? mode = attribute("status")?.ToLowerInvariant() switch
        {
            null => null,
            "actual" => ReportMode.Actual,
            "exercise" => ReportMode.Exercise,
            "test" => ReportMode.Test,
            _ => Unknown("status", "must be one of actual, exercise, test"),
        };
        Tlp? tlp = null;
        if (attribute("tlp") is { } colour)
        {
            if (MarkingText.TryTlp(colour, out var known))
            {
                tlp = known;
            }
            else
            {
                errors.Add(new FieldError(fieldOf("tlp"), "must be one of clear, green, amber, amber-strict, red"));
            }
        }

        return errors.Count > 0 ? (null, errors) : (new CloudEventAttributes { Id = id!, Source = source!, Type = type!, Mode = mode, Tlp = tlp }, []);

        string? Required(string name)
        {
            var value = attribute(name);
            if (string.IsNullOrWhiteSpace(value) || value.Length > 400)
            {
                errors.Add(new FieldError(fieldOf(name), "is required, with at most 400 characters"));
            }

            return value;
        }

        ReportMode? Unknown(string name, string message)
        {
            errors.Add(new FieldError(fieldOf(name), message));
            return null;
        }
    }

    /// <summary>The report as the envelope lets it be.</summary>
    internal SituationReport Apply(SituationReport report)
    {
        var facts = new Dictionary<string, FactValue>(report.Facts, StringComparer.Ordinal);
        facts.TryAdd("cloudEventId", FactValue.Of(Wording.Fact(Id)));
        facts.TryAdd("cloudEventSource", FactValue.Of(Wording.Fact(Source)));
        facts.TryAdd("cloudEventType", FactValue.Of(Wording.Fact(Type)));
        foreach (var (name, value) in Extensions.Where(each => !string.IsNullOrWhiteSpace(each.Value)).Take(50))
        {
            facts.TryAdd($"ext:{name}", FactValue.Of(Wording.Fact(value)));
        }

        return report with
        {
            Mode = Envelope.Stricter(report.Mode, Mode ?? report.Mode),
            Marking = Tlp is { } colour && colour > report.Marking.Tlp
                ? report.Marking.Strictest(new Marking(colour, report.Marking.ReleasableTo.Count > 0 ? report.Marking.ReleasableTo : Reports.Marking.Default.ReleasableTo))
                : report.Marking,
            Facts = facts,
        };
    }

    /// <summary>Header values are percent-encoded UTF-8 (§3.1.3.2).</summary>
    private static string Decoded(string value) => Uri.UnescapeDataString(value);
}

/// <summary>What holds of every envelope around a report.</summary>
internal static class Envelope
{
    /// <summary>Actual is the laxest, test the strictest: neither side can make the other real.</summary>
    public static ReportMode Stricter(ReportMode one, ReportMode other) => one > other ? one : other;
}
