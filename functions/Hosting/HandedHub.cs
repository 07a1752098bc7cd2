using AllianceNotify.Functions.Pumps;
using AllianceNotify.Functions.Triggers;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace AllianceNotify.Functions.Hosting;

/// <summary>
/// The hub inside another program, which hands it requests, messages and the clock's ticks: the same routes, stages and sweeps
/// as the executable's, by the names of the same functions. Started and stopped with that program.
/// </summary>
internal sealed class HandedHub : IHostedService, IAsyncDisposable
{
    private readonly HandedServer server = new();
    private readonly WebApplication app;

    /// <param name="arguments">What goes before the configuration; null: nothing.</param>
    public HandedHub(HubArguments? arguments = null) => app = HubApplication.Build((arguments ?? new HubArguments()) with { Handed = true }, builder =>
    {
        builder.Services.RemoveAll<IServer>();
        builder.Services.AddSingleton<IServer>(server);
    });

    public IServiceProvider Services => app.Services;

    public Task StartAsync(CancellationToken cancellationToken) => app.StartAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => app.StopAsync(cancellationToken);

    public ValueTask DisposeAsync() => app.DisposeAsync();

    public Task AnswerAsync(HttpContext context) => server.AnswerAsync(context);

    /// <summary>Runs the stage of a queue function. Throws where the message must be delivered again.</summary>
    public Task RunStageAsync(string function, TriggerMessage message, CancellationToken cancellationToken) =>
        app.Services.GetRequiredService<RunStage>().RunAsync(TriggerFunctions.Queues.Single(queue => queue.Name == function), message, cancellationToken);

    /// <summary>Runs the sweep of a timer function.</summary>
    public Task RunSweepAsync(string function, CancellationToken cancellationToken) =>
        app.Services.GetRequiredKeyedService<Sweep>(TriggerFunctions.Timers.Single(timer => timer.Name == function).Sweep).RunAsync(cancellationToken);
}
