using System.Collections.Concurrent;
using System.Net;
using AllianceNotify.Functions.Tests.Infrastructure;
using AllianceNotify.Security;
using Microsoft.Extensions.Logging;
using Xunit;

namespace AllianceNotify.Functions.Tests.Web;

/// <summary>In an outage every request fails, and the log must not drown in it.</summary>
public sealed class OutageLogTests : IAsyncLifetime
{
    private readonly ConcurrentQueue<(LogLevel Level, string Text, Exception? Exception)> entries = new();
    private readonly HubFixture hub;

    public OutageLogTests() => hub = new HubFixture { Adjust = builder => builder.Logging.AddProvider(new Recorder(entries)) };

    public Task InitializeAsync() => hub.InitializeAsync();

    public Task DisposeAsync() => hub.DisposeAsync();

    [Fact]
    public async Task A_request_that_fails_for_an_outage_is_one_line_of_the_log()
    {
        using var client = await hub.ClientAsync(HubRole.Administrator);
        hub.Store.IsDown = true;
        entries.Clear();

        using var response = await client.GetAsync("/api/contacts");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        var (_, text, exception) = Assert.Single(entries, entry => entry.Level >= LogLevel.Error);
        Assert.StartsWith("Store or queue could not be reached in request ", text, StringComparison.Ordinal);
        Assert.Null(exception);
    }

    private sealed class Recorder(ConcurrentQueue<(LogLevel Level, string Text, Exception? Exception)> entries) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public bool IsEnabled(LogLevel logLevel) => true;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            entries.Enqueue((logLevel, formatter(state, exception), exception));

        public void Dispose()
        {
        }
    }
}
