using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace AllianceNotify.Browser.Tests;

/// <summary>Every page in a telephone's and in a desk's width, also with what a sender may write to break it.</summary>
public sealed class LayoutTests(BoardFixture hub) : IClassFixture<BoardFixture>
{
    [SkippableTheory]
    [InlineData(390, ColorScheme.Light)]
    [InlineData(1440, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    public async Task No_page_is_wider_than_its_window_and_the_browser_has_nothing_to_complain_of(int width, ColorScheme scheme)
    {
        Chromium.Require();
        var id = $"{width}-{scheme}";
        var launch = await hub.TellAsync(SampleReports.Launch($"launch-{id}"));
        var exercise = await hub.TellAsync(SampleReports.Exercise($"exercise-{id}"));
        var doubtful = await hub.TellAsync(SampleReports.Doubtful($"doubtful-{id}"));
        var unrecognised = await hub.TellAsync(SampleReports.Unrecognised($"unrecognised-{id}"));
        await using (var guest = await hub.VisitAsync(width, scheme))
        {
            await LookAsync(guest, "/sign-in", $"sign-in-{id}");
            await LookAsync(guest, hub.LinkOf(launch.Alert, launch.Contacts[0]), $"acknowledge-{id}");
            await LookAsync(guest, hub.LinkOf(exercise.Alert, exercise.Contacts[^1]), $"acknowledge-exercise-{id}");
            guest.AssertNoComplaints();
        }

        await using var visit = await hub.SignedInAsync(width, scheme);
        await LookAsync(visit, "/situations", $"situations-{id}");
        await LookAsync(visit, $"/situations/{launch.Situation}", $"situation-{id}");
        await LookAsync(visit, $"/situations/{exercise.Situation}", $"situation-exercise-{id}");
        await LookAsync(visit, $"/situations/{doubtful.Situation}", $"situation-held-{id}");
        await LookAsync(visit, $"/situations/{unrecognised.Situation}", $"situation-unrecognised-{id}");
        await LookAsync(visit, $"/alerts/{launch.Alert}", $"alert-{id}");
        await LookAsync(visit, "/docs/api", $"api-{id}");
        await visit.Page.Locator("#post-api-reports > summary").ClickAsync();
        await visit.AssertFitsAsync();
        await visit.KeepAsync($"api-open-{id}");
        await LookAsync(visit, "/outbox", $"outbox-{id}");
        await visit.Page.Locator("ul.cards a").First.ClickAsync();
        await Expect(visit.Page.Locator("iframe.mail").First.ContentFrame.Locator("h1, h2").First).ToBeVisibleAsync();
        await visit.AssertFitsAsync();
        await visit.KeepAsync($"outbox-entry-{id}");
        visit.AssertNoComplaints();
    }

    [SkippableTheory]
    [InlineData(390)]
    [InlineData(1440)]
    public async Task Hostile_text_is_shown_as_words_breaks_nothing_and_hides_nothing(int width)
    {
        Chromium.Require();
        var hostile = await hub.TellAsync(SampleReports.Hostile($"hostile-{width}"));
        await using var visit = await hub.SignedInAsync(width);
        foreach (var (path, name) in new[]
        {
            ("/situations", "hostile-list"),
            ($"/situations/{hostile.Situation}", "hostile-situation"),
            ($"/alerts/{hostile.Alert}", "hostile-alert"),
            ("/outbox", "hostile-outbox"),
            (hub.LinkOf(hostile.Alert, hostile.Contacts[0]), "hostile-acknowledge"),
        })
        {
            await LookAsync(visit, path, $"{name}-{width}");
            await Expect(visit.Page.Locator("script, main img, main style, main i, main b")).ToHaveCountAsync(0);
            await Expect(visit.Page.Locator("h1")).Not.ToHaveTextAsync("ALL CLEAR");
            Assert.DoesNotContain('\u202E', await visit.Page.ContentAsync());
        }

        await Expect(visit.Page.Locator("h1")).ToContainTextAsync("<script>alert('title')</script>");
        visit.AssertNoComplaints();
    }

    private static async Task LookAsync(Visit visit, string path, string name)
    {
        await visit.GoAsync(path);
        await visit.KeepAsync(name);
        await visit.AssertFitsAsync();
    }
}
