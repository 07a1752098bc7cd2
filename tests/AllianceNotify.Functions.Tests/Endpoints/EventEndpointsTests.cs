using System.Net;
using System.Text.Json;
using AllianceNotify.Functions.Tests.Board;
using AllianceNotify.Functions.Tests.Infrastructure;
using AllianceNotify.Reports;
using AllianceNotify.Security;
using Xunit;

namespace AllianceNotify.Functions.Tests.Endpoints;

public sealed class EventEndpointsTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly HubFixture hub = new();

    public Task InitializeAsync() => hub.InitializeAsync();

    public Task DisposeAsync() => hub.DisposeAsync();

    [Fact]
    public async Task A_board_hears_of_what_is_new_and_of_what_changed_and_not_of_what_stood_before()
    {
        var scene = new BoardScene(hub);
        var before = await scene.OpenAsync("events-before");
        using var client = await hub.ClientAsync(HubRole.DutyOfficer);
        await using var events = await ListenAsync(client);
        Assert.Equal("alive", (await events.NextAsync()).Type);

        var opened = await scene.OpenAsync("events-new", situation => situation with { Mode = ReportMode.Exercise });
        hub.Time.Advance(TimeSpan.FromSeconds(2));
        var (type, told) = await events.NextAsync();
        Assert.Equal("situation", type);
        Assert.Equal(opened.Id.Value, told.GetProperty("id").GetString());
        Assert.Equal(("open", "exercise", "flash"), (told.GetProperty("status").GetString(), told.GetProperty("mode").GetString(), told.GetProperty("urgency").GetString()));

        await scene.AlertAsync(before.Id);
        hub.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(before.Id.Value, (await events.NextAsync()).Data.GetProperty("id").GetString());
    }

    [Fact]
    public async Task What_the_listener_may_not_read_is_not_told()
    {
        var scene = new BoardScene(hub);
        using var client = await hub.ClientAsync(HubRole.DutyOfficer, key => key with { Reader = new Reader("USA", "USFJ", Tlp.Amber) });
        await using var events = await ListenAsync(client);
        await events.NextAsync();

        await scene.OpenAsync("events-jpn", situation => situation with { Marking = new Marking(Tlp.Amber, ["JPN"]) });
        var open = await scene.OpenAsync("events-both");
        hub.Time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(open.Id.Value, (await events.NextAsync()).Data.GetProperty("id").GetString());
    }

    [Fact]
    public async Task While_nothing_happens_the_line_says_that_it_is_open()
    {
        using var client = await hub.ClientAsync(HubRole.Auditor);
        await using var events = await ListenAsync(client);
        Assert.Equal("alive", (await events.NextAsync()).Type);

        var next = events.NextAsync();
        await Eventually.TrueAsync(
            () =>
            {
                hub.Time.Advance(TimeSpan.FromSeconds(2));
                return next.IsCompleted;
            },
            "a sign of life");

        Assert.Equal("alive", (await next).Type);
    }

    [Fact]
    public async Task Only_those_who_may_read_may_listen()
    {
        using var nobody = hub.Anonymous();
        using var reporter = await hub.ClientAsync(HubRole.Reporter);

        using var unknown = await nobody.GetAsync("/api/events", HttpCompletionOption.ResponseHeadersRead);
        using var refused = await reporter.GetAsync("/api/events", HttpCompletionOption.ResponseHeadersRead);

        Assert.Equal(HttpStatusCode.Unauthorized, unknown.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
    }

    private static async Task<Listener> ListenAsync(HttpClient client)
    {
        var response = await client.GetAsync("/api/events", HttpCompletionOption.ResponseHeadersRead).WaitAsync(Patience);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        return new Listener(response, new StreamReader(await response.Content.ReadAsStreamAsync()));
    }

    private sealed class Listener(HttpResponseMessage response, StreamReader reader) : IAsyncDisposable
    {
        public async Task<(string Type, JsonElement Data)> NextAsync()
        {
            var (type, data) = ("", "");
            while (await reader.ReadLineAsync().WaitAsync(Patience) is { } line)
            {
                if (line.StartsWith("event: ", StringComparison.Ordinal))
                {
                    type = line["event: ".Length..];
                }
                else if (line.StartsWith("data: ", StringComparison.Ordinal))
                {
                    data += line["data: ".Length..];
                }
                else if (line.Length == 0 && data.Length > 0)
                {
                    return (type, JsonDocument.Parse(data).RootElement);
                }
            }

            throw new InvalidOperationException("The stream ended.");
        }

        public ValueTask DisposeAsync()
        {
            reader.Dispose();
            response.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
