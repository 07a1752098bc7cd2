using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using AllianceNotify.Acknowledgement;
using AllianceNotify.Contacts;
using AllianceNotify.Functions;
using AllianceNotify.Functions.Cli;
using AllianceNotify.Functions.Web;
using AllianceNotify.Security;
using AllianceNotify.Situations;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Xunit;

namespace AllianceNotify.Browser.Tests;

/// <summary>
/// The hub stand-alone on its SQLite file with the sample directory, fed with reports as a system posts them, and one browser.
/// Nothing leaves the machine: every channel writes to the outbox.
/// </summary>
public sealed class BoardFixture : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string data = Directory.CreateTempSubdirectory("alliancenotify-browser-").FullName;
    private HttpClient client = null!; // set before each test, by InitializeAsync
    private WebApplication? app;
    private IPlaywright? playwright;
    private IBrowser? browser;

    public Uri Address { get; private set; } = null!;

    internal IServiceProvider Services => app!.Services;

    public async Task InitializeAsync()
    {
        if (Chromium.Path is null)
        {
            return;
        }

        app = HubApplication.Build(new HubArguments("http://127.0.0.1:0", data) { OutboxOnly = true });
        await app.StartAsync();
        Address = app.Services.GetRequiredService<PublicAddress>().Listening[0];
        await LoadSampleDirectory.LoadAsync(
            Path.Combine(AppContext.BaseDirectory, "samples", "contacts"), app.Services.GetRequiredService<DirectoryTables>(), default);
        var (_, key) = await app.Services.GetRequiredService<ApiKeyTable>().CreateAsync(
            new NewApiKey("browser tests", HubRole.Administrator, "test"), TimeProvider.System.GetUtcNow(), default);
        client = new HttpClient { BaseAddress = Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key.Reveal());
        playwright = await Playwright.CreateAsync();
        browser = await Chromium.LaunchAsync(playwright);
    }

    public async Task DisposeAsync()
    {
        if (browser is not null)
        {
            await browser.DisposeAsync();
        }

        playwright?.Dispose();
        if (app is not null)
        {
            await app.StopAsync();
            await app.DisposeAsync();
        }

        Directory.Delete(data, recursive: true);
    }

    public void Dispose() => client?.Dispose();

    public Task<Uri> SignInLinkAsync() => SignInLink.IssueAsync(Services, default);

    /// <summary>A fresh browser profile, nobody signed in.</summary>
    internal async Task<Visit> VisitAsync(int width = 1440, ColorScheme scheme = ColorScheme.Light)
    {
        var context = await browser!.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = Address.AbsoluteUri,
            ViewportSize = new ViewportSize { Width = width, Height = 900 },
            ColorScheme = scheme,
            Locale = "en-GB",
        });
        return new Visit(context, await context.NewPageAsync());
    }

    /// <summary>Signed in as the local administrator, by the link's button.</summary>
    internal async Task<Visit> SignedInAsync(int width = 1440, ColorScheme scheme = ColorScheme.Light)
    {
        var visit = await VisitAsync(width, scheme);
        await visit.Page.GotoAsync((await SignInLinkAsync()).AbsoluteUri);
        await visit.Page.GetByRole(AriaRole.Button).ClickAsync();
        await visit.Page.WaitForURLAsync("**/situations");
        return visit;
    }

    /// <summary>Posts a report and waits until its situation has an alert whose deliveries all have ended.</summary>
    public async Task<Told> TellAsync(string report)
    {
        using var body = new StringContent(report, Encoding.UTF8, "application/json");
        using var response = await client.PostAsync("/api/reports", body);
        Assert.True(response.StatusCode == HttpStatusCode.Accepted, await response.Content.ReadAsStringAsync());
        var id = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString();
        var started = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(started) < Patience)
        {
            if (await ToldAsync(id!) is { } told)
            {
                return told;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, default);
        }

        throw new TimeoutException("The report did not become an alert that is delivered.");
    }

    private async Task<Told?> ToldAsync(string report)
    {
        var read = await client.GetFromJsonAsync<JsonElement>($"/api/reports/{report}");
        if (!read.TryGetProperty("alertIds", out var alerts) || alerts.GetArrayLength() == 0)
        {
            return null;
        }

        var alert = alerts[0].GetString()!;
        var deliveries = (await client.GetFromJsonAsync<JsonElement>($"/api/alerts/{alert}/deliveries")).GetProperty("items").EnumerateArray().ToList();
        return deliveries.Count > 0 && deliveries.All(delivery => delivery.GetProperty("state").GetString() is "sent" or "withheld")
            ? new Told(
                read.GetProperty("situationId").GetString()!,
                alert,
                [.. deliveries.Where(delivery => delivery.GetProperty("state").GetString() == "sent").Select(delivery => delivery.GetProperty("contactId").GetString()!)])
            : null;
    }

    /// <summary>The path of a contact's personal link, good until then.</summary>
    public string LinkOf(string alert, string contact, DateTimeOffset? until = null) =>
        $"/a/{Services.GetRequiredService<AcknowledgeLinks>().TokenFor(new AlertId(alert), new ContactId(contact), until ?? TimeProvider.System.GetUtcNow().AddDays(1))}";

    public async Task<int> AnswersAsync(Told told) =>
        await Services.GetRequiredService<SituationTable>().ListAnswersAsync(new SituationId(told.Situation), 1, default).CountAsync();
}

/// <summary>A report that has been told: where, and to which contacts.</summary>
public sealed record Told(string Situation, string Alert, IReadOnlyList<string> Contacts);
