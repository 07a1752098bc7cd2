using System.Text.Json.Serialization;
using System.Xml;
using AllianceNotify.Contacts.Forms;
using AllianceNotify.Delivery.Channels;

namespace AllianceNotify.Feeds;

/// <summary>A <see cref="ReportSource"/> in writing. What it is fetched with (<c>Authorization</c>) is configuration and never here.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record SourceForm
{
    public string? Id { get; init; }

    public LocalizedForm? Name { get; init; }

    /// <summary><c>reports</c>, <c>feed</c> or <c>taxii</c>.</summary>
    public string? Kind { get; init; }

    /// <summary>For <c>reports</c>: what its reports have as <c>source</c>; 1 to 200 characters.</summary>
    public string? ReportsAs { get; init; }

    /// <summary>For <c>feed</c> and <c>taxii</c>: https, or http to networks that the configuration opened.</summary>
    public string? Address { get; init; }

    /// <summary>Between two fetches, ISO 8601: PT10S to P1D; PT1M unless given.</summary>
    public string? Interval { get; init; }

    /// <summary>Longest silence before the duty desk is asked to look, ISO 8601: PT1M to P30D; none: it may be silent.</summary>
    public string? Heartbeat { get; init; }

    /// <summary>True unless given.</summary>
    public bool? IsEnabled { get; init; }

    public static SourceForm Of(ReportSource source) => new()
    {
        Id = source.Id.Value,
        Name = new LocalizedForm(source.Name.En, source.Name.Ja),
        Kind = FormErrors.NameOf(source.Kind),
        ReportsAs = source.ReportsAs,
        Address = source.Address?.AbsoluteUri,
        Interval = XmlConvert.ToString(source.Interval),
        Heartbeat = source.Heartbeat is { } heartbeat ? XmlConvert.ToString(heartbeat) : null,
        IsEnabled = source.IsEnabled,
    };

    /// <summary>The source, or every error of the form.</summary>
    public FormResult<ReportSource> Check()
    {
        var errors = new FormErrors();
        var id = errors.Id("id", Id);
        var name = errors.Localized("name", Name);
        var kind = errors.OneOf<SourceKind>("kind", Kind);
        var reportsAs = kind == SourceKind.Reports && Kind is not null ? errors.Text("reportsAs", ReportsAs, 200) : errors.OptionalText("reportsAs", ReportsAs, 200);
        var address = Address is { Length: <= 2_000 } text ? OutboundHttp.Parse(text) : null;
        if (kind != SourceKind.Reports && address is null)
        {
            errors.Add("address", "Required: an http or https address without user name, at most 2,000 characters.");
        }

        if (kind == SourceKind.Reports && Address is not null)
        {
            errors.Add("address", "A source that reports itself is not fetched.");
        }

        var interval = errors.OptionalDuration("interval", Interval, TimeSpan.FromSeconds(10), TimeSpan.FromDays(1)) ?? TimeSpan.FromMinutes(1);
        var heartbeat = errors.OptionalDuration("heartbeat", Heartbeat, TimeSpan.FromMinutes(1), TimeSpan.FromDays(30));
        return FormResult<ReportSource>.Of(errors, () => new ReportSource
        {
            Id = new SourceId(id),
            Name = name,
            Kind = kind,
            ReportsAs = reportsAs,
            Address = address,
            Interval = interval,
            Heartbeat = heartbeat,
            IsEnabled = IsEnabled ?? true,
        });
    }
}
