using AllianceNotify.Telemetry;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace AllianceNotify.Functions.Telemetry;

internal static class TelemetryWiring
{
    private const string OtlpEndpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>
    /// The hub's traces and metrics, sent by OTLP where the standard variable says to and to Application Insights where its
    /// connection string is set; otherwise nothing is collected.
    /// </summary>
    public static void AddTelemetry(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<HubMetrics>();
        builder.Services.AddSingleton<QueueGauges>();
        var otlp = !string.IsNullOrEmpty(builder.Configuration[OtlpEndpoint]);
        var azureMonitor = AzureMonitor.IsConfigured(builder.Configuration);
        if (!otlp && !azureMonitor)
        {
            return;
        }

        builder.Services.AddHostedService<QueueGaugeRefresh>();
        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(
                "alliancenotify", serviceVersion: typeof(TelemetryWiring).Assembly.GetName().Version?.ToString(3)))
            .WithTracing(tracing => tracing
                .AddSource(HubTelemetry.Name)
                .AddAspNetCoreInstrumentation(http => http.Filter = context => !context.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal))
                .AddHttpClientInstrumentation())
            .WithMetrics(metrics => metrics
                .AddMeter(HubTelemetry.Name)
                .AddAspNetCoreInstrumentation()
                .AddHttpClientInstrumentation()
                .AddMeter("System.Runtime"));
        if (otlp)
        {
            telemetry.UseOtlpExporter();
        }

        if (azureMonitor)
        {
            telemetry.ExportToAzureMonitor(builder.Configuration);
        }
    }
}
