using AllianceNotify.Delivery;
using AllianceNotify.Messaging;
using AllianceNotify.Situations;
using AllianceNotify.Sqlite;
using Microsoft.Data.Sqlite;

namespace AllianceNotify.Functions.Tests.Crash;

/// <summary>What a hub was in the middle of when it was killed, read from a copy of its files, so that the hub itself meets them as they were left.</summary>
/// <param name="LeasedMessages">Messages in a stage's hands, by queue.</param>
/// <param name="Claims">Deliveries that a worker had taken: begun perhaps, and nothing recorded of how they ended.</param>
internal sealed record CrashedStore(IReadOnlyDictionary<string, int> LeasedMessages, IReadOnlySet<Claim> Claims)
{
    public static async Task<CrashedStore> ReadAsync(string data, string copy)
    {
        Directory.CreateDirectory(copy);
        try
        {
            foreach (var file in new[] { "hub.db", "hub.db-wal" }.Where(file => File.Exists(Path.Combine(data, file))))
            {
                File.Copy(Path.Combine(data, file), Path.Combine(copy, file));
            }

            var path = Path.Combine(copy, "hub.db");
            return new CrashedStore(ReadLeases(path), await ReadClaimsAsync(path));
        }
        finally
        {
            Directory.Delete(copy, recursive: true);
        }
    }

    private static Dictionary<string, int> ReadLeases(string path)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT queue, count(*) FROM messages WHERE lease <> 0 GROUP BY queue";
        using var reader = command.ExecuteReader();
        var leases = QueueName.All.ToDictionary(queue => queue.Value, _ => 0);
        while (reader.Read())
        {
            leases[reader.GetString(0)] = reader.GetInt32(1);
        }

        return leases;
    }

    private static async Task<HashSet<Claim>> ReadClaimsAsync(string path)
    {
        using var database = SqliteDatabase.Open(new SqliteOptions { Path = path, Exclusive = false }, TimeProvider.System);
        var store = new SqliteEntityStore(database);
        var situations = new SituationTable(store);
        var deliveries = new DeliveryTable(store);
        var claims = new HashSet<Claim>();
        await foreach (var (_, situation) in situations.ListAsync(null, CancellationToken.None))
        {
            await foreach (var alert in situations.ListAlertsAsync(situation.Id, CancellationToken.None))
            {
                await foreach (var delivery in deliveries.ListAsync(alert.Value.Id, CancellationToken.None))
                {
                    if (delivery.Value.State == DeliveryState.Sending)
                    {
                        claims.Add(new Claim(delivery.Value.MessageId, delivery.Value.ClaimUntil));
                    }
                }
            }
        }

        return claims;
    }
}

/// <summary>One taking of one delivery: a delivery that is taken again has another end.</summary>
internal sealed record Claim(string MessageId, DateTimeOffset? Until);
