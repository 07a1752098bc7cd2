using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using AllianceNotify.Functions.Tests.Infrastructure;
using AllianceNotify.Messaging;
using AllianceNotify.Security;
using AllianceNotify.Situations;
using AllianceNotify.Triage;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace AllianceNotify.Functions.Tests.Board;

/// <summary>Merging and splitting situations by the forms of their page, on reports that came in and were triaged.</summary>
public sealed class RegroupPagesTests(HubFixture hub) : IClassFixture<HubFixture>
{
    [Fact]
    public async Task A_situation_is_merged_into_the_chosen_one_which_the_officer_then_sees()
    {
        using var officer = await hub.ClientAsync(HubRole.DutyOfficer);
        var (goesOn, _) = await SituationAsync(officer, "page-merge-1");
        var (ends, _) = await SituationAsync(officer, "page-merge-2");
        Assert.Contains($"value=\"{goesOn}\"", await officer.GetStringAsync($"/situations/{ends}"), StringComparison.Ordinal);

        using var merged = await officer.PostAsync($"/situations/{ends}/merge", await FormAsync(ends, ("into", goesOn), ("reason", "One launch, two radars")));

        Assert.Equal(HttpStatusCode.Redirect, merged.StatusCode);
        Assert.Equal($"/situations/{goesOn}", merged.Headers.Location!.OriginalString);
        var (left, kept) = (await officer.GetStringAsync($"/situations/{ends}"), await officer.GetStringAsync($"/situations/{goesOn}"));
        Assert.Contains($"<a href=\"/situations/{goesOn}\">", left, StringComparison.Ordinal);
        Assert.Contains("One launch, two radars", left, StringComparison.Ordinal);
        Assert.Contains("One launch, two radars", kept, StringComparison.Ordinal);
        Assert.Contains("Ballistic missile launched page-merge-2", kept, StringComparison.Ordinal);
        Assert.DoesNotContain("/merge\"", left, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reports_are_split_off_into_a_situation_which_the_officer_then_sees()
    {
        using var officer = await hub.ClientAsync(HubRole.DutyOfficer);
        var (one, oneReport) = await SituationAsync(officer, "page-split-1");
        var (other, otherReport) = await SituationAsync(officer, "page-split-2");
        Assert.DoesNotContain("/split\"", await officer.GetStringAsync($"/situations/{one}"), StringComparison.Ordinal);
        using var merged = await officer.PostAsync($"/situations/{other}/merge", await FormAsync(other, ("into", one), ("reason", "same")));
        Assert.Contains($"name=\"report\" value=\"{otherReport}\"", await officer.GetStringAsync($"/situations/{one}"), StringComparison.Ordinal);

        using var split = await officer.PostAsync($"/situations/{one}/split", await FormAsync(one, ("report", otherReport), ("reason", "Two launches after all")));

        Assert.Equal(HttpStatusCode.Redirect, split.StatusCode);
        var part = split.Headers.Location!.OriginalString;
        Assert.NotEqual($"/situations/{one}", part);
        var page = await officer.GetStringAsync(part);
        Assert.Contains("Two launches after all", page, StringComparison.Ordinal);
        Assert.Contains($"/reports/{otherReport}", page, StringComparison.Ordinal);
        Assert.DoesNotContain($"/reports/{oneReport}", page, StringComparison.Ordinal);
        Assert.Contains("Two launches after all", await officer.GetStringAsync($"/situations/{one}"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("merge", "into", "s-none", "same", "Choose the situation that goes on")]
    [InlineData("merge", "into", "", "same", "Choose the situation that goes on")]
    [InlineData("merge", "into", "ITSELF", "same", "cannot be merged into itself")]
    [InlineData("merge", "into", "OTHER", " ", "A reason of at most")]
    [InlineData("split", "report", "", "two", "Choose 1 to 40 reports")]
    [InlineData("split", "report", "r-none", "two", "Not all of these reports")]
    [InlineData("split", "report", "OWN", "two", "At least one report must stay")]
    public async Task What_cannot_be_done_is_said_in_the_form_with_what_was_typed_and_changes_nothing(
        string order, string field, string value, string reason, string says)
    {
        using var officer = await hub.ClientAsync(HubRole.DutyOfficer);
        var name = $"page-refused-{order}-{value}-{reason.Trim()}";
        var (situation, report) = await SituationAsync(officer, name);
        var (other, _) = await SituationAsync(officer, $"{name}-other");
        var before = await FindAsync(situation);
        value = value switch { "ITSELF" => situation, "OTHER" => other, "OWN" => report, _ => value };

        using var response = await officer.PostAsync($"/situations/{situation}/{order}", await FormAsync(situation, (field, value), ("reason", reason)));

        Assert.Equal(HttpStatusCode.Conflict, response.StatusCode);
        var page = await response.Content.ReadAsStringAsync();
        Assert.Contains(says, WebUtility.HtmlDecode(page), StringComparison.Ordinal);
        Assert.Contains("実行されませんでした", page, StringComparison.Ordinal);
        if (order == "merge")
        {
            Assert.Contains($"name=\"reason\" required maxlength=\"1000\" autocomplete=\"off\" value=\"{reason}\"", page, StringComparison.Ordinal);
        }

        Assert.Equivalent(before, await FindAsync(situation));
    }

    [Fact]
    public async Task An_old_page_and_an_auditor_regroup_nothing()
    {
        using var officer = await hub.ClientAsync(HubRole.DutyOfficer);
        using var auditor = await hub.ClientAsync(HubRole.Auditor);
        var (one, _) = await SituationAsync(officer, "page-old-1");
        var (other, _) = await SituationAsync(officer, "page-old-2");

        using var old = await officer.PostAsync($"/situations/{other}/merge", Form(("into", one), ("reason", "same"), ("revision", "99")));
        using var refused = await auditor.PostAsync($"/situations/{other}/merge", await FormAsync(other, ("into", one), ("reason", "same")));

        Assert.Contains("changed since you opened", await old.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Equal(SituationStatus.Open, (await FindAsync(other)).Status);
        Assert.DoesNotContain("/merge\"", await auditor.GetStringAsync($"/situations/{other}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_report_has_a_page_that_leads_to_its_situation_and_is_closed_to_whom_it_is_marked_against()
    {
        using var officer = await hub.ClientAsync(HubRole.DutyOfficer);
        using var reporter = await hub.ClientAsync(HubRole.Reporter);
        var (situation, report) = await SituationAsync(officer, "page-report");

        var page = await officer.GetStringAsync($"/reports/{report}");

        Assert.Contains("Ballistic missile launched page-report", page, StringComparison.Ordinal);
        Assert.Contains($"/situations/{situation}", page, StringComparison.Ordinal);
        Assert.Contains("missile", page, StringComparison.Ordinal);
        Assert.DoesNotContain("http-equiv", page, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await reporter.GetAsync($"/reports/{report}")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await officer.GetAsync("/reports/r-none")).StatusCode);
    }

    private async Task<Situation> FindAsync(string id) =>
        (await hub.Services.GetRequiredService<SituationTable>().GetAsync(new SituationId(id), default))!.Value.Value;

    /// <summary>As the page that shows the situation now would send it.</summary>
    private async Task<FormUrlEncodedContent> FormAsync(string situation, params (string Name, string Value)[] fields) =>
        Form([.. fields, ("revision", $"{(await FindAsync(situation)).Revision}")]);

    private static FormUrlEncodedContent Form(params (string Name, string Value)[] fields) =>
        new(fields.Where(field => field.Value.Length > 0).Select(field => new KeyValuePair<string, string>(field.Name, field.Value)));

    private async Task<(string Situation, string Report)> SituationAsync(HttpClient client, string sourceId)
    {
        using var posted = await client.PostAsJsonAsync("/api/reports", new
        {
            source = "coastal-radar-7",
            sourceId,
            action = "new",
            mode = "actual",
            observedAt = "2026-11-24T05:49:00Z",
            language = "en",
            title = $"Ballistic missile launched {sourceId}",
            body = "",
        });
        var report = (await posted.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!;
        var queue = hub.Services.GetRequiredService<IMessageQueue>();
        foreach (var message in await queue.ReceiveAsync(QueueName.Reports, 10, TimeSpan.FromMinutes(1), default))
        {
            await hub.Services.GetRequiredService<TriageReport>().RunAsync(message, default);
            await queue.CompleteAsync(message, default);
        }

        var read = await client.GetFromJsonAsync<JsonElement>($"/api/reports/{report}");
        return (read.GetProperty("situationId").GetString()!, report);
    }
}
