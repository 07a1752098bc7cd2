using System.Diagnostics.Metrics;

namespace AllianceNotify.Functions.Rehearsal;

/// <summary>Meters under a name that nobody collects: what is rehearsed is never counted.</summary>
internal sealed class SilentMeters : IMeterFactory
{
    private readonly Meter meter = new("AllianceNotify.Rehearsal");

    public Meter Create(MeterOptions options) => meter;

    public void Dispose() => meter.Dispose();
}
