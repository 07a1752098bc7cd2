using AllianceNotify.Contacts;

namespace AllianceNotify.Functions.Health;

/// <summary>The duty desk exists before the hub answers anybody; who is on it is an administrator's to say.</summary>
internal sealed class DutyDeskStart(DutyDesk desk) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => desk.EnsureAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
