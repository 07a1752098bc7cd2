using Microsoft.Extensions.Options;

namespace AllianceNotify.Amqp;

/// <summary>Which promises of the broker are used.</summary>
public enum AmqpBroker
{
    /// <summary>Service Bus where the host is one of its name spaces, otherwise a broker of which only AMQP 1.0 is asked.</summary>
    Auto,

    /// <summary>Azure Service Bus: claims-based security, locks, scheduling, dead-letter queues.</summary>
    ServiceBus,

    /// <summary>RabbitMQ, ActiveMQ Artemis and others: delays and dead letters are queues of our own.</summary>
    Plain,
}

/// <summary>Configuration section <c>Queue</c>.</summary>
public sealed class AmqpOptions
{
    public const string Section = "Queue";

    /// <summary>
    /// <c>amqp://host:port</c> or <c>amqps://host:port</c> (ports 5672 and 5671 unless given), or the bare host name of a
    /// Service Bus name space.
    /// </summary>
    public string Address { get; set; } = "";

    public AmqpBroker Broker { get; set; }

    /// <summary>Signs in with SASL PLAIN; null: SASL ANONYMOUS.</summary>
    public string? UserName { get; set; }

    public string? Password { get; set; }

    /// <summary>Service Bus: name of a shared access policy; null: a token of Microsoft Entra ID.</summary>
    public string? SharedAccessKeyName { get; set; }

    public string? SharedAccessKey { get; set; }

    /// <summary>Service Bus: the user-assigned managed identity to ask for tokens; null: whatever identity the surroundings give.</summary>
    public string? ClientId { get; set; }

    /// <summary>Put before the name of every queue.</summary>
    public string Prefix { get; set; } = "";

    /// <summary>
    /// How a queue is addressed, with <c>{0}</c> for its name; null: <c>/queue/{0}</c> on RabbitMQ, the bare name elsewhere.
    /// </summary>
    public string? AddressFormat { get; set; }

    /// <summary>A PEM file of a certificate authority to trust besides the system's.</summary>
    public string? TrustedCertificate { get; set; }

    /// <summary>How long a connection, a link or a settlement is waited for, in seconds. 1 to 120.</summary>
    public int TimeoutSeconds { get; set; } = 10;

    /// <summary>A connection on which nothing has come for so long is given up, in seconds. 10 to 600.</summary>
    public int IdleTimeoutSeconds { get; set; } = 60;

    internal TimeSpan Timeout => TimeSpan.FromSeconds(TimeoutSeconds);

    internal Uri? Uri => Address.Contains("://", StringComparison.Ordinal)
        ? System.Uri.TryCreate(Address, UriKind.Absolute, out var uri) ? uri : null
        : System.Uri.CheckHostName(Address) == UriHostNameType.Dns ? new Uri($"amqps://{Address}") : null;

    internal bool IsServiceBus => Broker == AmqpBroker.ServiceBus || (Broker == AmqpBroker.Auto && Uri is { } uri && IsServiceBusHost(uri.Host));

    private static bool IsServiceBusHost(string host) =>
        host.EndsWith(".servicebus.windows.net", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith(".servicebus.usgovcloudapi.net", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith(".servicebus.chinacloudapi.cn", StringComparison.OrdinalIgnoreCase);
}

internal sealed class AmqpOptionsValidator : IValidateOptions<AmqpOptions>
{
    public ValidateOptionsResult Validate(string? name, AmqpOptions options)
    {
        var mistakes = new List<string>();
        void Check(bool right, string what)
        {
            if (!right)
            {
                mistakes.Add($"{AmqpOptions.Section}:{what}.");
            }
        }

        var uri = options.Uri;
        Check(uri is { Scheme: "amqp" or "amqps", Host.Length: > 0 }, "Address is neither amqp(s)://host:port nor the host name of a Service Bus name space");
        Check(uri is null || uri.UserInfo.Length == 0, "Address carries a user; use UserName and Password");
        Check(Enum.IsDefined(options.Broker), "Broker is none of Auto, ServiceBus and Plain");
        Check((options.UserName is null) == (options.Password is null), "UserName and Password belong together");
        Check((options.SharedAccessKeyName is null) == (options.SharedAccessKey is null), "SharedAccessKeyName and SharedAccessKey belong together");
        Check(options.UserName is null || uri is null || uri.Scheme == "amqps" || uri.IsLoopback, "Address without TLS would send the password in clear; use amqps");
        Check(!options.IsServiceBus || uri is null || uri.Scheme == "amqps" || uri.IsLoopback, "Address of a Service Bus name space must be amqps");
        Check(options.IsServiceBus || (options.SharedAccessKeyName is null && options.ClientId is null), "SharedAccessKeyName and ClientId are for Service Bus");
        Check(!options.IsServiceBus || options.UserName is null, "UserName is not for Service Bus; use SharedAccessKeyName or an identity");
        Check(options.Prefix.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') && options.Prefix.Length <= 100, "Prefix may hold letters, digits, '-', '_' and '.', at most 100");
        Check(options.AddressFormat is null || options.AddressFormat.Contains("{0}", StringComparison.Ordinal), "AddressFormat has no {0}");
        Check(options.TrustedCertificate is not { } file || File.Exists(file), "TrustedCertificate names no file");
        Check(options.TimeoutSeconds is >= 1 and <= 120, "TimeoutSeconds is not between 1 and 120");
        Check(options.IdleTimeoutSeconds is >= 10 and <= 600, "IdleTimeoutSeconds is not between 10 and 600");
        return mistakes.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(mistakes);
    }
}
