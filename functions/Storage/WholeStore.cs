using AllianceNotify.Storage;

namespace AllianceNotify.Functions.Storage;

/// <summary>No hub serves from a store into which another is still being copied: it would answer from half of what it knows.</summary>
internal sealed class WholeStore(IEntityStore store) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (await CopyStore.UnfinishedFromAsync(store, cancellationToken) is { } source)
        {
            throw new InvalidOperationException($"The copy into this store from {source} has not ended: run migrate again until it says that it is done.");
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
