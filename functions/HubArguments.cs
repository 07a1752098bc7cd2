namespace AllianceNotify.Functions;

/// <summary>What the command line says over the configuration.</summary>
internal sealed record HubArguments(string? Urls = null, string? Data = null)
{
    /// <summary>False for a verb that works on the store beside a hub that may be serving from it.</summary>
    public bool Serves { get; init; } = true;

    /// <summary>There have to be records already: the verb looks at them, and a folder named wrong must not become an empty store.</summary>
    public bool ExpectsStore { get; init; }

    /// <summary>There have to be queues already, likewise.</summary>
    public bool ExpectsQueue { get; init; }

    /// <summary>Every channel writes to the outbox, whatever is configured: nothing leaves the machine.</summary>
    public bool OutboxOnly { get; init; }

    /// <summary>Another program under the Functions host hands over requests and messages: the hub neither listens nor takes anything by itself.</summary>
    public bool Handed { get; init; }

    /// <summary>Only errors are logged, so that what is printed for a person stays in sight.</summary>
    public bool Quiet { get; init; }

    public Dictionary<string, string?> ToConfiguration()
    {
        var settings = new Dictionary<string, string?>();
        if (Handed)
        {
            settings[FunctionsHost.HandedSetting] = "true";
        }

        if (Urls is not null)
        {
            settings[$"{HubOptions.Section}:{nameof(HubOptions.Urls)}"] = Urls;
        }
        else if (Environment.GetEnvironmentVariable(FunctionsHost.PortSetting) is { Length: > 0 } port)
        {
            settings[$"{HubOptions.Section}:{nameof(HubOptions.Urls)}"] = $"http://127.0.0.1:{port}";
        }

        if (Data is not null)
        {
            settings[$"{HubOptions.Section}:{nameof(HubOptions.DataDirectory)}"] = Data;
        }

        return settings;
    }
}
