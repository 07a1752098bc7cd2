namespace AllianceNotify.Functions.Pumps;

/// <summary>How many messages the pumps have in hand, for work that can wait until there are none.</summary>
internal sealed class WorkInHand
{
    private int messages;

    public bool IsNone => Volatile.Read(ref messages) == 0;

    public void Take() => Interlocked.Increment(ref messages);

    public void PutDown() => Interlocked.Decrement(ref messages);
}
