using AllianceNotify.Contracts.Storage;
using AllianceNotify.Storage;

namespace AllianceNotify.Sqlite.Tests;

public sealed class SqliteEntityDumpTests : EntityDumpContract, IDisposable
{
    private readonly TemporaryFile file = new();
    private SqliteDatabase? database;

    public void Dispose()
    {
        database?.Dispose();
        file.Dispose();
    }

    protected override Task<(IEntityStore Store, IEntityDump Dump)> CreateAsync()
    {
        database = SqliteDatabase.Open(new SqliteOptions { Path = file.Path }, TimeProvider.System);
        var store = new SqliteEntityStore(database);
        return Task.FromResult<(IEntityStore, IEntityDump)>((store, store));
    }
}
