namespace AllianceNotify.LoadDriver;

/// <summary>How a hub process is started.</summary>
public sealed record HubLaunch
{
    /// <summary>The built executable, <c>AllianceNotify.Functions.dll</c>.</summary>
    public required string Assembly { get; init; }

    /// <summary>Folder of the store; the hub makes it.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Configuration as environment variables (<c>Pumps__Enabled</c>).</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>Soft and hard limit of file descriptors; null: what this process has.</summary>
    public int? OpenFiles { get; init; }

    /// <summary>The executable beside this program: the build copies it there with what it needs to run.</summary>
    public static string AssemblyBesideThisProgram { get; } = Path.Combine(AppContext.BaseDirectory, "AllianceNotify.Functions.dll");
}
