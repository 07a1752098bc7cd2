using AllianceNotify.Contacts;
using AllianceNotify.Contracts.Delivery;
using AllianceNotify.Delivery;
using AllianceNotify.Delivery.Channels;
using AllianceNotify.Reports;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace AllianceNotify.Tests.Delivery;

public sealed class OutboxFolderTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("outbox-");
    private readonly FakeTimeProvider time = new(SampleAlerts.MadeAt);

    public void Dispose() => folder.Delete(recursive: true);

    private OutboxFolder Outbox => new(folder.FullName);

    private async Task<DeliveryOutcome> SendAsync(string messageId, DateTimeOffset? madeAt = null, ReportMode mode = ReportMode.Actual, string subject = "")
    {
        var alert = SampleAlerts.Alert(mode) with { MadeAt = madeAt ?? SampleAlerts.MadeAt };
        var content = SampleAlerts.Render(alert, "ja");
        var dispatch = new AlertDispatch(alert, content with { Subject = subject + content.Subject },
        [
            new DispatchRecipient
            {
                Contact = new ContactId("sample-officer"),
                Address = "officer@agency.example",
                DisplayName = "Sample Officer",
                MessageId = messageId,
                AcknowledgeUrl = new Uri("https://hub.example/a/token"),
            },
        ]);
        return (await new OutboxChannel("smtp", Outbox, [OutboxFormat.Card], time).SendAsync(dispatch, CancellationToken.None))[0];
    }

    [Fact]
    public async Task A_message_is_found_with_its_card_and_says_which_channel_it_was_meant_for()
    {
        var outcome = Assert.IsType<DeliveryOutcome.Delivered>(await SendAsync("m1@hub.example", mode: ReportMode.Exercise));

        var entry = Assert.Single((await Outbox.ListAsync(null, 10, default)).Entries);
        Assert.Equal($"outbox:{entry.Id}", outcome.ProviderId);
        Assert.Equal(("smtp", "m1@hub.example", ReportMode.Exercise), (entry.Channel, entry.MessageId, entry.Mode));
        var card = System.Text.Encoding.UTF8.GetString((await Outbox.ReadAsync(entry, ".card.json", default))!.Value.Span);
        Assert.Contains("EXERCISE EXERCISE EXERCISE / 訓練 訓練 訓練", card, StringComparison.Ordinal);
        Assert.Contains("https://hub.example/a/token", card, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_message_again_overwrites_itself()
    {
        await SendAsync("m1@hub.example", subject: "first ");
        var files = Directory.GetFiles(folder.FullName, "*", SearchOption.AllDirectories).Order().ToList();
        time.Advance(TimeSpan.FromMinutes(5));
        await SendAsync("m1@hub.example", subject: "second ");

        Assert.Equal(files, Directory.GetFiles(folder.FullName, "*", SearchOption.AllDirectories).Order());
        Assert.StartsWith("second", Assert.Single((await Outbox.ListAsync(null, 10, default)).Entries).Subject, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pages_are_newest_first_over_the_days_and_miss_and_repeat_nothing()
    {
        for (var i = 0; i < 25; i++)
        {
            await SendAsync($"m{i}@hub.example", SampleAlerts.MadeAt.AddHours(i * 7));
        }

        var seen = new List<OutboxEntry>();
        string? next = null;
        do
        {
            var page = await Outbox.ListAsync(next, 10, default);
            Assert.InRange(page.Entries.Count, 1, 10);
            seen.AddRange(page.Entries);
            next = page.Next;
        }
        while (next is not null);

        Assert.Equal(Enumerable.Range(0, 25).Reverse().Select(i => $"m{i}@hub.example"), seen.Select(entry => entry.MessageId));
    }

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("..")]
    [InlineData("")]
    [InlineData("20261124T054900Z-abcdefghijklmnopqrstuvwxyz/../x")]
    [InlineData("20261124T054900Z-abcdefghijklmnopqrstuvwxyz\n")]
    [InlineData("20261124T054900Z-abcdefghijklmnopqrstuvwx\0z")]
    public async Task Nothing_outside_the_outbox_can_be_named(string id)
    {
        await SendAsync("m1@hub.example");

        Assert.Null(await Outbox.FindAsync(id, default));
        await Assert.ThrowsAsync<ArgumentException>(() => Outbox.ListAsync(id, 10, default));
    }

    [Theory]
    [InlineData("/../../secret.json")]
    [InlineData(".entry.json")]
    [InlineData("")]
    public async Task Only_the_bodies_of_an_entry_can_be_read(string body)
    {
        await SendAsync("m1@hub.example");
        var entry = Assert.Single((await Outbox.ListAsync(null, 10, default)).Entries);

        Assert.Null(await Outbox.ReadAsync(entry, body, default));
    }

    [Fact]
    public async Task What_was_written_by_halves_is_not_listed()
    {
        await SendAsync("m1@hub.example");
        var day = Directory.GetDirectories(folder.FullName)[0];
        await File.WriteAllTextAsync(Path.Combine(day, "20261124T054900Z-aaaaaaaaaaaaaaaaaaaaaaaaaa.card.json"), "{}");
        await File.WriteAllTextAsync(Path.Combine(day, "20261124T054900Z-bbbbbbbbbbbbbbbbbbbbbbbbbb.entry.json.abcd.tmp"), "{");

        Assert.Equal("m1@hub.example", Assert.Single((await Outbox.ListAsync(null, 10, default)).Entries).MessageId);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_defers()
    {
        var file = Path.Combine(folder.FullName, "in-the-way");
        await File.WriteAllTextAsync(file, "");
        var dispatch = new AlertDispatch(SampleAlerts.Alert(), SampleAlerts.Render(SampleAlerts.Alert(), "en"),
        [
            new DispatchRecipient
            {
                Contact = new ContactId("c"), Address = "", DisplayName = null, MessageId = "m@h", AcknowledgeUrl = new Uri("https://hub.example/a/t"),
            },
        ]);

        var outcomes = await new OutboxChannel("outbox", new OutboxFolder(file), [OutboxFormat.Card], time).SendAsync(dispatch, default);

        Assert.IsType<DeliveryOutcome.Deferred>(Assert.Single(outcomes));
    }

    [Fact]
    public async Task An_empty_outbox_is_an_empty_page() =>
        Assert.Empty((await new OutboxFolder(Path.Combine(folder.FullName, "none")).ListAsync(null, 10, default)).Entries);
}
