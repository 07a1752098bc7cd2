using AllianceNotify.Sqlite.Files;
using Microsoft.Extensions.Logging;

namespace AllianceNotify.Sqlite.Commits;

/// <summary>What a write sees while the writer runs it. Only ever on the writer's thread.</summary>
internal sealed class WriterSession(FileConnection connection, SteadyClock clock, ReceiverLines receivers, long epoch, ILogger logger)
{
    private const int BitsPerEpoch = 40;
    private long issued;

    public FileConnection Connection => connection;

    public ILogger Logger => logger;

    /// <summary>UTC ticks.</summary>
    public long Now => clock.Now;

    /// <summary>A number that no row of this file has ever had, larger than all before: versions, leases, dead letters.</summary>
    public long NextNumber() => (epoch << BitsPerEpoch) | ++issued;

    /// <summary>There may be something to lease on the queue; waiting receivers get it in this same transaction.</summary>
    public void Wake(string queue) => receivers.Wake(queue);
}
