using System.Collections.Concurrent;
using AllianceNotify.Storage;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Azure.Data.Tables.Models;
using Azure.Identity;

namespace AllianceNotify.AzureTables.Requests;

/// <summary>
/// The hub's tables on the account. None is made beforehand: the answer that there is none makes it, so an identity that may not
/// make tables serves where they exist.
/// </summary>
internal sealed class ServiceTables
{
    private const int MaxName = 63;
    private readonly TableServiceClient service;
    private readonly string prefix;
    private readonly ConcurrentDictionary<TableName, TableClient> clients = new();

    public ServiceTables(AzureTablesOptions options, HttpPipelineTransport? transport)
    {
        var client = new TableClientOptions();
        client.Retry.MaxRetries = 0;
        client.Retry.NetworkTimeout = options.RequestTimeout;
        if (transport is not null)
        {
            client.Transport = transport;
        }

        prefix = options.TablePrefix;
        service = options.Endpoint is { } endpoint
            ? new TableServiceClient(endpoint, CredentialFor(options), client)
            : new TableServiceClient(options.ConnectionString, client);
    }

    public Uri Endpoint => service.Uri;

    public TableClient Of(TableName table) => clients.GetOrAdd(table, name =>
    {
        var full = prefix + name.Value;
        return full.Length <= MaxName
            ? service.GetTableClient(full)
            : throw new ArgumentException($"Table name '{full}' has more than {MaxName} characters: shorten Store:TablePrefix.", nameof(table));
    });

    public async Task CreateAsync(TableName table, CancellationToken cancellationToken)
    {
        try
        {
            await Of(table).CreateIfNotExistsAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (RequestFailedException exception) when (exception.Status == 403)
        {
            throw new StoreUnreachableException($"Table '{prefix}{table}' does not exist at {Endpoint}, and this hub's identity may not make it.", exception);
        }
    }

    public static bool IsMissingTable(RequestFailedException exception) => exception.ErrorCode == TableErrorCode.TableNotFound;

    /// <summary>The hub's tables that exist, by ordinal order of their names.</summary>
    public async Task<IReadOnlyList<TableName>> ListAsync(CancellationToken cancellationToken)
    {
        var names = new List<string>();
        // Letters and digits all sort below the brace.
        var filter = TableClient.CreateQueryFilter($"TableName ge {prefix} and TableName lt {prefix + "{"}");
        await foreach (var item in service.QueryAsync(filter, cancellationToken: cancellationToken).ConfigureAwait(false))
        {
            if (item.Name.StartsWith(prefix, StringComparison.Ordinal) && item.Name.Length >= prefix.Length + 3)
            {
                names.Add(item.Name[prefix.Length..]);
            }
        }

        names.Sort(StringComparer.Ordinal);
        return names.ConvertAll(name => new TableName(name));
    }

    private static TokenCredential CredentialFor(AzureTablesOptions options) => options.ClientId is { Length: > 0 } client
        ? new ManagedIdentityCredential(ManagedIdentityId.FromUserAssignedClientId(client))
        : new DefaultAzureCredential();
}
