using System.Net;
using System.Text.RegularExpressions;
using AllianceNotify.Classification;
using AllianceNotify.Contacts;
using AllianceNotify.Functions.Tests.Infrastructure;
using AllianceNotify.Messaging;
using AllianceNotify.Reports;
using AllianceNotify.Security;
using AllianceNotify.Storage;
using AllianceNotify.Triage;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace AllianceNotify.Functions.Tests.Board;

/// <summary>A duty officer's report by hand.</summary>
public sealed partial class RaisePageTests(HubFixture hub) : IClassFixture<HubFixture>
{
    [Fact]
    public async Task It_is_looked_at_first_and_sent_by_the_second_press()
    {
        await DeskAsync("by-hand-desk");
        using var officer = await hub.ClientAsync(HubRole.DutyOfficer);
        var fields = await BlankAsync(officer);
        Assert.DoesNotContain("checked", await officer.GetStringAsync("/reports/new"), StringComparison.Ordinal);
        fields["mode"] = "actual";
        fields["category"] = "cyber-incident";
        fields["titleEn"] = "Printers of the base print by themselves";
        fields["titleJa"] = "基地のプリンターが勝手に印刷している";
        fields["place"] = "Yokota";
        fields["latitude"] = "35.75";
        fields["longitude"] = "139.35";
        fields["when"] = "2026-11-24T14:49";
        fields["phone"] = "sample number 1";

        using var preview = await PostAsync(officer, fields);
        var page = await preview.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.OK, preview.StatusCode);
        Assert.Contains("Not sent yet", page, StringComparison.Ordinal);
        Assert.Contains("stated-category", page, StringComparison.Ordinal);
        Assert.Contains("Sample by-hand-desk", page, StringComparison.Ordinal);
        Assert.Equal(0, await QueuedAsync());

        fields["seen"] = Seen().Match(page).Groups[1].Value;
        fields["act"] = "send";
        using var sent = await PostAsync(officer, fields);

        Assert.Equal(HttpStatusCode.Redirect, sent.StatusCode);
        var address = sent.Headers.Location!.OriginalString;
        Assert.Contains("Accepted and on disk", await officer.GetStringAsync(address), StringComparison.Ordinal);
        var stored = await StoredAsync(address);
        Assert.Equal(ReportMode.Actual, stored.Report.Mode);
        Assert.Equal(["en", "ja"], stored.Report.Texts.Select(text => text.Language));
        Assert.Equal(new DateTimeOffset(2026, 11, 24, 5, 49, 0, TimeSpan.Zero), stored.Report.ObservedAt);
        Assert.Equal((35.75, 139.35, "Yokota"), (stored.Report.Location!.Latitude, stored.Report.Location.Longitude, stored.Report.Location.Name));
        Assert.Equal((Tlp.Amber, "sample number 1"), (stored.Report.Marking.Tlp, stored.Report.Contact!.Phone));
        await TriageAsync();
        var outcome = (await StoredAsync(address)).Outcome!;
        Assert.Equal((new CategoryId("cyber-incident"), false), (outcome.Classification!.Category, outcome.Classification.NeedsReview));
        Assert.Contains($"/situations/{outcome.Situation}", await officer.GetStringAsync(address), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sent_twice_it_is_one_report_and_with_other_words_it_is_not_sent_again()
    {
        using var officer = await hub.ClientAsync(HubRole.DutyOfficer);
        var fields = await LookedAtAsync(officer, "Sent twice");
        fields["act"] = "send";

        using var first = await PostAsync(officer, fields);
        using var second = await PostAsync(officer, fields);
        Assert.Equal(HttpStatusCode.Redirect, second.StatusCode);
        Assert.Equal(first.Headers.Location, second.Headers.Location);

        fields["titleEn"] = "Something else altogether";
        fields["act"] = "preview";
        using var looked = await PostAsync(officer, fields);
        fields["seen"] = Seen().Match(await looked.Content.ReadAsStringAsync()).Groups[1].Value;
        fields["act"] = "send";
        using var third = await PostAsync(officer, fields);

        Assert.Equal(HttpStatusCode.Conflict, third.StatusCode);
        Assert.Contains(first.Headers.Location!.OriginalString, await third.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.StartsWith("Sent twice", (await StoredAsync(first.Headers.Location.OriginalString)).Report.Texts[0].Title, StringComparison.Ordinal);
        await TriageAsync();
    }

    [Fact]
    public async Task What_was_changed_after_it_was_looked_at_is_looked_at_again_and_not_sent()
    {
        using var officer = await hub.ClientAsync(HubRole.DutyOfficer);
        var fields = await LookedAtAsync(officer, "Looked at");
        fields["mode"] = "exercise";
        fields["act"] = "send";

        using var response = await PostAsync(officer, fields);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var page = await response.Content.ReadAsStringAsync();
        Assert.Contains("You changed it since", page, StringComparison.Ordinal);
        Assert.Contains("banner exercise", page, StringComparison.Ordinal);
        Assert.Equal(0, await QueuedAsync());
    }

    [Theory]
    [InlineData("mode", "", "Say whether it is actual")]
    [InlineData("mode", "1", "Say whether it is actual")]
    [InlineData("titleEn", "", "A title is needed")]
    [InlineData("bodyJa", "本文だけ", "A text needs a title")]
    [InlineData("when", "yesterday", "Say when")]
    [InlineData("when", "2027-11-24T00:00", "observedAt")]
    [InlineData("clock", "est", "Say when")]
    [InlineData("category", "volcano-party", "Choose a category")]
    [InlineData("latitude", "north", "A number is needed")]
    [InlineData("latitude", "35", "longitude")]
    [InlineData("tlp", "purple", "Choose a TLP colour")]
    [InlineData("releasableTo", "Japan", "releasableTo")]
    [InlineData("releasableTo", "SECRET", "above unclassified")]
    [InlineData("token", "r-1", "start again")]
    public async Task What_is_wrong_is_said_beside_what_was_typed_and_nothing_is_stored(string field, string value, string says)
    {
        using var officer = await hub.ClientAsync(HubRole.DutyOfficer);
        var fields = await LookedAtAsync(officer, "Ballistic missile launched");
        fields[field] = value;
        fields["act"] = "send";

        using var response = await PostAsync(officer, fields);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var page = WebUtility.HtmlDecode(await response.Content.ReadAsStringAsync());
        Assert.Contains(says, page, StringComparison.Ordinal);
        Assert.Contains("role=\"alert\"", page, StringComparison.Ordinal);
        Assert.Contains(field == "titleEn" ? "name=\"place\"" : "value=\"Ballistic missile launched\"", page, StringComparison.Ordinal);
        Assert.Equal(0, await QueuedAsync());
    }

    [Fact]
    public async Task Only_those_who_may_act_open_it_and_only_from_the_hubs_own_page()
    {
        using var officer = await hub.ClientAsync(HubRole.DutyOfficer);
        using var auditor = await hub.ClientAsync(HubRole.Auditor);
        using var reporter = await hub.ClientAsync(HubRole.Reporter);
        using var foreign = await hub.BrowserAsync("cross-site");
        var fields = await LookedAtAsync(officer, "Forged");
        fields["act"] = "send";

        Assert.Equal(HttpStatusCode.Forbidden, (await auditor.GetAsync("/reports/new")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await reporter.GetAsync("/reports/new")).StatusCode);
        using var forged = await PostAsync(foreign, fields);
        Assert.Equal(HttpStatusCode.Forbidden, forged.StatusCode);
        Assert.Equal(0, await QueuedAsync());
    }

    [Fact]
    public async Task What_a_person_must_confirm_is_shown_to_reach_the_duty_desk_only()
    {
        await DeskAsync("confirm-desk");
        using var officer = await hub.ClientAsync(HubRole.DutyOfficer);
        var fields = await BlankAsync(officer);
        fields["mode"] = "actual";
        fields["category"] = "important-influence-situation";
        fields["titleEn"] = "The government recognises an armed attack situation";

        using var response = await PostAsync(officer, fields);

        var page = await response.Content.ReadAsStringAsync();
        Assert.Contains("Only the duty desk is told", page, StringComparison.Ordinal);
        Assert.Contains("Sample confirm-desk", page, StringComparison.Ordinal);
    }

    private static async Task<Dictionary<string, string>> LookedAtAsync(HttpClient officer, string title)
    {
        var fields = await BlankAsync(officer);
        fields["mode"] = "actual";
        fields["titleEn"] = title;
        using var response = await PostAsync(officer, fields);
        fields["seen"] = Seen().Match(await response.Content.ReadAsStringAsync()).Groups[1].Value;
        Assert.NotEmpty(fields["seen"]);
        return fields;
    }

    /// <summary>The fields as the page gives them out.</summary>
    private static async Task<Dictionary<string, string>> BlankAsync(HttpClient officer)
    {
        var page = await officer.GetStringAsync("/reports/new");
        var fields = Input().Matches(page).ToDictionary(match => match.Groups[1].Value, match => WebUtility.HtmlDecode(match.Groups[2].Value));
        fields["clock"] = "jst";
        fields["tlp"] = "amber";
        fields["act"] = "preview";
        return fields;
    }

    private static Task<HttpResponseMessage> PostAsync(HttpClient client, Dictionary<string, string> fields) =>
        client.PostAsync("/reports/new", new FormUrlEncodedContent(fields));

    private async Task DeskAsync(string id)
    {
        await new BoardScene(hub).ContactAsync(id);
        await hub.Services.GetRequiredService<ListTable>().AddMembersAsync(ContactList.DutyDesk, [new ContactId(id)], default);
    }

    private async Task<StoredReport> StoredAsync(string address) =>
        (await new ReportTable(hub.Services.GetRequiredService<IEntityStore>()).GetWithOutcomeAsync(new ReportId(address["/reports/".Length..]), default))!;

    private async Task<long> QueuedAsync() =>
        (await hub.Services.GetRequiredService<IMessageQueue>().GetDepthAsync(QueueName.Reports, default)).Active;

    private async Task TriageAsync()
    {
        var queue = hub.Services.GetRequiredService<IMessageQueue>();
        foreach (var message in await queue.ReceiveAsync(QueueName.Reports, 10, TimeSpan.FromMinutes(1), default))
        {
            await hub.Services.GetRequiredService<TriageReport>().RunAsync(message, default);
            await queue.CompleteAsync(message, default);
        }
    }

    [GeneratedRegex("name=\"seen\" value=\"([0-9a-f]+)\"")]
    private static partial Regex Seen();

    [GeneratedRegex("<input (?!type=\"radio\")[^>]*name=\"([^\"]+)\"[^>]*value=\"([^\"]*)\"")]
    private static partial Regex Input();
}
