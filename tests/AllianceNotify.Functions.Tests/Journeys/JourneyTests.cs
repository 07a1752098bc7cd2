using System.Net.Http.Headers;
using AllianceNotify.Functions.Web;
using AllianceNotify.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace AllianceNotify.Functions.Tests.Journeys;

/// <summary>The hub as it runs stand-alone, on its SQLite file, its own pumps and its web server.</summary>
public sealed class JourneyTests : IAsyncLifetime, IDisposable
{
    private readonly string data = Directory.CreateTempSubdirectory("alliancenotify-").FullName;
    private HttpClient client = null!; // set before each test, by InitializeAsync
    private WebApplication? app;

    public async Task InitializeAsync()
    {
        app = HubApplication.Build(new HubArguments("http://127.0.0.1:0", data) { OutboxOnly = true });
        await app.StartAsync();
        client = new HttpClient { BaseAddress = app.Services.GetRequiredService<PublicAddress>().Listening[0] };
        var (_, key) = await app.Services.GetRequiredService<ApiKeyTable>().CreateAsync(
            new NewApiKey("journey", HubRole.Administrator, "test"), TimeProvider.System.GetUtcNow(), default);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key.Reveal());
    }

    public async Task DisposeAsync()
    {
        await app!.StopAsync();
        await app.DisposeAsync();
        Directory.Delete(data, recursive: true);
    }

    public void Dispose() => client?.Dispose();

    [Fact]
    public async Task A_report_becomes_alerts_that_somebody_answers_and_an_all_clear()
    {
        await new HubJourney(client).RunAsync();

        var written = Directory.EnumerateFiles(Path.Combine(data, "outbox"), "*.entry.json", SearchOption.AllDirectories).Count();
        Assert.Equal(4, written);
    }
}
