using System.Collections.Concurrent;

namespace AllianceNotify.Delivery;

/// <summary>The targets in use, by name, made on first use from their channel's limits. Bounded: the longest idle are forgotten.</summary>
internal sealed class ChannelPipelines(DeliveryOptions options, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, ChannelTarget> targets = new(StringComparer.Ordinal);
    private readonly Lock trimming = new();

    public int Count => targets.Count;

    public ChannelTarget For(string channel, string target)
    {
        if (targets.TryGetValue(target, out var known))
        {
            return known;
        }

        Trim();
        return targets.GetOrAdd(
            target,
            static (_, made) => new ChannelTarget(made.Limits, made.Chunks, made.Time),
            (Limits: options.For(channel), Chunks: options.ChunksPerTarget, Time: time));
    }

    /// <summary>
    /// Forgets an eighth once the bound is reached. A target that works or whose circuit is open stays, even beyond the bound:
    /// those are as few as the process has sends in flight and targets that fail.
    /// </summary>
    private void Trim()
    {
        if (targets.Count < options.MaxTargets)
        {
            return;
        }

        lock (trimming)
        {
            var idle = targets.Where(pair => pair.Value.Forgettable).OrderBy(pair => pair.Value.LastUsed).Take(Math.Max(1, options.MaxTargets / 8));
            foreach (var pair in idle.ToList())
            {
                targets.TryRemove(pair);
            }
        }
    }
}
