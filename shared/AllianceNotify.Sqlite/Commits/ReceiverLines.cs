using AllianceNotify.Sqlite.Messages;

namespace AllianceNotify.Sqlite.Commits;

/// <summary>
/// The receivers that wait, one line a queue, first come first served. Only ever on the writer's thread.
/// </summary>
internal sealed class ReceiverLines
{
    private readonly Dictionary<string, ReceiverLine> lines = new(StringComparer.Ordinal);

    /// <summary>When a message becomes visible to somebody who waits for it: UTC ticks, or <see cref="long.MaxValue"/>.</summary>
    public long NextVisible => lines.Values.Where(line => line.Waiting.Count > 0).Select(line => line.NextVisible).DefaultIfEmpty(long.MaxValue).Min();

    public bool AnyWaiting => lines.Values.Any(line => line.Waiting.Count > 0);

    public bool AnyAwake => lines.Values.Any(line => line.Awake && line.Waiting.Count > 0);

    public IEnumerable<ReceiverLine> Awake => lines.Values.Where(line => line.Awake);

    public void Join(ReceiveWrite receiver)
    {
        if (!lines.TryGetValue(receiver.Queue.Value, out var line))
        {
            lines[receiver.Queue.Value] = line = new ReceiverLine(receiver.Queue.Value);
        }

        // Receivers that gave up are dropped here, so that a queue on which nothing comes does not collect them.
        line.DropCancelled();
        line.Waiting.AddLast(receiver);
        line.Awake = true;
    }

    public void Wake(string queue)
    {
        if (lines.TryGetValue(queue, out var line))
        {
            line.Awake = true;
        }
    }

    public void WakeDue(long now)
    {
        foreach (var line in lines.Values.Where(line => line.NextVisible <= now))
        {
            line.Awake = true;
        }
    }

    public void WakeAll()
    {
        foreach (var line in lines.Values)
        {
            line.Awake = true;
        }
    }

    /// <summary>The transaction that looked for messages is on the disk.</summary>
    public void Settle()
    {
        foreach (var line in lines.Values)
        {
            line.Awake = false;
        }
    }

    /// <summary>The database failed: those who wait look again later.</summary>
    public void Postpone(long until)
    {
        foreach (var line in lines.Values.Where(line => line.Awake))
        {
            line.Awake = false;
            line.NextVisible = until;
        }
    }

    public void FailAll(Exception error)
    {
        foreach (var receiver in lines.Values.SelectMany(line => line.Waiting).Where(receiver => receiver.TryStart()))
        {
            receiver.Fail(error);
        }

        lines.Clear();
    }
}

internal sealed class ReceiverLine(string queue)
{
    public string Queue => queue;

    public LinkedList<ReceiveWrite> Waiting { get; } = [];

    /// <summary>Whether to look for messages in the next transaction.</summary>
    public bool Awake { get; set; }

    /// <summary>UTC ticks of the earliest time at which looking again is worth it.</summary>
    public long NextVisible { get; set; } = long.MaxValue;

    public void DropCancelled()
    {
        for (var node = Waiting.First; node is not null;)
        {
            var next = node.Next;
            if (!node.Value.IsWaiting)
            {
                Waiting.Remove(node);
            }

            node = next;
        }
    }
}
