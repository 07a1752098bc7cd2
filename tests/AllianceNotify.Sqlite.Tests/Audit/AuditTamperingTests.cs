using System.Globalization;
using System.Text;
using AllianceNotify.Audit;
using Microsoft.Data.Sqlite;
using Xunit;

namespace AllianceNotify.Sqlite.Tests.Audit;

/// <summary>The audit log in the file, and somebody who edits the file.</summary>
public sealed class AuditTamperingTests : IAsyncLifetime
{
    private static readonly System.Text.Json.JsonSerializerOptions Web = new(System.Text.Json.JsonSerializerDefaults.Web);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("alliancenotify-audit-");

    private string Path => System.IO.Path.Combine(folder.FullName, "hub.db");

    public async Task InitializeAsync()
    {
        using var database = SqliteDatabase.Open(new SqliteOptions { Path = Path }, TimeProvider.System);
        using var log = new AuditLog(new SqliteEntityStore(database), TimeProvider.System);
        for (var i = 1; i <= 5; i++)
        {
            await log.AppendAsync(new AuditOrder("k-1", "Sample Administrator", "change-contact", $"contacts/c-{i}"), default);
        }
    }

    public Task DisposeAsync()
    {
        folder.Delete(recursive: true);
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Untouched_it_is_unbroken() => Assert.Equal(5, Assert.IsType<AuditVerdict.Unbroken>(await VerifyAsync()).Entries);

    [Fact]
    public async Task A_changed_entry_is_found() => await AssertBrokenAsync(
        3, "was changed", $"UPDATE entities SET body = CAST(replace(CAST(body AS TEXT), 'contacts/c-3', 'contacts/c-9') AS BLOB) WHERE {Row(3)}");

    [Fact]
    public async Task A_removed_entry_is_found() => await AssertBrokenAsync(3, "is missing", $"DELETE FROM entities WHERE {Row(3)}");

    [Fact]
    public async Task A_removed_first_entry_is_found() => await AssertBrokenAsync(1, "is missing", $"DELETE FROM entities WHERE {Row(1)}");

    [Fact]
    public async Task A_removed_last_entry_is_found() => await AssertBrokenAsync(5, "is missing", $"DELETE FROM entities WHERE {Row(5)}");

    [Fact]
    public async Task Entries_that_changed_places_are_found() => await AssertBrokenAsync(
        2,
        "out of order",
        $"""
        UPDATE entities SET body = (SELECT CASE WHEN {Row(2)} THEN later.body ELSE earlier.body END
          FROM (SELECT body FROM entities WHERE {Row(2)}) AS earlier, (SELECT body FROM entities WHERE {Row(4)}) AS later)
        WHERE {Row(2)} OR {Row(4)}
        """);

    [Fact]
    public async Task An_entry_put_in_the_place_of_another_with_a_hash_of_its_own_is_found()
    {
        using (var database = SqliteDatabase.Open(new SqliteOptions { Path = Path }, TimeProvider.System))
        {
            var store = new SqliteEntityStore(database);
            using var log = new AuditLog(store, TimeProvider.System);
            var third = (await log.ReadAsync(2).FirstAsync()) with { Subject = "contacts/c-9" };
            var forged = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(third.Sealed(), Web);
            await store.WriteAsync(new Storage.TableName("Audit"), "log", new Storage.EntityWrite.Upsert($"{3:D19}", forged), default);
        }

        Assert.Equal(4, Assert.IsType<AuditVerdict.Broken>(await VerifyAsync()).Number);
    }

    [Fact]
    public async Task A_head_that_was_set_back_with_its_entries_is_found_by_the_anchor()
    {
        var last = Assert.IsType<AuditVerdict.Unbroken>(await VerifyAsync());

        Execute($"DELETE FROM entities WHERE {Row(5)}");
        Execute(
            $"""
            UPDATE entities SET body = (SELECT CAST(json_object('number', 4, 'hash', said ->> 'hash', 'at', said ->> 'at') AS BLOB)
              FROM (SELECT CAST(body AS TEXT) AS said FROM entities WHERE {Row(4)}))
            WHERE {Row("head")}
            """);

        Assert.Equal(4, Assert.IsType<AuditVerdict.Unbroken>(await VerifyAsync()).Entries);
        Assert.Equal(5, Assert.IsType<AuditVerdict.Broken>(await VerifyAsync((last.Entries, last.LastHash))).Number);
    }

    private async Task AssertBrokenAsync(long number, string reason, string sql)
    {
        Execute(sql);

        var broken = Assert.IsType<AuditVerdict.Broken>(await VerifyAsync());

        Assert.Equal(number, broken.Number);
        Assert.Contains(reason, broken.Reason, StringComparison.Ordinal);
    }

    private async Task<AuditVerdict> VerifyAsync((long Number, string Hash)? anchor = null)
    {
        using var database = SqliteDatabase.Open(new SqliteOptions { Path = Path }, TimeProvider.System);
        using var log = new AuditLog(new SqliteEntityStore(database), TimeProvider.System);
        return await log.VerifyAsync(anchor, default);
    }

    private void Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The test's own words.
        command.CommandText = sql;
#pragma warning restore CA2100
        Assert.True(command.ExecuteNonQuery() > 0, "Nothing was tampered with.");
    }

    private static string Row(int number) => Row(number.ToString("D19", CultureInfo.InvariantCulture));

    private static string Row(string row) => $"(key = X'{Convert.ToHexString(Encoding.ASCII.GetBytes($"Audit\0log\0{row}"))}')";
}
