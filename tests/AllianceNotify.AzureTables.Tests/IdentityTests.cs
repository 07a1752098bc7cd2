using System.Net;
using System.Net.Http.Json;
using AllianceNotify.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;

namespace AllianceNotify.AzureTables.Tests;

/// <summary>How the hub signs in, and settings that cannot be right.</summary>
public sealed class IdentityTests
{
    [Fact]
    public async Task A_client_id_asks_the_platform_for_that_identitys_token_and_sends_it()
    {
        using var platform = new HttpListener();
        var address = $"http://127.0.0.1:{FreePort()}/token/";
        platform.Prefixes.Add(address);
        platform.Start();
        var asked = AnswerOnceAsync(platform);

        // What App Service and Functions set for an app with managed identities.
        Environment.SetEnvironmentVariable("IDENTITY_ENDPOINT", address);
        Environment.SetEnvironmentVariable("IDENTITY_HEADER", "secret-of-the-platform");
        try
        {
            var network = new Recorder();
            var store = new AzureTablesEntityStore(
                new AzureTablesOptions { Endpoint = new Uri("https://account.table.core.windows.net"), ClientId = "11111111-2222-3333-4444-555555555555" },
                TimeProvider.System,
                new Random(1),
                logger: null,
                new Azure.Core.Pipeline.HttpClientTransport(network));

            Assert.Null(await store.GetAsync(new TableName("Reports"), "p", "r", default));

            var query = (await asked).Query;
            Assert.Contains("client_id=11111111-2222-3333-4444-555555555555", query, StringComparison.Ordinal);
            Assert.Contains("storage.azure.com", query, StringComparison.Ordinal);
            Assert.Equal("Bearer token-of-the-platform", network.Authorization);
            Assert.StartsWith("https://account.table.core.windows.net/AllianceNotifyReports(", network.Address, StringComparison.Ordinal);
        }
        finally
        {
            Environment.SetEnvironmentVariable("IDENTITY_ENDPOINT", null);
            Environment.SetEnvironmentVariable("IDENTITY_HEADER", null);
        }
    }

    [Theory]
    [InlineData("needs Store:Endpoint")]
    [InlineData("both set", "ConnectionString=UseDevelopmentStorage=true", "Endpoint=https://account.table.core.windows.net")]
    [InlineData("no connection string", "ConnectionString=AccountName=a;secret=hidden")]
    [InlineData("Store:ClientId goes with", "ConnectionString=UseDevelopmentStorage=true", "ClientId=11111111-2222-3333-4444-555555555555")]
    [InlineData("must be an https address", "Endpoint=http://account.table.core.windows.net")]
    [InlineData("TablePrefix is", "ConnectionString=UseDevelopmentStorage=true", "TablePrefix=1-")]
    public void Settings_that_cannot_be_right_are_named_and_secrets_are_not(string mistake, params string[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => setting.Split('=', 2)).Select(pair => KeyValuePair.Create($"Store:{pair[0]}", (string?)pair[1])))
            .Build();
        using var services = new ServiceCollection().AddSingleton(TimeProvider.System).AddSingleton(new Random(1)).AddAzureTablesStore(configuration).BuildServiceProvider();

        var failure = Assert.Throws<OptionsValidationException>(services.GetRequiredService<IEntityStore>);

        Assert.Contains(mistake, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", failure.Message, StringComparison.Ordinal);
    }

    private static async Task<Uri> AnswerOnceAsync(HttpListener platform)
    {
        var context = await platform.GetContextAsync();
        context.Response.ContentType = "application/json";
        using var body = JsonContent.Create(new
        {
            access_token = "token-of-the-platform",
            expires_on = $"{TimeProvider.System.GetUtcNow().AddHours(6).ToUnixTimeSeconds()}",
            resource = "https://storage.azure.com",
            token_type = "Bearer",
        });
        await body.CopyToAsync(context.Response.OutputStream);
        context.Response.Close();
        return context.Request.Url!;
    }

    private static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private sealed class Recorder : HttpMessageHandler
    {
        public string? Authorization { get; private set; }

        public string? Address { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Authorization = request.Headers.Authorization?.ToString();
            Address = request.RequestUri?.ToString();
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.NotFound));
        }
    }
}
