using System.ComponentModel.DataAnnotations;
using Azure.Data.Tables;
using Microsoft.Extensions.Options;

namespace AllianceNotify.AzureTables;

/// <summary>The record store in Azure Table Storage: section <c>Store</c>. Either a connection string, or an endpoint and an identity.</summary>
public sealed class AzureTablesOptions
{
    public const string Section = "Store";

    /// <summary>With an account key or a shared access signature: for the emulator and for accounts that still allow keys.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>Address of the table service, for example <c>https://ACCOUNT.table.core.windows.net</c>; the hub signs in with its identity.</summary>
    public Uri? Endpoint { get; set; }

    /// <summary>
    /// Client id of the user-assigned managed identity. Without one the environment decides (Azure.Identity's default chain: environment
    /// variables, workload and managed identity, developer sign-ins).
    /// </summary>
    public string? ClientId { get; set; }

    /// <summary>What the names of this hub's tables begin with. No two hubs on one account may have prefixes of which one begins the other.</summary>
    [RegularExpression("^[A-Za-z][A-Za-z0-9]{0,19}$", ErrorMessage = "TablePrefix is 1 to 20 letters and digits, the first a letter.")]
    public string TablePrefix { get; set; } = "AllianceNotify";

    /// <summary>How long a request goes without an answer before it counts as failed.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:40")]
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a call goes on trying while the service is busy or out of reach. Zero: one attempt.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    public TimeSpan RetryFor { get; set; } = TimeSpan.FromSeconds(15);
}

[OptionsValidator]
internal sealed partial class AzureTablesOptionsRanges : IValidateOptions<AzureTablesOptions>;

/// <summary>What the annotations cannot say. Names settings, never their values: a connection string is a secret.</summary>
internal sealed class AzureTablesOptionsRules : IValidateOptions<AzureTablesOptions>
{
    public ValidateOptionsResult Validate(string? name, AzureTablesOptions options)
    {
        var mistakes = new List<string>();
        var hasConnection = !string.IsNullOrWhiteSpace(options.ConnectionString);
        if (hasConnection == options.Endpoint is not null)
        {
            mistakes.Add(hasConnection
                ? "Store:ConnectionString and Store:Endpoint are both set: which of them is meant?"
                : "Azure Table Storage needs Store:Endpoint, with Store:ClientId for a managed identity, or Store:ConnectionString.");
        }

        if (hasConnection && !IsConnectionString(options.ConnectionString!))
        {
            mistakes.Add("Store:ConnectionString is no connection string of a storage account.");
        }

        if (hasConnection && options.ClientId is { Length: > 0 })
        {
            mistakes.Add("Store:ClientId goes with Store:Endpoint, not with Store:ConnectionString.");
        }

        if (options.Endpoint is { } endpoint && (!endpoint.IsAbsoluteUri || endpoint.Scheme != Uri.UriSchemeHttps))
        {
            mistakes.Add("Store:Endpoint must be an https address: tokens are sent to it.");
        }

        return mistakes.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(mistakes);
    }

    private static bool IsConnectionString(string text)
    {
        try
        {
            _ = new TableServiceClient(text);
            return true;
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException or FormatException)
        {
            return false;
        }
    }
}
