using Azure.Core.Pipeline;

namespace AllianceNotify.AzureTables.Tests;

/// <summary>Stores on an emulator.</summary>
internal static class AzuriteStore
{
    public static AzureTablesEntityStore Open(
        AzuriteServer server, string prefix = "Test", HttpMessageHandler? network = null, TimeProvider? time = null, TimeSpan? retryFor = null) => new(
            new AzureTablesOptions
            {
                ConnectionString = server.ConnectionString,
                TablePrefix = prefix,
                RetryFor = retryFor ?? TimeSpan.FromSeconds(15),
            },
            time ?? TimeProvider.System,
            new Random(1),
            logger: null,
            network is null ? null : new HttpClientTransport(network));

    /// <summary>A prefix that nothing else uses.</summary>
    public static string NewPrefix() => DeterministicId.Random("T", bytes: 10);
}
