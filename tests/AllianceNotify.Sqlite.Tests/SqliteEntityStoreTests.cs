using AllianceNotify.Contracts.Storage;
using AllianceNotify.Storage;

namespace AllianceNotify.Sqlite.Tests;

public sealed class SqliteEntityStoreTests : EntityStoreContract, IDisposable
{
    private readonly TemporaryFile file = new();
    private SqliteDatabase? database;

    public void Dispose()
    {
        database?.Dispose();
        file.Dispose();
    }

    protected override Task<IEntityStore> CreateAsync()
    {
        database = SqliteDatabase.Open(new SqliteOptions { Path = file.Path }, TimeProvider.System);
        return Task.FromResult<IEntityStore>(new SqliteEntityStore(database));
    }
}
