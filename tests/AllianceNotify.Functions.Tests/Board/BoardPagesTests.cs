using System.Net;
using System.Text.RegularExpressions;
using AllianceNotify.Acknowledgement;
using AllianceNotify.Contacts;
using AllianceNotify.Delivery;
using AllianceNotify.Functions.Tests.Infrastructure;
using AllianceNotify.Reports;
using AllianceNotify.Security;
using AllianceNotify.Situations;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace AllianceNotify.Functions.Tests.Board;

/// <summary>What duty officers see and do.</summary>
public sealed partial class BoardPagesTests(HubFixture hub) : IClassFixture<HubFixture>
{
    private readonly BoardScene scene = new(hub);

    [Fact]
    public async Task The_list_shows_what_is_open_or_held_and_filters()
    {
        await scene.OpenAsync("list-open");
        await scene.OpenAsync("list-held", situation => situation with { Status = SituationStatus.Held, NeedsReview = true });
        await scene.OpenAsync("list-closed", situation => situation with { Status = SituationStatus.Closed });
        await scene.OpenAsync("list-exercise", situation => situation with { Mode = ReportMode.Exercise, Urgency = Urgency.Routine });
        using var officer = await hub.ClientAsync(HubRole.DutyOfficer);

        var all = await officer.GetStringAsync("/situations");
        Assert.Contains("Launch list-open", all, StringComparison.Ordinal);
        Assert.Contains("Launch list-held", all, StringComparison.Ordinal);
        Assert.Contains("A person must decide", all, StringComparison.Ordinal);
        Assert.DoesNotContain("Launch list-closed", all, StringComparison.Ordinal);
        Assert.Contains("EXERCISE EXERCISE EXERCISE", all, StringComparison.Ordinal);

        Assert.Contains("Launch list-closed", await officer.GetStringAsync("/situations?status=closed"), StringComparison.Ordinal);
        Assert.DoesNotContain("Launch list-open", await officer.GetStringAsync("/situations?status=held"), StringComparison.Ordinal);
        Assert.DoesNotContain("Launch list-open", await officer.GetStringAsync("/situations?mode=exercise"), StringComparison.Ordinal);
        Assert.DoesNotContain("Launch list-exercise", await officer.GetStringAsync("/situations?urgency=urgent"), StringComparison.Ordinal);
        Assert.Contains("Launch list-open", await officer.GetStringAsync("/situations?status=nonsense&mode=1&urgency=&after=%00"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mode_in_doubt_is_claimed_to_be_neither_real_nor_played()
    {
        var doubted = await scene.OpenAsync(
            "doubted", situation => situation with { Status = SituationStatus.Held, NeedsReview = true, ModeDoubt = "It says EXERCISE." });
        using var officer = await hub.ClientAsync(HubRole.DutyOfficer);

        var page = await officer.GetStringAsync($"/situations/{doubted.Id}");
        var list = await officer.GetStringAsync("/situations?status=held");

        Assert.Contains("MODE IN DOUBT", page, StringComparison.Ordinal);
        Assert.Contains("実際か訓練か不明", page, StringComparison.Ordinal);
        Assert.DoesNotContain("banner actual", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<body class=\"actual\"", page, StringComparison.Ordinal);
        Assert.Contains("MODE IN DOUBT", list, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_alert_in_doubt_is_shown_as_such_wherever_it_is_shown()
    {
        var doubted = await scene.OpenAsync(
            "doubted-alert", situation => situation with { Status = SituationStatus.Held, NeedsReview = true, ModeDoubt = "It says EXERCISE." });
        var alert = await scene.AlertAsync(doubted.Id, AlertKind.Review);
        await scene.ContactAsync("doubting");
        var entry = await scene.WriteToOutboxAsync(alert, new Uri("https://hub.example/a/t"));
        var token = hub.Services.GetRequiredService<AcknowledgeLinks>().TokenFor(alert.Id, new ContactId("doubting"), hub.Time.GetUtcNow().AddDays(1));
        using var officer = await hub.ClientAsync(HubRole.DutyOfficer);

        foreach (var path in new[] { $"/alerts/{alert.Id}", $"/alerts/{alert.Id}/mail", $"/outbox/{entry.Id}", $"/a/{token}" })
        {
            var page = System.Net.WebUtility.HtmlDecode(await officer.GetStringAsync(path));
            Assert.Contains("MODE IN DOUBT", page, StringComparison.Ordinal);
            Assert.Contains("実際か訓練か不明", page, StringComparison.Ordinal);
            Assert.DoesNotContain("ACTUAL", page, StringComparison.Ordinal);
            Assert.DoesNotContain("実際の通報", page, StringComparison.Ordinal);
            Assert.DoesNotContain("<body class=\"actual\"", page, StringComparison.Ordinal);
        }

        var listed = System.Net.WebUtility.HtmlDecode(await officer.GetStringAsync("/outbox"));
        Assert.Contains("<p class=\"banner doubt\">", listed, StringComparison.Ordinal);
        foreach (var path in new[] { $"/api/alerts/{alert.Id}", $"/api/situations/{doubted.Id}" })
        {
            Assert.Contains("\"modeDoubt\":\"It says EXERCISE.\"", await officer.GetStringAsync(path), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_waits_for_a_person_comes_first_the_real_and_urgent_before_the_rest()
    {
        var time = hub.Time.GetUtcNow();
        foreach (var (id, mode, urgency, told) in new[]
        {
            ("first-info", ReportMode.Actual, Urgency.Info, false),
            ("first-exercise", ReportMode.Exercise, Urgency.Flash, true),
            ("first-urgent", ReportMode.Actual, Urgency.Urgent, true),
            ("first-flash", ReportMode.Actual, Urgency.Flash, true),
        })
        {
            var opened = await scene.OpenAsync(id, situation => situation with { Mode = mode, Urgency = urgency, OpenedAt = time.AddMinutes(5) });
            if (told)
            {
                await scene.AlertAsync(opened.Id);
            }
        }

        using var officer = await hub.ClientAsync(HubRole.DutyOfficer);
        var page = await officer.GetStringAsync("/situations");

        var order = new[] { "id=\"waiting\"", "Launch first-flash", "Launch first-urgent", "Launch first-exercise", "id=\"rest\"", "Launch first-info" }
            .Select(words => page.IndexOf(words, StringComparison.Ordinal)).ToList();
        Assert.DoesNotContain(-1, order);
        Assert.Equal(order.Order(), order);
        Assert.Matches("<title>\\([0-9]+\\) Situations", page);
        Assert.Contains("As of", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_screen_that_nobody_touches_asks_again_by_itself_and_only_when_told_to()
    {
        await scene.OpenAsync("kept");
        using var officer = await hub.ClientAsync(HubRole.DutyOfficer);

        var plain = await officer.GetStringAsync("/situations?mode=actual");
        var kept = await officer.GetStringAsync("/situations?mode=actual&keep=on");

        Assert.DoesNotContain("http-equiv", plain, StringComparison.Ordinal);
        Assert.Contains("/situations?status=current&amp;mode=actual&amp;keep=on", plain, StringComparison.Ordinal);
        Assert.Contains("<meta http-equiv=\"refresh\" content=\"30\"", kept, StringComparison.Ordinal);
        Assert.Contains("href=\"/situations?status=current&amp;mode=actual\"", kept, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_browser_gets_a_page_where_a_program_gets_problem_details()
    {
        using var client = await hub.ClientAsync(HubRole.Administrator);
        using var browser = new HttpRequestMessage(HttpMethod.Get, "/nowhere");
        browser.Headers.TryAddWithoutValidation("Accept", "text/html,application/xhtml+xml,*/*;q=0.8");

        using var page = await client.SendAsync(browser);
        using var problem = await client.GetAsync("/nowhere");

        Assert.Equal((HttpStatusCode.NotFound, "text/html"), (page.StatusCode, page.Content.Headers.ContentType!.MediaType));
        Assert.Contains("見つかりません", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.NotFound, "application/problem+json"), (problem.StatusCode, problem.Content.Headers.ContentType!.MediaType));
    }

    [Fact]
    public async Task The_list_goes_on_where_a_page_ends_and_keeps_the_filter()
    {
        for (var i = 0; i < 60; i++)
        {
            await scene.OpenAsync($"many-{i:D2}", situation => situation with { Mode = ReportMode.Test, OpenedAt = situation.OpenedAt.AddMinutes(-i) });
        }

        using var officer = await hub.ClientAsync(HubRole.DutyOfficer);
        var first = await officer.GetStringAsync("/situations?mode=test");
        var older = WebUtility.HtmlDecode(OlderLink().Match(first).Groups[1].Value);

        var second = await officer.GetStringAsync(older);

        Assert.Contains("Launch many-49", first, StringComparison.Ordinal);
        Assert.DoesNotContain("Launch many-50", first, StringComparison.Ordinal);
        Assert.Contains("Launch many-50", second, StringComparison.Ordinal);
        Assert.Contains("Launch many-59", second, StringComparison.Ordinal);
        Assert.DoesNotContain("Launch many-49", second, StringComparison.Ordinal);
        Assert.DoesNotContain("class=\"banner actual\"", second, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_nobody_has_answered_says_so_until_somebody_has()
    {
        var situation = await scene.OpenAsync("unanswered");
        var alert = await scene.AlertAsync(situation.Id);
        using var officer = await hub.ClientAsync(HubRole.DutyOfficer);
        Assert.Contains("Nobody has answered", await officer.GetStringAsync($"/situations/{situation.Id}"), StringComparison.Ordinal);

        using var done = await officer.PostAsync($"/situations/{situation.Id}/acknowledge", Form(("alert", alert.Id.Value), ("note", "On it")));

        Assert.Equal(HttpStatusCode.Redirect, done.StatusCode);
        var page = await officer.GetStringAsync($"/situations/{situation.Id}");
        Assert.DoesNotContain("Nobody has answered", page, StringComparison.Ordinal);
        Assert.Contains("On it", page, StringComparison.Ordinal);
        Assert.Contains("You have answered this alert", page, StringComparison.Ordinal);
        Assert.DoesNotContain("/acknowledge\"", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_goes_to_the_alert_that_the_page_showed()
    {
        var situation = await scene.OpenAsync("overtaken");
        var shown = await scene.AlertAsync(situation.Id);
        var later = await scene.AlertAsync(situation.Id, AlertKind.Update);
        using var officer = await hub.ClientAsync(HubRole.DutyOfficer);

        using var response = await officer.PostAsync($"/situations/{situation.Id}/acknowledge", Form(("alert", shown.Id.Value)));

        var answers = await AnswersAsync(situation.Id);
        Assert.Equal(shown.Id, Assert.Single(answers).Alert);
        Assert.NotEqual(later.Id, answers[0].Alert);
    }

    [Theory]
    [InlineData("a-other-1")]
    [InlineData("a-foreign-9")]
    [InlineData("nonsense")]
    [InlineData("")]
    public async Task An_answer_to_an_alert_of_another_situation_is_refused(string alert)
    {
        var situation = await scene.OpenAsync($"foreign-{alert}");
        await scene.AlertAsync(situation.Id);
        var other = await scene.OpenAsync($"other-{alert}");
        await scene.AlertAsync(other.Id);
        using var officer = await hub.ClientAsync(HubRole.DutyOfficer);

        using var response = await officer.PostAsync($"/situations/{situation.Id}/acknowledge", Form(("alert", alert.Replace("other", other.Id.Value[2..], StringComparison.Ordinal))));

        Assert.Equal(HttpStatusCode.Conflict, response.StatusCode);
        Assert.Contains("There is no such alert", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Empty(await AnswersAsync(situation.Id));
        Assert.Empty(await AnswersAsync(other.Id));
    }

    [Fact]
    public async Task A_held_situation_is_released_with_the_mode_it_had()
    {
        var situation = await scene.OpenAsync("release", opened => opened with
        {
            Status = SituationStatus.Held,
            Mode = ReportMode.Exercise,
            NeedsReview = true,
            ReviewReason = "says of itself: real",
        });
        using var officer = await hub.ClientAsync(HubRole.DutyOfficer);
        var before = await officer.GetStringAsync($"/situations/{situation.Id}");
        Assert.Contains("Release and alert", before, StringComparison.Ordinal);
        Assert.Contains("says of itself: real", before, StringComparison.Ordinal);

        using var released = await officer.PostAsync(
            $"/situations/{situation.Id}/reclassify", Form(("category", "large-scale-disaster"), ("reason", "It is the exercise"), ("revision", "0")));

        Assert.Equal(HttpStatusCode.Redirect, released.StatusCode);
        var now = await scene.FindAsync(situation.Id);
        Assert.Equal((SituationStatus.Open, ReportMode.Exercise, 1), (now.Status, now.Mode, now.Revision));
        var alert = await hub.Services.GetRequiredService<SituationTable>().GetAlertAsync(Alert.IdOf(situation.Id, 1), default);
        Assert.Equal(ReportMode.Exercise, alert!.Mode);
        Assert.Contains("It is the exercise", await officer.GetStringAsync($"/situations/{situation.Id}"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("reclassify", "", "0", "A reason")]
    [InlineData("close", "   ", "0", "A reason")]
    [InlineData("close", "over", "7", "changed since you opened")]
    [InlineData("close", "over", "", "changed since you opened")]
    [InlineData("reclassify", "real", "7", "changed since you opened")]
    public async Task A_decision_without_reason_or_on_an_old_page_changes_nothing(string decision, string reason, string revision, string says)
    {
        var situation = await scene.OpenAsync($"refused-{decision}-{reason.Length}-{revision}");
        using var officer = await hub.ClientAsync(HubRole.DutyOfficer);

        using var response = await officer.PostAsync(
            $"/situations/{situation.Id}/{decision}", Form(("category", "cyber-incident"), ("reason", reason), ("revision", revision)));

        Assert.Equal(HttpStatusCode.Conflict, response.StatusCode);
        Assert.Contains(says, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equivalent(situation, await scene.FindAsync(situation.Id));
    }

    [Fact]
    public async Task Closing_is_told_to_those_who_were_told()
    {
        var situation = await scene.OpenAsync("close");
        await scene.AlertAsync(situation.Id);
        using var officer = await hub.ClientAsync(HubRole.DutyOfficer);

        using var closed = await officer.PostAsync($"/situations/{situation.Id}/close", Form(("reason", "Fell into the sea"), ("revision", "1")));

        Assert.Equal(HttpStatusCode.Redirect, closed.StatusCode);
        var page = await officer.GetStringAsync($"/situations/{situation.Id}");
        Assert.Contains("ALL CLEAR", page, StringComparison.Ordinal);
        Assert.Contains("Fell into the sea", page, StringComparison.Ordinal);
        Assert.DoesNotContain("/close\"", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_auditor_reads_and_decides_nothing()
    {
        var situation = await scene.OpenAsync("auditor");
        await scene.AlertAsync(situation.Id);
        using var auditor = await hub.ClientAsync(HubRole.Auditor);

        var page = await auditor.GetStringAsync($"/situations/{situation.Id}");
        using var tried = await auditor.PostAsync($"/situations/{situation.Id}/close", Form(("reason", "no"), ("revision", "1")));

        Assert.DoesNotContain($"action=\"/situations/{situation.Id}", page, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, tried.StatusCode);
        Assert.Equal(SituationStatus.Open, (await scene.FindAsync(situation.Id)).Status);
    }

    [Fact]
    public async Task What_a_reader_may_not_read_is_as_what_is_not_there()
    {
        var situation = await scene.OpenAsync("secret", opened => opened with { Marking = new Marking(Tlp.Red, ["contact:somebody"]) });
        var alert = await scene.AlertAsync(situation.Id);
        var entry = await scene.WriteToOutboxAsync(alert, new Uri("https://hub.example/a/t"));
        using var officer = await hub.ClientAsync(HubRole.DutyOfficer);

        Assert.DoesNotContain("secret", await officer.GetStringAsync("/situations?status=any"), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", await officer.GetStringAsync("/outbox"), StringComparison.Ordinal);
        foreach (var path in new[] { $"/situations/{situation.Id}", $"/alerts/{alert.Id}", $"/alerts/{alert.Id}/mail", $"/outbox/{entry.Id}", "/situations/s-none", "/outbox/none" })
        {
            using var response = await officer.GetAsync(path);
            Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
            var page = await response.Content.ReadAsStringAsync();
            Assert.Contains("There is nothing of this name that you may read", page, StringComparison.Ordinal);
            Assert.DoesNotContain("Launch", page, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Deliveries_say_where_they_stand_and_the_outbox_is_not_called_sent()
    {
        var situation = await scene.OpenAsync("deliveries");
        var alert = await scene.AlertAsync(situation.Id);
        await scene.DeliverAsync(
            alert,
            BoardScene.Delivery(alert, "anna", DeliveryState.Sent),
            BoardScene.Delivery(alert, "bert", DeliveryState.Sent) with { ProviderId = "outbox:x" },
            BoardScene.Delivery(alert, "carl", DeliveryState.Failed) with { LastError = "550 no such mailbox" },
            BoardScene.Delivery(alert, "dora", DeliveryState.Withheld) with { Reason = "TLP:AMBER is above the contact's colour" });
        using var officer = await hub.ClientAsync(HubRole.DutyOfficer);

        foreach (var path in new[] { $"/situations/{situation.Id}", $"/alerts/{alert.Id}" })
        {
            var words = WordsOf(await officer.GetStringAsync(path));
            Assert.Contains("1 sent 送信済", words, StringComparison.Ordinal);
            Assert.Contains("1 in the outbox 送信箱に保存", words, StringComparison.Ordinal);
            Assert.Contains("1 failed 失敗", words, StringComparison.Ordinal);
            Assert.Contains("1 withheld 開示不可", words, StringComparison.Ordinal);
            Assert.Contains("550 no such mailbox", words, StringComparison.Ordinal);
            Assert.Contains("above the contact's colour", words, StringComparison.Ordinal);
            Assert.DoesNotContain("anna@example.org", words, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Many_deliveries_are_paged()
    {
        var situation = await scene.OpenAsync("paged");
        var alert = await scene.AlertAsync(situation.Id);
        await scene.DeliverAsync(alert, [.. Enumerable.Range(0, 250).Select(i => BoardScene.Delivery(alert, $"c{i:D3}", DeliveryState.Queued))]);
        using var officer = await hub.ClientAsync(HubRole.DutyOfficer);

        var first = await officer.GetStringAsync($"/alerts/{alert.Id}");
        var second = await officer.GetStringAsync(WebUtility.HtmlDecode(NextLink().Match(first).Groups[1].Value));

        Assert.Contains("250 <span lang=\"en\">queued", first, StringComparison.Ordinal);
        Assert.Contains("Sample c199", first, StringComparison.Ordinal);
        Assert.DoesNotContain("Sample c200", first, StringComparison.Ordinal);
        Assert.Contains("Sample c200", second, StringComparison.Ordinal);
        Assert.Contains("Sample c249", second, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_readers_own_link_is_shown_to_nobody_else()
    {
        var situation = await scene.OpenAsync("links");
        var alert = await scene.AlertAsync(situation.Id);
        var entry = await scene.WriteToOutboxAsync(alert, new Uri("https://hub.example/a/personal-token"));
        using var officer = await hub.ClientAsync(HubRole.DutyOfficer);

        foreach (var path in new[] { "/outbox", $"/outbox/{entry.Id}", $"/alerts/{alert.Id}", $"/alerts/{alert.Id}/mail?language=ja" })
        {
            var page = await officer.GetStringAsync(path);
            Assert.DoesNotContain("personal-token", page, StringComparison.Ordinal);
            Assert.DoesNotContain("acknowledge.invalid", page, StringComparison.Ordinal);
            Assert.Contains("links", page, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_mail_is_framed_where_it_can_do_nothing()
    {
        var situation = await scene.OpenAsync("framed");
        var alert = await scene.AlertAsync(situation.Id);
        var entry = await scene.WriteToOutboxAsync(alert, new Uri("https://hub.example/a/t"));
        using var officer = await hub.ClientAsync(HubRole.DutyOfficer);

        using var mail = await officer.GetAsync($"/alerts/{alert.Id}/mail");
        using var page = await officer.GetAsync($"/outbox/{entry.Id}");

        var policy = mail.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Matches("; sandbox$", policy);
        Assert.Contains("frame-ancestors 'self'", policy, StringComparison.Ordinal);
        Assert.Matches("<iframe[^>]* sandbox(=\"\"|[ >])", await page.Content.ReadAsStringAsync());
        Assert.Contains("frame-src 'self'", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ReportMode.Exercise)]
    [InlineData(ReportMode.Test)]
    public async Task A_page_about_an_exercise_or_test_says_so_above_below_and_in_its_title(ReportMode mode)
    {
        var situation = await scene.OpenAsync($"mode-{mode}", opened => opened with { Mode = mode });
        var alert = await scene.AlertAsync(situation.Id);
        var entry = await scene.WriteToOutboxAsync(alert, new Uri("https://hub.example/a/t"));
        using var officer = await hub.ClientAsync(HubRole.DutyOfficer);

        foreach (var path in new[] { $"/situations/{situation.Id}", $"/alerts/{alert.Id}", $"/outbox/{entry.Id}" })
        {
            var page = await officer.GetStringAsync(path);
            Assert.Equal(2, page.Split($"class=\"banner {mode.ToString().ToLowerInvariant()}\"").Length - 1);
            Assert.Equal(2, page.Split("TLP:AMBER</strong>").Length - 1);
            Assert.Contains(mode == ReportMode.Exercise ? "<title>EXERCISE: " : "<title>TEST: ", page, StringComparison.Ordinal);
            Assert.DoesNotContain("banner actual", page, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Pages_run_nothing_fetch_nothing_and_label_every_field()
    {
        var situation = await scene.OpenAsync("hostile", opened => opened with
        {
            Status = SituationStatus.Held,
            NeedsReview = true,
            ReviewReason = "<img src=x onerror=alert(1)>",
            Texts = [new ReportText("ja", "<script>alert(1)</script>\u202E", "\"><style>*{display:none}</style>")],
            Source = "javascript:alert(1)",
            Location = new ReportLocation { Name = "</main><script>" },
            Facts = new Dictionary<string, FactValue> { ["<b>"] = FactValue.Of("<i>") },
        });
        var alert = await scene.AlertAsync(situation.Id, AlertKind.Review);
        var entry = await scene.WriteToOutboxAsync(alert, new Uri("https://hub.example/a/t"));
        await scene.ContactAsync("hostile");
        var token = hub.Services.GetRequiredService<AcknowledgeLinks>().TokenFor(alert.Id, new ContactId("hostile"), hub.Time.GetUtcNow().AddDays(1));
        using var officer = await hub.ClientAsync(HubRole.DutyOfficer);

        foreach (var path in new[] { "/situations", $"/situations/{situation.Id}", $"/alerts/{alert.Id}", "/outbox", $"/outbox/{entry.Id}", $"/a/{token}", "/sign-in", "/sign-in?ticket=%22%3E%3Cscript%3E&return=javascript:alert(1)", "/a/none" })
        {
            using var response = await officer.GetAsync(path);
            var page = await response.Content.ReadAsStringAsync();
            Assert.DoesNotMatch("(?i)<(script|img|b|i|object|embed|base)[\\s>]", page);
            Assert.DoesNotMatch("(?i)<[^>]* (style|on[a-z]+)\\s*=", page);
            Assert.DoesNotMatch("(?i)(href|src|action)=\"(?!/|#|data:image/)", page);
            Assert.DoesNotContain("\u202E", page, StringComparison.Ordinal);
            Assert.Equal(["/hub.css"], StyleSheet().Matches(page).Select(match => match.Groups[1].Value));
            Assert.Matches("<html lang=\"(en|ja)\"", page);
            Assert.Single(Heading().Matches(page));
            // Fields stand inside their labels.
            var unlabelled = Label().Replace(page, "");
            Assert.DoesNotMatch("<(select|textarea|input(?! type=\"hidden\"))", unlabelled);
            Assert.Equal(path.StartsWith("/a/none", StringComparison.Ordinal) ? HttpStatusCode.NotFound : HttpStatusCode.OK, response.StatusCode);
        }
    }

    private async Task<List<Answer>> AnswersAsync(SituationId id) =>
        await hub.Services.GetRequiredService<SituationTable>().ListAnswersAsync(id, 0, default).Select(row => row.Value).ToListAsync();

    private static FormUrlEncodedContent Form(params (string Name, string Value)[] fields) =>
        new(fields.Select(field => new KeyValuePair<string, string>(field.Name, field.Value)));

    private static string WordsOf(string page) => Space().Replace(WebUtility.HtmlDecode(Tag().Replace(page, "")), " ");

    [GeneratedRegex("href=\"(/situations\\?[^\"]*after=[^\"]*)\"")]
    private static partial Regex OlderLink();

    [GeneratedRegex("href=\"(/alerts/[^\"]*after=[^\"]*)\"")]
    private static partial Regex NextLink();

    [GeneratedRegex("<link rel=\"stylesheet\" href=\"([^\"]*)\"")]
    private static partial Regex StyleSheet();

    [GeneratedRegex("<h1[\\s>]")]
    private static partial Regex Heading();

    [GeneratedRegex("<label.*?</label>", RegexOptions.Singleline)]
    private static partial Regex Label();

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tag();

    [GeneratedRegex("\\s+")]
    private static partial Regex Space();
}
