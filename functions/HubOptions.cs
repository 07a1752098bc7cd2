using AllianceNotify.Functions.Web;

namespace AllianceNotify.Functions;

/// <summary>Where the hub keeps its things and is found: section <c>Hub</c>.</summary>
internal sealed class HubOptions
{
    public const string Section = "Hub";

    /// <summary>
    /// Folder of the embedded store and the outbox; <c>data</c> under the working directory unless set, and under the Functions
    /// host, which starts its handler anew when a folder appears there, one of the system's for temporary files. Made readable
    /// by its owner only.
    /// </summary>
    public string DataDirectory { get; set; } = "data";

    /// <summary>What to listen on, separated by semicolons.</summary>
    public string Urls { get; set; } = ListenAddress.Default;

    /// <summary>Where readers reach the hub, for the links in alerts; the first address listened on unless set.</summary>
    public Uri? PublicUrl { get; set; }

    /// <summary>Must be set before the hub listens on anything but loopback.</summary>
    public bool AllowRemote { get; set; }
}
