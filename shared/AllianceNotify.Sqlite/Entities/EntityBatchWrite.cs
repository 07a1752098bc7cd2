using System.Globalization;
using AllianceNotify.Sqlite.Commits;
using AllianceNotify.Storage;

namespace AllianceNotify.Sqlite.Entities;

/// <summary>One write, or several of which all or none apply.</summary>
internal sealed class EntityBatchWrite : PendingWrite<WriteResult>
{
    private readonly IReadOnlyList<EntityWrite> writes;
    private readonly byte[][] keys;

    public EntityBatchWrite(IReadOnlyList<EntityWrite> writes, Func<string, byte[]> keyOf)
    {
        this.writes = writes;
        keys = [.. writes.Select(write => keyOf(write.Row))];
        Bytes = writes.Sum(write => EntityLimits.BodyOf(write).Length + 512);
    }

    public override int Bytes { get; }

    public static ETag Tag(long version) => new(version.ToString(CultureInfo.InvariantCulture));

    public override void Run(WriterSession session) => Result = Apply(session);

    /// <summary>As a part of another write.</summary>
    public WriteResult Apply(WriterSession session)
    {
        var etags = new ETag[writes.Count];
        if (writes.Count > 1)
        {
            session.Connection.Prepare("SAVEPOINT batch").Run();
        }

        WriteResult.Conflict? conflict = null;
        for (var i = 0; i < writes.Count && conflict is null; i++)
        {
            conflict = Apply(session, i, etags);
        }

        if (writes.Count > 1)
        {
            if (conflict is not null)
            {
                session.Connection.Prepare("ROLLBACK TO batch").Run();
            }

            session.Connection.Prepare("RELEASE batch").Run();
        }

        return conflict is null ? new WriteResult.Applied(etags) : conflict;
    }

    private WriteResult.Conflict? Apply(WriterSession session, int index, ETag[] etags)
    {
        var connection = session.Connection;
        var key = keys[index];
        var version = session.NextNumber();
        var changed = writes[index] switch
        {
            EntityWrite.Insert insert => connection.Prepare(EntitySql.Insert).Bind(1, key).Bind(2, version).Bind(3, insert.Body.Span).Run(),
            EntityWrite.Upsert upsert => connection.Prepare(EntitySql.Upsert).Bind(1, key).Bind(2, version).Bind(3, upsert.Body.Span).Run(),
            EntityWrite.Replace replace => connection.Prepare(EntitySql.Replace)
                .Bind(1, key).Bind(2, version).Bind(3, replace.Body.Span).Bind(4, VersionOf(replace.IfMatch)).Run(),
            EntityWrite.Delete { IfMatch: { } match } => connection.Prepare(EntitySql.DeleteVersion).Bind(1, key).Bind(2, VersionOf(match)).Run(),
            _ => connection.Prepare(EntitySql.Delete).Bind(1, key).Run(),
        };
        if (changed == 1)
        {
            etags[index] = writes[index] is EntityWrite.Delete ? default : Tag(version);
            return null;
        }

        return writes[index] switch
        {
            EntityWrite.Insert => new WriteResult.Conflict(index, ConflictKind.AlreadyExists),
            EntityWrite.Delete { IfMatch: null } => null,
            _ when connection.Prepare(EntitySql.Exists).Bind(1, key).ReadInteger() is null => new WriteResult.Conflict(index, ConflictKind.Missing),
            _ => new WriteResult.Conflict(index, ConflictKind.Changed),
        };
    }

    /// <summary>A tag that is not one of ours matches no version.</summary>
    private static long VersionOf(ETag tag) => long.TryParse(tag.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : -1;
}
