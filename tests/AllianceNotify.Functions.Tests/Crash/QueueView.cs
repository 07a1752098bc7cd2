using AllianceNotify.Messaging;
using AllianceNotify.Sqlite;

namespace AllianceNotify.Functions.Tests.Crash;

/// <summary>The queues of a hub that is serving, looked at from beside it.</summary>
internal sealed class QueueView(string data) : IDisposable
{
    private readonly SqliteDatabase database = SqliteDatabase.Open(
        new SqliteOptions { Path = Path.Combine(data, "hub.db"), Exclusive = false }, TimeProvider.System);

    /// <summary>Messages that wait or are in a stage's hands.</summary>
    public async Task<long> ActiveAsync()
    {
        var queue = new SqliteMessageQueue(database);
        var active = 0L;
        foreach (var name in QueueName.All)
        {
            active += (await queue.GetDepthAsync(name, CancellationToken.None)).Active;
        }

        return active;
    }

    public void Dispose() => database.Dispose();
}
