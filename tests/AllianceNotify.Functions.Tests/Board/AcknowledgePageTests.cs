using System.Net;
using AllianceNotify.Acknowledgement;
using AllianceNotify.Classification;
using AllianceNotify.Contacts;
using AllianceNotify.Functions.Tests.Infrastructure;
using AllianceNotify.Reports;
using AllianceNotify.Situations;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace AllianceNotify.Functions.Tests.Board;

/// <summary>The page that an alert's personal link opens.</summary>
public sealed class AcknowledgePageTests(HubFixture hub) : IClassFixture<HubFixture>
{
    [Fact]
    public async Task Opening_the_link_answers_nothing_and_pressing_the_button_does()
    {
        var (alert, token) = await AlertAsync("s-open", "c1");
        using var client = hub.Anonymous();

        using var shown = await client.GetAsync($"/a/{token}");
        Assert.Equal(HttpStatusCode.OK, shown.StatusCode);
        Assert.Null(await hub.Services.GetRequiredService<AcknowledgeAlert>().FindAsync(alert.Id, new ContactId("c1"), default));

        using var pressed = await client.PostAsync($"/a/{token}", new FormUrlEncodedContent([new("note", "On my way")]));
        Assert.Equal(HttpStatusCode.OK, pressed.StatusCode);
        var answer = await hub.Services.GetRequiredService<AcknowledgeAlert>().FindAsync(alert.Id, new ContactId("c1"), default);
        Assert.Equal("On my way", answer!.Note);

        var again = await client.GetStringAsync($"/a/{token}");
        Assert.Contains("On my way", again, StringComparison.Ordinal);
        Assert.DoesNotContain("<button", again, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_sender_wrote_cannot_become_part_of_the_page()
    {
        var (_, token) = await AlertAsync("s-script", "c2", title: "<script>alert(1)</script>");
        using var client = hub.Anonymous();

        var page = await client.GetStringAsync($"/a/{token}");

        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_link_that_was_changed_is_not_known()
    {
        var (_, token) = await AlertAsync("s-changed", "c3");
        using var client = hub.Anonymous();

        using var response = await client.PostAsync($"/a/{token}x", null);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public async Task A_link_that_has_ended_says_so_and_answers_nothing()
    {
        var (alert, _) = await AlertAsync("s-ended", "c4");
        var ended = hub.Services.GetRequiredService<AcknowledgeLinks>().TokenFor(alert.Id, new ContactId("c4"), hub.Time.GetUtcNow());
        using var client = hub.Anonymous();

        using var response = await client.PostAsync($"/a/{ended}", null);

        Assert.Equal(HttpStatusCode.Gone, response.StatusCode);
        Assert.Null(await hub.Services.GetRequiredService<AcknowledgeAlert>().FindAsync(alert.Id, new ContactId("c4"), default));
    }

    [Fact]
    public async Task A_contact_who_may_no_longer_read_it_sees_nothing_of_it()
    {
        var (_, token) = await AlertAsync("s-marked", "c5", nation: "AUS");
        using var client = hub.Anonymous();

        using var response = await client.GetAsync($"/a/{token}");

        Assert.Equal(HttpStatusCode.Gone, response.StatusCode);
        Assert.DoesNotContain("Launch", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_page_shows_the_whole_text_that_a_mail_cuts()
    {
        var scene = new BoardScene(hub);
        var situation = await scene.OpenAsync("whole", opened => opened with
        {
            Texts = [new ReportText("ja", "長文", string.Concat(Enumerable.Range(1, 3000).Select(line => $"第{line}行\n")))],
        });
        var alert = await scene.AlertAsync(situation.Id);
        await scene.ContactAsync("whole");
        using var client = hub.Anonymous();

        var page = await client.GetStringAsync($"/a/{hub.Services.GetRequiredService<AcknowledgeLinks>().TokenFor(alert.Id, new ContactId("whole"), hub.Time.GetUtcNow().AddDays(1))}");

        Assert.Contains("第3000行", page, StringComparison.Ordinal);
        Assert.Equal(2, page.Split("第3000行").Length);
        Assert.Contains("Source text, Japanese only", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_of_an_alert_that_a_later_one_overtook_says_so()
    {
        var (alert, token) = await AlertAsync("s-overtaken", "c7");
        using var client = hub.Anonymous();
        Assert.DoesNotContain("There is a later alert", await client.GetStringAsync($"/a/{token}"), StringComparison.Ordinal);

        await new BoardScene(hub).AlertAsync(alert.Situation, AlertKind.Update);

        Assert.Contains("There is a later alert on this situation (number 2)", await client.GetStringAsync($"/a/{token}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_of_an_alert_that_was_cleared_since_says_so_before_the_button()
    {
        var (alert, token) = await AlertAsync("s-cleared", "c8");
        await new BoardScene(hub).AlertAsync(alert.Situation, AlertKind.AllClear);
        using var client = hub.Anonymous();

        var page = await client.GetStringAsync($"/a/{token}");

        Assert.Contains("ALL CLEAR has been given since", page, StringComparison.Ordinal);
        Assert.DoesNotContain("There is a later alert", page, StringComparison.Ordinal);
        Assert.True(page.IndexOf("ALL CLEAR has been given", StringComparison.Ordinal) < page.IndexOf("<button", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_readers_own_language_comes_first()
    {
        var scene = new BoardScene(hub);
        var alert = await scene.AlertAsync((await scene.OpenAsync("tongue")).Id);
        await scene.ContactAsync("tongue", "ja-JP");
        using var client = hub.Anonymous();

        var page = await client.GetStringAsync($"/a/{hub.Services.GetRequiredService<AcknowledgeLinks>().TokenFor(alert.Id, new ContactId("tongue"), hub.Time.GetUtcNow().AddDays(1))}");

        Assert.Contains("<html lang=\"ja\"", page, StringComparison.Ordinal);
        Assert.True(page.IndexOf("発射 tongue", StringComparison.Ordinal) < page.IndexOf("Launch tongue", StringComparison.Ordinal));
        Assert.Contains("Launch tongue", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_exercise_says_so_above_and_below()
    {
        var (_, token) = await AlertAsync("s-exercise", "c6", mode: ReportMode.Exercise);
        using var client = hub.Anonymous();

        var page = WebUtility.HtmlDecode(await client.GetStringAsync($"/a/{token}"));

        Assert.Equal(2, page.Split("class=\"banner exercise\"").Length - 1);
        Assert.DoesNotContain("ACTUAL", page, StringComparison.Ordinal);
    }

    private async Task<(Alert Alert, string Token)> AlertAsync(
        string situation, string contact, string title = "Launch", string nation = "JPN", ReportMode mode = ReportMode.Actual)
    {
        var now = hub.Time.GetUtcNow();
        await hub.Services.GetRequiredService<ContactTable>().InsertAsync(
            new Contact
            {
                Id = new ContactId(contact),
                Name = new PersonName($"Sample {contact}", null),
                Agency = "JCG",
                Nation = nation,
                Languages = ["en"],
                Channels = [],
            },
            default);
        var opened = new Situation
        {
            Id = new SituationId(situation),
            Mode = mode,
            Status = SituationStatus.Open,
            Category = new CategoryId("missile-launch"),
            Urgency = Urgency.Flash,
            Marking = Marking.Default,
            Texts = [new ReportText("en", title, "Body")],
            OpenedAt = now,
            UpdatedAt = now,
            ObservedAt = now,
            FirstReport = new ReportId("r-1"),
            LatestReport = new ReportId("r-1"),
            Source = "radar",
        };
        var content = new AlertContent
        {
            Kind = AlertKind.New,
            Urgency = Urgency.Flash,
            Confidence = 0.9,
            Texts = opened.Texts,
            ObservedAt = now,
            Source = "radar",
        };
        var (revised, alert) = AlertGate.Make(opened, content, now);
        await hub.Services.GetRequiredService<SituationTable>().WriteAsync(opened.Id, new SituationChange { Situation = revised, Alert = alert }, default);
        return (alert, hub.Services.GetRequiredService<AcknowledgeLinks>().TokenFor(alert.Id, new ContactId(contact), now.AddDays(1)));
    }
}
