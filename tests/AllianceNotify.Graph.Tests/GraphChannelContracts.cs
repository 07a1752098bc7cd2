using System.Net;
using System.Net.Sockets;
using AllianceNotify.Contracts.Delivery;
using AllianceNotify.Contracts.Graph;
using AllianceNotify.Delivery;
using AllianceNotify.Graph.Mail;

namespace AllianceNotify.Graph.Tests;

/// <summary>What both channels share of the contract: the fake on the other side.</summary>
public abstract class GraphChannelContract : NetworkChannelContract
{
    private FakeGraph? graph;
    private GraphSetup? setup;

    protected FakeGraph Graph => graph!;

    internal GraphSetup Setup => setup!;

    protected override IAlertChannel Channel => Pick(setup!);

    public override async Task InitializeAsync()
    {
        graph = await FakeGraph.StartAsync(Time, FakeGraphLimits.None);
        setup = Create(graph.Address);
    }

    public override async Task DisposeAsync()
    {
        setup!.Dispose();
        await graph!.DisposeAsync();
    }

    internal abstract IAlertChannel Pick(GraphSetup from);

    protected virtual void Configure(GraphOptions options)
    {
    }

    protected abstract GraphFault Refusal(GraphCall call);

    protected override void Script(Reply reply) => Graph.Script = call => reply switch
    {
        Reply.TryLater => new GraphFault.Answer(503, "serviceNotAvailable", "first@agency.example has to wait."),
        Reply.RefuseHub => new GraphFault.Answer(401, "InvalidAuthenticationToken", "Access token has expired."),
        Reply.RefuseAddress => Refusal(call),
        Reply.Drop => new GraphFault.Drop(),
        Reply.Hang => new GraphFault.Hang(),
        _ => null,
    };

    protected override Task UntilReceivingAsync() => Graph.UntilReceivingAsync();

    protected override Task RecoverAsync()
    {
        Graph.Script = _ => null;
        return Task.CompletedTask;
    }

    protected override (IAlertChannel Channel, AlertDispatch Dispatch) WithNobodyThere()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        return (Pick(Create(new Uri($"http://127.0.0.1:{port}/v1.0"))), Dispatch());
    }

    private GraphSetup Create(Uri address) => new(address, Time, options =>
    {
        GraphSetup.Unlimited(options);
        Configure(options);
    });
}

/// <summary>Mail, one by one and as blind copies.</summary>
public abstract class GraphMailContract : GraphChannelContract
{
    internal override IAlertChannel Pick(GraphSetup from) => from.Mail;

    protected override string AddressOf(string name) => $"{name}@agency.example";

    protected override IReadOnlyList<ReceivedAlert> Received =>
        [.. Graph.Mails.Select(mail => new ReceivedAlert(mail.Headers[GraphMail.MessageIdHeader], $"{mail.Subject}\n{WebUtility.HtmlDecode(mail.Html)}"))];

    protected override GraphFault Refusal(GraphCall call) => new GraphFault.Answer(400, "ErrorInvalidRecipients", "first@agency.example is not valid.");
}

public sealed class GraphMailOneByOneContract : GraphMailContract;

public sealed class GraphMailGroupContract : GraphMailContract
{
    protected override void Configure(GraphOptions options) => options.Mail.MaxRecipients = 20;
}

/// <summary>Teams, in bulk and one by one.</summary>
public abstract class TeamsContract : GraphChannelContract
{
    internal override IAlertChannel Pick(GraphSetup from) => from.Teams;

    protected override string AddressOf(string name) => GraphSetup.IdOf(name);

    protected override IReadOnlyList<ReceivedAlert> Received =>
    [
        .. Graph.Activities.Select(activity => new ReceivedAlert(
            $"{activity.ChainId}",
            $"{string.Join('\n', activity.Parameters.Values)}\n{activity.Preview}\n{Uri.UnescapeDataString(activity.WebUrl)}")),
    ];

    protected override GraphFault Refusal(GraphCall call) => call.Kind == GraphCallKind.BulkActivity
        ? new GraphFault.Answer(400, "BadRequest", $"Recipient {GraphSetup.IdOf("first")} is not valid.")
        : new GraphFault.Answer(403, "Forbidden", $"Application is not authorized to generate custom text notifications about '/users/{GraphSetup.IdOf("first")}'. Ensure that the expected Teams app is installed.");
}

public sealed class TeamsBulkContract : TeamsContract
{
    protected override void Configure(GraphOptions options) => options.Teams.PerUserUpTo = 0;
}

public sealed class TeamsPerUserContract : TeamsContract
{
    protected override void Configure(GraphOptions options) => options.Teams.PerUserUpTo = 100;
}

public sealed class TeamsSystemDefaultContract : TeamsContract
{
    protected override void Configure(GraphOptions options) => options.Teams.ActivityType = Teams.TeamsActivity.SystemDefault;
}
