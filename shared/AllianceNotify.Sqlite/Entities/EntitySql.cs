namespace AllianceNotify.Sqlite.Entities;

/// <summary>The statements on entities. Each condition is part of the write itself.</summary>
internal static class EntitySql
{
    public const string Get = "SELECT version, body FROM entities WHERE key = ?1";

    public const string Range = "SELECT key, version, body FROM entities WHERE key >= ?1 AND key < ?2 ORDER BY key LIMIT ?3";

    public const string Dump = "SELECT key, version, body FROM entities WHERE key > ?1 ORDER BY key LIMIT ?2";

    public const string Insert = "INSERT INTO entities(key, version, body) VALUES (?1, ?2, ?3) ON CONFLICT(key) DO NOTHING";

    public const string Upsert = """
        INSERT INTO entities(key, version, body) VALUES (?1, ?2, ?3)
        ON CONFLICT(key) DO UPDATE SET version = excluded.version, body = excluded.body
        """;

    public const string Replace = "UPDATE entities SET version = ?2, body = ?3 WHERE key = ?1 AND version = ?4";

    public const string Delete = "DELETE FROM entities WHERE key = ?1";

    public const string DeleteVersion = "DELETE FROM entities WHERE key = ?1 AND version = ?2";

    public const string Exists = "SELECT 1 FROM entities WHERE key = ?1";
}
