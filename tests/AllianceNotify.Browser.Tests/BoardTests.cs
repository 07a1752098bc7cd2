using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace AllianceNotify.Browser.Tests;

/// <summary>What duty officers see and do, in a real browser.</summary>
public sealed class BoardTests(BoardFixture hub) : IClassFixture<BoardFixture>
{
    [SkippableFact]
    public async Task The_link_signs_in_once_by_its_button_and_not_by_being_opened()
    {
        Chromium.Require();
        var link = await hub.SignInLinkAsync();
        await using var visit = await hub.VisitAsync();

        await visit.GoAsync(link.AbsoluteUri);
        await visit.KeepAsync("sign-in-link");
        await visit.GoAsync(link.AbsoluteUri);
        await visit.Page.GetByRole(AriaRole.Button).ClickAsync();
        await visit.Page.WaitForURLAsync("**/situations");
        await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync("Situations");
        visit.AssertNoComplaints();

        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await visit.GoAsync("/situations");
        Assert.Contains("/sign-in?return=%2Fsituations", visit.Page.Url, StringComparison.Ordinal);

        await visit.GoAsync(link.AbsoluteUri);
        await visit.Page.GetByRole(AriaRole.Button).ClickAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("This link was used or has expired.");
        await visit.KeepAsync("sign-in-used");
    }

    [SkippableFact]
    public async Task From_the_list_to_a_situation_its_timeline_and_how_its_deliveries_stand()
    {
        Chromium.Require();
        var told = await hub.TellAsync(SampleReports.Launch("journey"));
        await using var visit = await hub.SignedInAsync();

        await visit.Page.Locator($"a[href='/situations/{told.Situation}']").ClickAsync();
        await Expect(visit.Page.Locator(".timeline li.alert-made")).ToHaveCountAsync(1);
        await Expect(visit.Page.Locator(".timeline li.planned")).ToHaveCountAsync(1);
        await Expect(visit.Page.Locator(".state.outbox").First).ToBeVisibleAsync();
        await Expect(visit.Page.Locator(".banner.actual").First).ToContainTextAsync("ACTUAL");

        await visit.Page.GetByRole(AriaRole.Link, new() { Name = "All deliveries" }).ClickAsync();
        await Expect(visit.Page.Locator("tbody tr").Nth(told.Contacts.Count - 1)).ToBeVisibleAsync();

        await visit.Page.GetByRole(AriaRole.Link, new() { Name = "Outbox" }).ClickAsync();
        await visit.Page.Locator("ul.cards a").First.ClickAsync();
        await Expect(visit.Page.Locator("iframe.mail").First.ContentFrame.Locator("body")).ToContainTextAsync("ACTUAL");
        visit.AssertNoComplaints();
    }

    [SkippableFact]
    public async Task A_duty_officer_closes_a_situation_with_a_reason()
    {
        Chromium.Require();
        var told = await hub.TellAsync(SampleReports.Launch("closing"));
        await using var visit = await hub.SignedInAsync();
        await visit.GoAsync($"/situations/{told.Situation}");

        await visit.Page.Locator("#close > summary").ClickAsync();
        var form = visit.Page.Locator("form[action$='/close']");
        await form.GetByRole(AriaRole.Button).ClickAsync();
        Assert.EndsWith(told.Situation, visit.Page.Url, StringComparison.Ordinal);
        await Expect(visit.Page.Locator(".status")).ToContainTextAsync("open");

        await form.GetByRole(AriaRole.Textbox).FillAsync("A test of the board.");
        await form.GetByRole(AriaRole.Button).ClickAsync();
        await Expect(visit.Page.Locator(".status")).ToContainTextAsync("closed");
        await Expect(visit.Page.Locator(".timeline")).ToContainTextAsync("A test of the board.");
        await visit.KeepAsync("situation-closed");
        visit.AssertNoComplaints();
    }

    [SkippableFact]
    public async Task The_keyboard_alone_leads_in_past_the_navigation_and_to_a_situation()
    {
        Chromium.Require();
        var told = await hub.TellAsync(SampleReports.Launch("keyboard"));
        await using var visit = await hub.VisitAsync();
        await visit.GoAsync((await hub.SignInLinkAsync()).AbsoluteUri);
        await TabToAsync(visit.Page, "button");
        await visit.Page.Keyboard.PressAsync("Enter");
        await visit.Page.WaitForURLAsync("**/situations");

        await visit.Page.Keyboard.PressAsync("Tab");
        await Expect(visit.Page.Locator("a.skip")).ToBeFocusedAsync();
        await Expect(visit.Page.Locator("a.skip")).ToBeInViewportAsync();
        await visit.KeepAsync("keyboard-skip");
        await visit.Page.Keyboard.PressAsync("Enter");
        Assert.EndsWith("#content", visit.Page.Url, StringComparison.Ordinal);

        await TabToAsync(visit.Page, $"a[href='/situations/{told.Situation}']");
        Assert.NotEqual("none", await visit.Page.EvaluateAsync<string>("getComputedStyle(document.activeElement).outlineStyle"));
        await visit.Page.Keyboard.PressAsync("Enter");
        await visit.Page.WaitForURLAsync($"**/situations/{told.Situation}");
        visit.AssertNoComplaints();
    }

    [SkippableFact]
    public async Task The_policy_of_a_page_keeps_scripts_styles_and_other_hosts_out()
    {
        Chromium.Require();
        await using var visit = await hub.SignedInAsync();

        var ran = await visit.Page.EvaluateAsync<bool>(
            """
            () => {
              const script = document.createElement('script');
              script.textContent = 'window.ran = true';
              document.body.append(script);
              const style = document.createElement('style');
              style.textContent = 'body { display: none }';
              document.head.append(style);
              const image = document.createElement('img');
              image.src = 'https://elsewhere.invalid/x.png';
              document.body.append(image);
              return window.ran === true || getComputedStyle(document.body).display === 'none';
            }
            """);

        Assert.False(ran);
        Assert.Equal(3, visit.Complaints.Count(complaint => complaint.Contains("Content Security Policy", StringComparison.Ordinal)));
    }

    private static async Task TabToAsync(IPage page, string selector)
    {
        for (var i = 0; i < 100; i++)
        {
            await page.Keyboard.PressAsync("Tab");
            if (await page.EvaluateAsync<bool>("selector => document.activeElement?.matches(selector) ?? false", selector))
            {
                return;
            }
        }

        Assert.Fail($"The keyboard does not lead to {selector}.");
    }
}
