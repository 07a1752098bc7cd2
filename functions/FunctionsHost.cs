namespace AllianceNotify.Functions;

/// <summary>
/// Whether the Azure Functions host runs the hub, as its custom handler or in an isolated worker. The host then forwards HTTP,
/// hands over what waits in the queues and keeps the clock; the hub's own pumps stay off.
/// </summary>
internal static class FunctionsHost
{
    /// <summary>Where the host expects its handler on loopback. Only the host sets it.</summary>
    public const string PortSetting = "FUNCTIONS_CUSTOMHANDLER_PORT";

    /// <summary>Set by <see cref="HubArguments.Handed"/>.</summary>
    internal const string HandedSetting = "Hub:Handed";

    /// <summary>What the host takes as a handler's failure, to be started again; it leaves one alone that ends with 0.</summary>
    public const int ExitCode = 1;

    public static bool IsUnderFunctionsHost(this IConfiguration configuration) =>
        configuration.IsCustomHandler() || configuration[HandedSetting] == "true";

    public static bool IsCustomHandler(this IConfiguration configuration) => configuration[PortSetting] is { Length: > 0 };

    public static bool IsUnderFunctionsHost(this WebApplicationBuilder builder) => builder.Configuration.IsUnderFunctionsHost();
}
