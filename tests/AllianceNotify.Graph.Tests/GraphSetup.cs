using AllianceNotify.Graph.Calls;
using AllianceNotify.Graph.Limits;
using AllianceNotify.Graph.Mail;
using AllianceNotify.Graph.Teams;
using Microsoft.Extensions.Logging.Abstractions;

namespace AllianceNotify.Graph.Tests;

/// <summary>The two channels on one fake Graph, as the hub wires them.</summary>
internal sealed class GraphSetup : IDisposable
{
    public const string AppId = "0a0b0c0d-0000-4000-8000-000000000001";

    private readonly GraphCalls calls;
    private readonly GraphLimits limits;

    public GraphSetup(Uri address, TimeProvider time, Action<GraphOptions>? configure = null)
    {
        var options = Options(address);
        configure?.Invoke(options);
        var validation = new GraphOptionsValidator().Validate(null, options);
        if (validation.Failed)
        {
            throw new InvalidOperationException(validation.FailureMessage);
        }

        var wrapped = Microsoft.Extensions.Options.Options.Create(options);
        calls = new GraphCalls(wrapped, GraphCredentials.For(options, time), time);
        limits = new GraphLimits(wrapped, time);
        Mail = new GraphMailChannel(wrapped, calls, limits, new Random(1), time, NullLogger<GraphMailChannel>.Instance);
        Teams = new TeamsChannel(wrapped, calls, limits, new Random(1), time, NullLogger<TeamsChannel>.Instance);
    }

    public GraphMailChannel Mail { get; }

    public TeamsChannel Teams { get; }

    public static GraphOptions Options(Uri address) => new()
    {
        BaseAddress = address,
        Mail = { Senders = ["alerts-1@hub.example"] },
        Teams = { AppId = AppId },
    };

    /// <summary>For tests of something other than limits, on a clock that stands still.</summary>
    public static void Unlimited(GraphOptions options)
    {
        options.Mail.MessagesAMinute = 10_000;
        options.Mail.AppConcurrency = options.Mail.MailboxConcurrency = 100;
        options.Teams.BulkCallsASecond = options.Teams.UserCallsASecond = 1_000;
    }

    /// <summary>An object id made from a name, the same each time.</summary>
    public static string IdOf(string name) => new Guid(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(name)).AsSpan(0, 16)).ToString("D");

    public void Dispose()
    {
        calls.Dispose();
        limits.Dispose();
    }
}
