using System.Net.Http.Headers;
using AllianceNotify.Contracts.Messaging;
using AllianceNotify.Contracts.Storage;
using AllianceNotify.Functions.Security;
using AllianceNotify.Messaging;
using AllianceNotify.Security;
using AllianceNotify.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace AllianceNotify.Functions.Tests.Infrastructure;

/// <summary>The real application in this process, on a store and queues in memory and a clock that stands still.</summary>
public sealed class HubFixture : IAsyncLifetime
{
    private readonly string data = Directory.CreateTempSubdirectory("alliancenotify-").FullName;
    private WebApplication? app;

    public FakeTimeProvider Time { get; init; } = new(new DateTimeOffset(2026, 11, 24, 6, 0, 0, TimeSpan.Zero));

    internal FailingStore Store { get; } = new(new InMemoryEntityStore());

    public IServiceProvider Services => app!.Services;

    internal Action<WebApplicationBuilder>? Adjust { get; init; }

    /// <summary>What the data folder's settings say. Nothing is taken from the queues unless a test says so: what was queued stays there to be looked at.</summary>
    internal string Settings { get; init; } = """{ "Pumps": { "Enabled": false } }""";

    public async Task InitializeAsync()
    {
        await File.WriteAllTextAsync(Path.Combine(data, "appsettings.json"), Settings);
        app = HubApplication.Build(new HubArguments("http://127.0.0.1:0", data), builder =>
        {
            builder.WebHost.UseTestServer();
            builder.Services.AddSingleton<TimeProvider>(Time);
            builder.Services.AddSingleton<IEntityStore>(Store);
            builder.Services.AddSingleton<IMessageQueue>(new InMemoryMessageQueue(Time));
            Adjust?.Invoke(builder);
        });
        await app.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await app!.DisposeAsync();
        Directory.Delete(data, recursive: true);
    }

    /// <summary>A client that presents no credential and follows nothing.</summary>
    public HttpClient Anonymous() => app!.GetTestServer().CreateClient();

    /// <summary>A client with a fresh key of this role.</summary>
    public async Task<HttpClient> ClientAsync(HubRole role, Func<NewApiKey, NewApiKey>? with = null)
    {
        var client = Anonymous();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await KeyAsync(role, with)).Text.Reveal());
        return client;
    }

    public Task<(ApiKey Key, ApiKeyText Text)> KeyAsync(HubRole role, Func<NewApiKey, NewApiKey>? with = null)
    {
        var request = new NewApiKey($"test {role}", role, "tests");
        return Services.GetRequiredService<ApiKeyTable>().CreateAsync(with?.Invoke(request) ?? request, Time.GetUtcNow(), CancellationToken.None);
    }

    /// <summary>A signed-in browser: its requests carry the cookie and, unless told otherwise, come from the hub's own page.</summary>
    public async Task<HttpClient> BrowserAsync(string fetchSite = "same-origin")
    {
        var sessions = Services.GetRequiredService<SessionTable>();
        var ticket = await sessions.IssueTicketAsync("test administrator", HubRole.Administrator, Time.GetUtcNow(), CancellationToken.None);
        var session = await sessions.RedeemAsync(ticket, Time.GetUtcNow(), CancellationToken.None);
        var client = Anonymous();
        client.DefaultRequestHeaders.Add("Cookie", $"{HubAuthentication.CookieName}={session!.Value.Secret}");
        client.DefaultRequestHeaders.Add("Sec-Fetch-Site", fetchSite);
        return client;
    }
}
