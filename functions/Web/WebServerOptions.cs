using System.ComponentModel.DataAnnotations;

namespace AllianceNotify.Functions.Web;

/// <summary>Bounds on what clients may ask of the server: section <c>Http</c>.</summary>
internal sealed class WebServerOptions
{
    public const string Section = "Http";

    /// <summary>Largest request body in bytes (413 above it).</summary>
    [Range(1_024, 100 * 1_048_576)]
    public long MaxBodyBytes { get; set; } = 1_048_576;

    /// <summary>Largest body of a batch or an import, which are read as they arrive.</summary>
    [Range(1_024, 10L * 1_073_741_824)]
    public long MaxBatchBytes { get; set; } = 256 * 1_048_576;

    /// <summary>Requests that one API key may make in a minute, at once or spread over it (429 above it), counted by each instance for itself; 0: no limit.</summary>
    [Range(0, int.MaxValue)]
    public int RequestsPerMinute { get; set; } = 60_000;

    /// <summary>Connections that clients may hold; derived from the process's descriptor limit unless set.</summary>
    [Range(1, 1_000_000)]
    public int? MaxConnections { get; set; }
}
