using Microsoft.Extensions.Options;

namespace AllianceNotify.Graph.Limits;

/// <summary>What mail and Teams share: the app's own limit, and the order in which everything waits.</summary>
internal sealed class GraphLimits : IDisposable
{
    public GraphLimits(IOptions<GraphOptions> options, TimeProvider time)
    {
        Turns = new Turns(time);
        App = new Scope(
            concurrency: null,
            spread: null,
            (Quota.Share(options.Value.RequestsInTenSeconds, TimeSpan.FromSeconds(10), options.Value.Instances), usage => usage.Requests));
    }

    public Turns Turns { get; }

    public Scope App { get; }

    public void Dispose() => Turns.Dispose();
}
