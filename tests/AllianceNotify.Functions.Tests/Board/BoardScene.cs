using AllianceNotify.Classification;
using AllianceNotify.Contacts;
using AllianceNotify.Content;
using AllianceNotify.Delivery;
using AllianceNotify.Delivery.Channels;
using AllianceNotify.Functions.Tests.Infrastructure;
using AllianceNotify.Reports;
using AllianceNotify.Situations;
using Microsoft.Extensions.DependencyInjection;

namespace AllianceNotify.Functions.Tests.Board;

/// <summary>Puts situations, alerts, deliveries and written messages where the pages find them.</summary>
internal sealed class BoardScene(HubFixture hub)
{
    private SituationTable Situations => hub.Services.GetRequiredService<SituationTable>();

    public async Task<Situation> OpenAsync(string id, Func<Situation, Situation>? with = null)
    {
        var now = hub.Time.GetUtcNow();
        var situation = new Situation
        {
            Id = new SituationId($"s-{id}"),
            Mode = ReportMode.Actual,
            Status = SituationStatus.Open,
            Category = new CategoryId("missile-launch"),
            Urgency = Urgency.Flash,
            Marking = Marking.Default,
            Texts = [new ReportText("ja", $"発射 {id}", "本文"), new ReportText("en", $"Launch {id}", "Body")],
            OpenedAt = now,
            UpdatedAt = now,
            ObservedAt = now,
            FirstReport = new ReportId("r-1"),
            LatestReport = new ReportId("r-1"),
            Source = "sample radar",
        };
        situation = with?.Invoke(situation) ?? situation;
        await Situations.ListNewAsync(situation, default);
        await Situations.WriteAsync(situation.Id, new SituationChange { Situation = situation }, default);
        return situation;
    }

    /// <summary>The situation's next alert, as the stages would make it.</summary>
    public async Task<Alert> AlertAsync(SituationId id, AlertKind kind = AlertKind.New)
    {
        var found = await Situations.GetAsync(id, default);
        var situation = found!.Value.Value;
        var content = new AlertContent
        {
            Kind = kind,
            Urgency = situation.Urgency,
            Confidence = 0.9,
            Texts = situation.Texts,
            ObservedAt = situation.ObservedAt,
            Source = situation.Source,
        };
        var (revised, alert) = AlertGate.Make(situation, content, hub.Time.GetUtcNow());
        await Situations.WriteAsync(id, new SituationChange { Situation = revised, IfMatch = found.Value.ETag, Alert = alert }, default);
        return alert;
    }

    public async Task<Situation> FindAsync(SituationId id) => (await Situations.GetAsync(id, default))!.Value.Value;

    public async Task<Contact> ContactAsync(string id, string language = "en")
    {
        var contact = new Contact
        {
            Id = new ContactId(id),
            Name = new PersonName($"Sample {id}", null),
            Agency = "JCG",
            Nation = "JPN",
            Languages = [language],
            Channels = [],
        };
        await hub.Services.GetRequiredService<ContactTable>().InsertAsync(contact, default);
        return contact;
    }

    public Task DeliverAsync(Alert alert, params DeliveryRecord[] records) =>
        hub.Services.GetRequiredService<DeliveryTable>().PlanAsync(alert.Id, records, default);

    public static DeliveryRecord Delivery(Alert alert, string contact, DeliveryState state) => new()
    {
        Alert = alert.Id,
        Contact = new ContactId(contact),
        Channel = "smtp",
        State = state,
        Address = $"{contact}@example.org",
        DisplayName = $"Sample {contact}",
        Agency = "JCG",
        Language = "en",
        Reason = "List sample by subscription sample",
        Deadline = alert.MadeAt.AddHours(1),
        MessageId = $"{alert.Id}.{contact}@example.org",
        PlannedAt = alert.MadeAt,
    };

    /// <summary>Writes the alert to the outbox with this link in it.</summary>
    public async Task<OutboxEntry> WriteToOutboxAsync(Alert alert, Uri link)
    {
        var content = await hub.Services.GetRequiredService<AlertRenderer>().RenderAsync(alert, "en", default);
        var recipient = new DispatchRecipient
        {
            Contact = new ContactId("c"),
            Address = "c@example.org",
            DisplayName = "Sample c",
            MessageId = $"{alert.Id}@example.org",
            AcknowledgeUrl = link,
        };
        var folder = hub.Services.GetRequiredService<OutboxFolder>();
        var channel = new OutboxChannel("smtp", folder, [OutboxFormat.Card], hub.Time);
        await channel.SendAsync(new AlertDispatch(alert, content, [recipient]), default);
        return (await folder.FindAsync(OutboxFolder.IdOf(alert.MadeAt, recipient.MessageId), default))!;
    }
}
