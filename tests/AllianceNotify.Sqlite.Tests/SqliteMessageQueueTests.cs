using AllianceNotify.Contracts.Messaging;
using AllianceNotify.Messaging;
using Microsoft.Extensions.Time.Testing;

namespace AllianceNotify.Sqlite.Tests;

public sealed class SqliteMessageQueueTests : MessageQueueContract, IDisposable
{
    private readonly TemporaryFile file = new();
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 11, 24, 5, 49, 0, TimeSpan.Zero));
    private SqliteDatabase? database;

    protected override DateTimeOffset Now => time.GetUtcNow();

    public void Dispose()
    {
        database?.Dispose();
        file.Dispose();
    }

    protected override Task<IMessageQueue> CreateAsync()
    {
        database = SqliteDatabase.Open(new SqliteOptions { Path = file.Path }, time);
        return Task.FromResult<IMessageQueue>(new SqliteMessageQueue(database));
    }

    protected override Task PassAsync(TimeSpan span)
    {
        time.Advance(span);
        return Task.CompletedTask;
    }
}
