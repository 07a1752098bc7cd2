namespace AllianceNotify.Functions.Pumps;

internal static class LifetimeExtensions
{
    /// <summary>True once the hub has started, false where it stops first.</summary>
    public static async Task<bool> WaitForStartAsync(this IHostApplicationLifetime lifetime, CancellationToken stopping)
    {
        var started = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var onStarted = lifetime.ApplicationStarted.Register(() => started.TrySetResult(true));
        await using var onStopping = stopping.Register(() => started.TrySetResult(false));
        return await started.Task;
    }
}
