using Azure.Core;
using Azure.Identity;
using Azure.Monitor.OpenTelemetry.Exporter;
using OpenTelemetry;

namespace AllianceNotify.Functions.Telemetry;

/// <summary>
/// Application Insights as a receiver of the hub's own spans and metrics, by the two settings that the Functions host reads for
/// its own: <c>APPLICATIONINSIGHTS_CONNECTION_STRING</c> and, where local authentication is off there,
/// <c>APPLICATIONINSIGHTS_AUTHENTICATION_STRING</c> (<c>Authorization=AAD</c>, with <c>ClientId=</c> of a user-assigned identity).
/// Logs come by way of the host, which takes them from standard output.
/// </summary>
internal static class AzureMonitor
{
    private const string ConnectionString = "APPLICATIONINSIGHTS_CONNECTION_STRING";
    private const string Authentication = "APPLICATIONINSIGHTS_AUTHENTICATION_STRING";

    public static bool IsConfigured(IConfiguration configuration) => !string.IsNullOrEmpty(configuration[ConnectionString]);

    public static void ExportToAzureMonitor(this OpenTelemetryBuilder telemetry, IConfiguration configuration)
    {
        telemetry
            .WithTracing(tracing => tracing.AddAzureMonitorTraceExporter(Configure))
            .WithMetrics(metrics => metrics.AddAzureMonitorMetricExporter(Configure));

        void Configure(AzureMonitorExporterOptions options)
        {
            options.ConnectionString = configuration[ConnectionString];
            options.Credential = CredentialOf(configuration[Authentication]);
        }
    }

    /// <summary>Null where telemetry is sent without a sign-in.</summary>
    internal static TokenCredential? CredentialOf(string? authentication)
    {
        var parts = (authentication ?? "")
            .Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(part => part.Split('=', 2))
            .Where(part => part.Length == 2)
            .ToLookup(part => part[0], part => part[1], StringComparer.OrdinalIgnoreCase);
        if (!parts["Authorization"].Contains("AAD", StringComparer.OrdinalIgnoreCase))
        {
            return null;
        }

        return parts["ClientId"].FirstOrDefault() is { Length: > 0 } client
            ? new ManagedIdentityCredential(ManagedIdentityId.FromUserAssignedClientId(client))
            : new ManagedIdentityCredential(ManagedIdentityId.SystemAssigned);
    }
}
