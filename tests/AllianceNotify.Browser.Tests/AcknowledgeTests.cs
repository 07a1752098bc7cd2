using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace AllianceNotify.Browser.Tests;

/// <summary>The page that an alert's personal link opens, as its reader meets it.</summary>
public sealed class AcknowledgeTests(BoardFixture hub) : IClassFixture<BoardFixture>
{
    [SkippableFact]
    public async Task Opening_answers_nothing_and_the_button_does_once()
    {
        Chromium.Require();
        var told = await hub.TellAsync(SampleReports.Launch("acknowledge"));
        var link = hub.LinkOf(told.Alert, told.Contacts[0]);
        await using var visit = await hub.VisitAsync(390);

        await visit.GoAsync(link);
        await visit.GoAsync(link);
        Assert.Equal(0, await hub.AnswersAsync(told));
        await visit.KeepAsync("acknowledge-390");

        await visit.Page.GetByRole(AriaRole.Textbox).FillAsync("Watch informed. 当直に連絡済み。");
        await visit.Page.GetByRole(AriaRole.Button).ClickAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Status)).ToContainTextAsync("Watch informed.");
        Assert.Equal(1, await hub.AnswersAsync(told));
        await visit.KeepAsync("acknowledged-390");

        await visit.GoAsync(link);
        await Expect(visit.Page.GetByRole(AriaRole.Status)).ToContainTextAsync("You have acknowledged this alert.");
        await Expect(visit.Page.GetByRole(AriaRole.Button)).ToHaveCountAsync(0);
        visit.AssertNoComplaints();
    }

    [SkippableFact]
    public async Task The_keyboard_reaches_the_button()
    {
        Chromium.Require();
        var told = await hub.TellAsync(SampleReports.Launch("acknowledge-keyboard"));
        await using var visit = await hub.VisitAsync();
        await visit.GoAsync(hub.LinkOf(told.Alert, told.Contacts[0]));

        await visit.Page.Locator("textarea").FocusAsync();
        await visit.Page.Keyboard.TypeAsync("By keyboard");
        await visit.Page.Keyboard.PressAsync("Tab");
        await Expect(visit.Page.GetByRole(AriaRole.Button)).ToBeFocusedAsync();
        await visit.Page.Keyboard.PressAsync("Enter");

        await Expect(visit.Page.GetByRole(AriaRole.Status)).ToContainTextAsync("By keyboard");
        Assert.Equal(1, await hub.AnswersAsync(told));
    }

    [SkippableFact]
    public async Task A_wrong_link_and_one_that_has_ended_say_so_and_answer_nothing()
    {
        Chromium.Require();
        var told = await hub.TellAsync(SampleReports.Launch("acknowledge-ended"));
        await using var visit = await hub.VisitAsync(390);

        await visit.GoAsync($"{hub.LinkOf(told.Alert, told.Contacts[0])}x");
        await Expect(visit.Page.GetByRole(AriaRole.Heading)).ToContainTextAsync("Link not known");
        await visit.KeepAsync("link-wrong-390");
        await visit.GoAsync(hub.LinkOf(told.Alert, told.Contacts[0], TimeProvider.System.GetUtcNow().AddMinutes(-1)));
        await Expect(visit.Page.GetByRole(AriaRole.Heading)).ToContainTextAsync("Link expired");
        await visit.KeepAsync("link-expired-390");

        await Expect(visit.Page.GetByRole(AriaRole.Button)).ToHaveCountAsync(0);
        Assert.Equal(0, await hub.AnswersAsync(told));
    }
}
