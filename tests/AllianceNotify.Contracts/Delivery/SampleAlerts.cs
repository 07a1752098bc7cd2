using AllianceNotify.Classification;
using AllianceNotify.Content;
using AllianceNotify.Reports;
using AllianceNotify.Situations;

namespace AllianceNotify.Contracts.Delivery;

/// <summary>Alerts for tests whose subject is what happens to an alert. All of it is sample data.</summary>
public static class SampleAlerts
{
    public static readonly DateTimeOffset MadeAt = new(2026, 11, 24, 5, 49, 0, TimeSpan.Zero);

    public static Situation Situation(ReportMode mode = ReportMode.Actual, string id = "s-sample") => new()
    {
        Id = new SituationId(id),
        Mode = mode,
        Status = SituationStatus.Open,
        Category = new CategoryId("missile-launch"),
        Urgency = Urgency.Flash,
        Marking = Marking.Default,
        Texts = [new ReportText("ja", "弾道ミサイルの可能性があるものが発射された", "")],
        OpenedAt = MadeAt,
        UpdatedAt = MadeAt,
        ObservedAt = MadeAt,
        FirstReport = new ReportId("r-sample"),
        LatestReport = new ReportId("r-sample"),
        Source = "sample-radar",
    };

    public static Alert Alert(
        ReportMode mode = ReportMode.Actual, Urgency urgency = Urgency.Flash, AlertKind kind = AlertKind.New, int revision = 1, string situation = "s-sample") => new()
        {
            Id = Situations.Alert.IdOf(new SituationId(situation), revision),
            Situation = new SituationId(situation),
            Revision = revision,
            Kind = kind,
            Mode = mode,
            Category = new CategoryId("missile-launch"),
            Confidence = 0.97,
            Urgency = urgency,
            Marking = Marking.Default,
            Texts =
            [
                new ReportText("ja", "弾道ミサイルの可能性があるものが発射された", "詳細を確認中。"),
                new ReportText("en", "Possible ballistic missile launched", "Details are being checked."),
            ],
            Facts = new Dictionary<string, FactValue> { ["apogeeKm"] = FactValue.Of(100) },
            ObservedAt = MadeAt.AddMinutes(-1),
            MadeAt = MadeAt,
            ExpectsAnswer = true,
            Source = "sample-radar",
            Report = new ReportId("r-sample"),
        };

    /// <summary>Plain words in the shape that the renderer's have: banner and marking in every body, the link's placeholder once.</summary>
    public static RenderedAlert Render(Alert alert, string language)
    {
        var banner = ModeBanner.Of(alert.ShownMode);
        var title = alert.Texts.FirstOrDefault(text => text.Language == language)?.Title ?? alert.Texts[0].Title;
        var link = RenderedAlert.AcknowledgeUrlPlaceholder;
        return new RenderedAlert
        {
            Language = language,
            Subject = $"{ModeBanner.SubjectMark(alert.ShownMode, language)}{title} {alert.Marking.Label}",
            Text = $"{banner}\n{alert.Marking.Label}\n\n{title}\n\n{link}\n\n{alert.Marking.Label}\n",
            Html = $"<!doctype html><html><body><p>{banner}</p><p>{alert.Marking.Label}</p><h1>{title}</h1><a href=\"{link}\">OK</a></body></html>",
            Card = $$"""{"type":"AdaptiveCard","version":"1.4","body":[{"type":"TextBlock","text":"{{banner}} {{alert.Marking.Label}} {{title}}"}],"actions":[{"type":"Action.OpenUrl","title":"OK","url":"{{link}}"}]}""",
        };
    }
}
