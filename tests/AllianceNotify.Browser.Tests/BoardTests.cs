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

    [SkippableTheory]
    [InlineData(390)]
    [InlineData(1440)]
    public async Task A_report_by_hand_is_looked_at_sent_once_and_becomes_a_situation(int width)
    {
        Chromium.Require();
        await using var visit = await hub.SignedInAsync(width);
        await visit.Page.GetByRole(AriaRole.Link, new() { Name = "Report by hand" }).ClickAsync();
        await visit.Page.WaitForURLAsync("**/reports/new");
        await visit.AssertFitsAsync();
        await visit.KeepAsync($"raise-{width}");

        await visit.Page.GetByRole(AriaRole.Group, new() { Name = "English" }).GetByLabel("Title").FillAsync($"Printers of the base print by themselves {width}");
        await visit.Page.GetByLabel("Category").SelectOptionAsync("cyber-incident");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Look who would be told" }).ClickAsync();
        // No mode is chosen for anybody: the browser asks for it and sends nothing.
        await Expect(visit.Page.Locator("#preview")).ToHaveCountAsync(0);
        await visit.Page.GetByLabel("exercise", new() { Exact = false }).First.CheckAsync();
        await visit.Page.GetByRole(AriaRole.Group, new() { Name = "English" }).GetByLabel("Title").PressAsync("Enter");
        await Expect(visit.Page.Locator("#preview")).ToContainTextAsync("Not sent yet");
        await Expect(visit.Page.Locator(".banner.exercise").First).ToBeVisibleAsync();
        await visit.AssertFitsAsync();
        await visit.KeepAsync($"raise-preview-{width}");

        await visit.Page.Locator("button.send").ClickAsync();
        await visit.Page.WaitForURLAsync("**/reports/r-*");
        await visit.Page.GetByRole(AriaRole.Link, new() { Name = "To the situation" }).ClickAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync($"print by themselves {width}");
        await Expect(visit.Page.Locator(".banner.exercise").First).ToBeVisibleAsync();
        visit.AssertNoComplaints();
    }

    [SkippableFact]
    public async Task Two_situations_are_merged_and_split_again_by_their_forms()
    {
        Chromium.Require();
        var one = await hub.TellAsync(SampleReports.Launch("merge-one"));
        var other = await hub.TellAsync(SampleReports.Unrecognised("merge-other"));
        await using var visit = await hub.SignedInAsync(390);
        await visit.GoAsync($"/situations/{other.Situation}");

        await visit.Page.Locator("#merge > summary").ClickAsync();
        var merge = visit.Page.Locator("form[action$='/merge']");
        await merge.Locator("select").SelectOptionAsync(one.Situation);
        await merge.GetByRole(AriaRole.Textbox).FillAsync("A test of the board.");
        await visit.KeepAsync("merge-390");
        await merge.GetByRole(AriaRole.Button).ClickAsync();
        await visit.Page.WaitForURLAsync($"**/situations/{one.Situation}");
        await Expect(visit.Page.Locator(".timeline li.merged")).ToContainTextAsync("A test of the board.");

        await visit.Page.Locator("#split > summary").ClickAsync();
        var split = visit.Page.Locator("form[action$='/split']");
        await split.GetByRole(AriaRole.Textbox).FillAsync("Two after all.");
        await split.GetByRole(AriaRole.Button).ClickAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Choose 1 to 40 reports");
        await Expect(split.GetByRole(AriaRole.Textbox)).ToHaveValueAsync("Two after all.");
        await visit.AssertFitsAsync();
        await visit.KeepAsync("split-refused-390");
        await visit.Page.SetViewportSizeAsync(1440, 900);
        await visit.AssertFitsAsync();
        await visit.KeepAsync("split-refused-1440");

        await split.GetByRole(AriaRole.Checkbox, new() { Name = "Large explosion" }).CheckAsync();
        await split.GetByRole(AriaRole.Button).ClickAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync("Large explosion");
        await Expect(visit.Page.Locator(".timeline li.split")).ToContainTextAsync("Two after all.");
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
