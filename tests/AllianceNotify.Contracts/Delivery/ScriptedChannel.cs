using System.Collections.Concurrent;
using AllianceNotify.Contacts;
using AllianceNotify.Delivery;

namespace AllianceNotify.Contracts.Delivery;

/// <summary>One recipient of one send that a <see cref="ScriptedChannel"/> was asked for.</summary>
public sealed record ScriptedSend(
    ContactId Contact, string Address, string MessageId, Uri AcknowledgeUrl, int Round, DateTimeOffset At, bool Delivered, int Group);

/// <summary>A channel whose receiving side a test writes. Addresses are <c>target/name</c>: what stands before the slash shares limits.</summary>
public sealed class ScriptedChannel(TimeProvider time, string name = "scripted", int maxRecipients = 1) : IAlertChannel
{
    private readonly ConcurrentQueue<ScriptedSend> sends = new();
    private int groups;
    private int inFlight;
    private int mostInFlight;

    public string Name => name;

    public int MaxRecipients => maxRecipients;

    /// <summary>What the receiving side does with one recipient; by default it takes everything.</summary>
    public Func<DispatchRecipient, CancellationToken, Task<DeliveryOutcome>> Answer { get; set; } =
        (_, _) => Task.FromResult<DeliveryOutcome>(new DeliveryOutcome.Delivered());

    /// <summary>Everything it was asked to send, in order.</summary>
    public IReadOnlyList<ScriptedSend> Sends => [.. sends];

    public int MostInFlight => mostInFlight;

    public string TargetOf(string address) => address.Split('/')[0];

    public async Task<IReadOnlyList<DeliveryOutcome>> SendAsync(AlertDispatch dispatch, CancellationToken cancellationToken)
    {
        var group = Interlocked.Increment(ref groups);
        InterlockedMax(ref mostInFlight, Interlocked.Increment(ref inFlight));
        try
        {
            var outcomes = new List<DeliveryOutcome>();
            foreach (var recipient in dispatch.Recipients)
            {
                var outcome = await Answer(recipient, cancellationToken);
                sends.Enqueue(new ScriptedSend(
                    recipient.Contact,
                    recipient.Address,
                    recipient.MessageId,
                    recipient.AcknowledgeUrl,
                    dispatch.Round,
                    time.GetUtcNow(),
                    outcome is DeliveryOutcome.Delivered,
                    group));
                outcomes.Add(outcome);
            }

            return outcomes;
        }
        finally
        {
            Interlocked.Decrement(ref inFlight);
        }
    }

    private static void InterlockedMax(ref int target, int value)
    {
        int seen;
        while ((seen = Volatile.Read(ref target)) < value && Interlocked.CompareExchange(ref target, value, seen) != seen)
        {
        }
    }
}
