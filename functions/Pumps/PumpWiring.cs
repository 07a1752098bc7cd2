using AllianceNotify.Messaging;

namespace AllianceNotify.Functions.Pumps;

internal static class PumpWiring
{
    public static void AddPumps(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<PumpOptions>()
            .Bind(builder.Configuration.GetSection(PumpOptions.Section))
            .ValidateDataAnnotations()
            .ValidateOnStart();
        builder.Services.AddSingleton<WorkInHand>();
        // A pump catches whatever it can meet. One that ends all the same is a bug, and a hub that looks alive and does
        // nothing would be worse than one that is started again.
        builder.Services.Configure<HostOptions>(host =>
        {
            host.BackgroundServiceExceptionBehavior = BackgroundServiceExceptionBehavior.StopHost;
            host.ServicesStopConcurrently = true;
        });
    }

    /// <summary>A stage by its queue's name, and the pump that feeds it unless this instance only accepts. The stage is made when the hub has started.</summary>
    public static void AddPump<TStage>(this WebApplicationBuilder builder, QueueName queue)
        where TStage : class, IQueueStage
    {
        builder.Services.AddKeyedSingleton<IQueueStage>(queue.Value, (services, _) => services.GetRequiredService<TStage>());
        if (builder.PumpsEnabled())
        {
            builder.Services.AddSingleton<IHostedService>(services => ActivatorUtilities.CreateInstance<QueuePump>(
                services, queue, IQueueStage () => services.GetRequiredKeyedService<IQueueStage>(queue.Value)));
        }
    }

    /// <summary>Work by the clock: this instance's, unless it only accepts.</summary>
    public static void AddSweep(this WebApplicationBuilder builder, string name, TimeSpan every, Func<IServiceProvider, CancellationToken, Task> run)
    {
        builder.Services.AddKeyedSingleton(name, (services, _) =>
            new Sweep(name, every, token => run(services, token), services.GetRequiredService<TimeProvider>()));
        if (!builder.PumpsEnabled())
        {
            return;
        }

        builder.Services.AddSingleton(services => services.GetRequiredKeyedService<Sweep>(name));
        builder.Services.AddSingleton<IHostedService>(services =>
            ActivatorUtilities.CreateInstance<SweepPump>(services, services.GetRequiredKeyedService<Sweep>(name)));
    }

    public static bool PumpsEnabled(this WebApplicationBuilder builder) =>
        !builder.IsUnderFunctionsHost() && builder.Configuration.GetSection(PumpOptions.Section).GetValue(nameof(PumpOptions.Enabled), defaultValue: true);
}
