using System.Net;
using Microsoft.Extensions.Options;

namespace AllianceNotify.Delivery.Channels;

/// <summary>Where outgoing HTTP may go beyond the public Internet.</summary>
public abstract class OutboundOptions
{
    /// <summary>Opens every loopback, private and link-local network, also to plain http. For one machine and for tests.</summary>
    public bool AllowPrivateAddresses { get; set; }

    /// <summary>Opens these networks (CIDR), also to plain http.</summary>
    public List<string> AllowedNetworks { get; } = [];

    internal NetworkRules Rules => new(AllowPrivateAddresses, AllowedNetworks.Select(IPNetwork.Parse));

    internal IEnumerable<string> Mistakes(string section) => AllowedNetworks
        .Where(network => !IPNetwork.TryParse(network, out _))
        .Select(network => $"{section}:AllowedNetworks has {network}, which is not a network in CIDR form (192.168.7.0/24).");
}

/// <summary>Configuration section <c>Webhook</c>.</summary>
public sealed class WebhookOptions : OutboundOptions
{
    public const string Section = "Webhook";

    /// <summary>
    /// Signs messages to receivers without an entry in <see cref="Secrets"/>: <c>whsec_</c> and base 64 of 24 to 64 bytes; during a
    /// change the new and the old one, with a space between them. Whoever knows it can sign in the hub's name towards all
    /// receivers that share it. Without any, nothing is sent and the channel says that it is not set up.
    /// </summary>
    public string? Secret { get; set; }

    /// <summary>Secrets of single receivers in the same form, by host name.</summary>
    public Dictionary<string, string> Secrets { get; } = new(StringComparer.OrdinalIgnoreCase);
}

/// <summary>Configuration section <c>TeamsWorkflow</c>.</summary>
public sealed class TeamsWorkflowOptions : OutboundOptions
{
    public const string Section = "TeamsWorkflow";
}

internal sealed class WebhookOptionsValidator : IValidateOptions<WebhookOptions>, IValidateOptions<TeamsWorkflowOptions>
{
    public ValidateOptionsResult Validate(string? name, WebhookOptions options)
    {
        var mistakes = options.Mistakes(WebhookOptions.Section).ToList();
        // The secret itself does not belong in a message that ends up in a log.
        if (options.Secret is { } secret && WebhookSignature.KeysOf(secret) is null)
        {
            mistakes.Add($"{WebhookOptions.Section}:Secret is not whsec_ and base 64 of 24 to 64 bytes.");
        }

        mistakes.AddRange(options.Secrets
            .Where(pair => WebhookSignature.KeysOf(pair.Value) is null)
            .Select(pair => $"{WebhookOptions.Section}:Secrets:{pair.Key} is not whsec_ and base 64 of 24 to 64 bytes."));
        return Result(mistakes);
    }

    public ValidateOptionsResult Validate(string? name, TeamsWorkflowOptions options) => Result([.. options.Mistakes(TeamsWorkflowOptions.Section)]);

    private static ValidateOptionsResult Result(List<string> mistakes) =>
        mistakes.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(mistakes);
}
