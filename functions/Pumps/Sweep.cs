namespace AllianceNotify.Functions.Pumps;

/// <summary>Work done by the clock. <paramref name="run"/> does what is due and can be run again at any time.</summary>
internal sealed class Sweep(string name, TimeSpan every, Func<CancellationToken, Task> run, TimeProvider time)
{
    private long lastDone = time.GetUtcNow().UtcTicks;

    public string Name => name;

    public TimeSpan Every => every;

    /// <summary>Whether it has done its work lately: within ten of its intervals, at least half a minute.</summary>
    public bool IsAlive(DateTimeOffset now) =>
        now.UtcTicks - Interlocked.Read(ref lastDone) <= Math.Max(every.Ticks * 10, TimeSpan.FromSeconds(30).Ticks);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await run(cancellationToken);
        Interlocked.Exchange(ref lastDone, time.GetUtcNow().UtcTicks);
    }
}
