using System.Net;
using System.Net.Sockets;
using System.Text;
using AllianceNotify.Amqp;
using AllianceNotify.Functions.Tests.Infrastructure;
using AllianceNotify.Messaging;
using AllianceNotify.Security;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Xunit;

namespace AllianceNotify.Functions.Tests.Health;

/// <summary>The hub with its queues on a broker that is not there.</summary>
public sealed class BrokerOutageTests : IAsyncLifetime
{
    private readonly HubFixture hub;

    public BrokerOutageTests() => hub = WithQueue($$"""{ "Kind": "Amqp", "Address": "amqp://127.0.0.1:{{ClosedPort()}}", "TimeoutSeconds": 5 }""");

    public Task InitializeAsync() => hub.InitializeAsync();

    public Task DisposeAsync() => hub.DisposeAsync();

    [Fact]
    public async Task The_hub_starts_and_says_that_it_is_not_ready()
    {
        using var client = hub.Anonymous();

        using var live = await client.GetAsync("/health/live");
        using var ready = await client.GetAsync("/health/ready");

        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Contains("\"name\":\"queue\",\"state\":\"failed\"", await ready.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_report_is_not_accepted_and_its_sender_is_asked_to_come_back()
    {
        using var client = await hub.ClientAsync(HubRole.Reporter);
        using var report = new StringContent(
            """{ "source": "radar", "sourceId": "1", "mode": "exercise", "observedAt": "2026-11-24T05:49:00Z", "title": "A ship is on fire." }""",
            Encoding.UTF8,
            "application/json");

        using var response = await client.PostAsync("/api/reports", report);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.NotNull(response.Headers.RetryAfter);
    }

    [Theory]
    [InlineData("""{ "Kind": "Amqp" }""", "Address")]
    [InlineData("""{ "Kind": "Amqp", "Address": "amqp://broker.example", "UserName": "hub", "Password": "secret" }""", "amqps")]
    public async Task Wrong_settings_stop_the_start(string queue, string named)
    {
        var wrong = WithQueue(queue);
        var refused = await Assert.ThrowsAsync<OptionsValidationException>(wrong.InitializeAsync);
        await wrong.DisposeAsync();

        Assert.Contains(named, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refused.Message, StringComparison.Ordinal);
    }

    private static HubFixture WithQueue(string queue) => new()
    {
        Settings = $$"""{ "Pumps": { "Enabled": false }, "Queue": {{queue}} }""",
        Adjust = builder =>
        {
            builder.Services.RemoveAll<IMessageQueue>();
            builder.Services.AddAmqpQueue(builder.Configuration);
        },
    };

    private static int ClosedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
