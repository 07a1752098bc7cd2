using Amqp;

namespace AllianceNotify.Amqp.Receiving;

/// <summary>
/// One lane's queue as this process receives from it: the credit the broker has, what has come and is not handed out, and
/// whether the broker is known to have nothing more. Used under its receiver's lock.
/// </summary>
internal sealed class LaneLink(bool tellsAvailable, TimeProvider time, TimeProvider wire)
{
    /// <summary>How long a broker that does not say how much it has may take to bring it.</summary>
    internal static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(50);

    private readonly Queue<Arrival> waiting = new();
    private int credit;
    private long askedAt;
    private bool answered;
    private long promised;

    public ReceiverLink? Link { get; set; }

    public int Waiting => waiting.Count;

    public IEnumerable<Arrival> All => waiting;

    /// <summary>When the first of what waits here came.</summary>
    public DateTimeOffset WaitingSince { get; private set; }

    /// <summary>The broker may send, has been able to for long enough, and has not: a lower lane may go ahead.</summary>
    public bool IsQuiet => waiting.Count == 0 && credit > 0
        && ((tellsAvailable && answered && promised <= 0) || wire.GetElapsedTime(askedAt) >= Grace);

    /// <summary>When it will be quiet if nothing comes.</summary>
    public TimeSpan QuietIn => Grace - wire.GetElapsedTime(askedAt);

    /// <summary>
    /// Lets the broker send until as many are here or on their way. RabbitMQ 3 counts what is on its way twice when the credit is
    /// raised meanwhile, and then sends more than it may, which ends the connection: there, all is used up first.
    /// </summary>
    public void Ask(int wanted)
    {
        if (tellsAvailable && credit > 0)
        {
            return;
        }

        // One more than is wanted keeps a trickle from using the credit up, after which quiet would have to be waited for again.
        var more = wanted + (tellsAvailable ? 0 : 1) - credit - waiting.Count;
        if (more <= 0 || Link is not { IsClosed: false } link)
        {
            return;
        }

        if (credit == 0)
        {
            (askedAt, answered) = (wire.GetTimestamp(), false);
        }

        credit += more;
        link.SetCredit(more, CreditMode.Manual);
    }

    public void Arrived(Arrival arrival)
    {
        if (waiting.Count == 0)
        {
            WaitingSince = time.GetUtcNow();
        }

        waiting.Enqueue(arrival);
        credit--;
        promised--;
    }

    /// <summary>What the broker had ready when it took the latest credit.</summary>
    public void Told(uint available)
    {
        answered = true;
        promised = Math.Min(available, credit);
    }

    public Arrival? Next => waiting.TryPeek(out var arrival) ? arrival : null;

    public Arrival Take()
    {
        WaitingSince = time.GetUtcNow();
        return waiting.Dequeue();
    }

    /// <summary>The link is gone and the broker has everything back.</summary>
    public void Clear()
    {
        waiting.Clear();
        (Link, credit, promised, answered) = (null, 0, 0, false);
    }
}
