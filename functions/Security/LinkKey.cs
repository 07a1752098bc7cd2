using AllianceNotify.Acknowledgement;
using AllianceNotify.Functions.Web;
using AllianceNotify.Security;

namespace AllianceNotify.Functions.Security;

/// <summary>The key of the alerts' personal links, read (or drawn, on the first start) before the hub answers anybody.</summary>
internal sealed class LinkKey(HubSecrets secrets, PublicAddress address) : IHostedService
{
    private byte[]? key;

    public AcknowledgeLinks Links => new(key ?? throw new InvalidOperationException("The hub has not started."), address.Base);

    public async Task StartAsync(CancellationToken cancellationToken) => key = await secrets.AcknowledgeLinkKeyAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
