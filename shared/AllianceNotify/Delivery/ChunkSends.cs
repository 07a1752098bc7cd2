using System.Collections.Concurrent;
using AllianceNotify.Acknowledgement;
using AllianceNotify.Messaging;

namespace AllianceNotify.Delivery;

/// <summary>The sends of one chunk: each target on its own, as many at a time as the target takes, bounded over the process.</summary>
/// <param name="sendUntil">When <paramref name="cutOff"/> comes by itself.</param>
/// <param name="cutOff">Ends sends in flight: the claim is about to end.</param>
/// <param name="stopping">Nothing new is begun.</param>
internal sealed class ChunkSends(
    DeliveryChunk chunk,
    Sendable.Ready ready,
    IAlertChannel channel,
    AcknowledgeLinks links,
    OutcomeRecorder recorder,
    DeliveryOptions options,
    Backoff backoff,
    SemaphoreSlim sendSlots,
    TimeProvider time,
    DateTimeOffset sendUntil,
    CancellationToken cutOff,
    CancellationToken stopping)
{
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(1);

    // Where there is time for a whole send, none is begun that would be cut off.
    private readonly DateTimeOffset lastBegin =
        sendUntil - options.For(chunk.Channel).Timeout is var last && last > time.GetUtcNow() ? last : sendUntil;

    private readonly ConcurrentDictionary<(ChannelTarget Target, int Attempts), TimeSpan> waits = new();

    /// <summary>What the channel threw. The deliveries concerned stay claimed.</summary>
    public ConcurrentQueue<Exception> Bugs { get; } = new();

    public async Task RunAsync(TargetShare share)
    {
        var groups = share.Claimed.Chunk(channel.MaxRecipients).ToList();
        var next = -1;
        async Task WorkAsync()
        {
            while (Interlocked.Increment(ref next) is var index && index < groups.Count)
            {
                await SendAsync(share, groups[index]).ConfigureAwait(false);
            }
        }

        await Task.WhenAll(Enumerable.Range(0, Math.Min(share.Target.MaxConcurrency, groups.Count)).Select(_ => WorkAsync())).ConfigureAwait(false);
    }

    private async Task SendAsync(TargetShare share, ClaimedDelivery[] group)
    {
        SendAnswer answer;
        try
        {
            answer = await AskAsync(share, group).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Begun and cut off by shutdown: like a crash, and like after one the claim is taken over by the redelivered message.
            Bugs.Enqueue(new OperationCanceledException("The process stopped while alerts were being sent.", stopping));
            return;
        }
        catch (OperationCanceledException) when (cutOff.IsCancellationRequested)
        {
            answer = new SendAnswer.Outcomes([.. group.Select(_ => new DeliveryOutcome.Deferred(null, "No answer before the worker's time was up."))]);
        }
#pragma warning disable CA1031 // Whatever a channel throws must not take the other targets' outcomes with it; the caller throws it on.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Bugs.Enqueue(exception);
            return;
        }

        var now = time.GetUtcNow();
        for (var i = 0; i < group.Length; i++)
        {
            recorder.Add(group[i], answer switch
            {
                SendAnswer.Outcomes outcomes => DeliveryStep.After(
                    group[i].Record, outcomes.Answers[i], now, options.For(chunk.Channel), attempts => WaitFor(share.Target, attempts)),
                SendAnswer.NotBegun notBegun => DeliveryStep.Release(
                    group[i].Read, notBegun.Until > now ? notBegun.Until : stopping.IsCancellationRequested ? now : now + AskAgain),
                _ => throw new InvalidOperationException($"Unknown answer {answer.GetType().Name}."),
            });
        }
    }

    private async Task<SendAnswer> AskAsync(TargetShare share, ClaimedDelivery[] group)
    {
        if (stopping.IsCancellationRequested || time.GetUtcNow() >= lastBegin)
        {
            return new SendAnswer.NotBegun(time.GetUtcNow());
        }

        try
        {
            await sendSlots.WaitAsync(cutOff).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cutOff.IsCancellationRequested)
        {
            return new SendAnswer.NotBegun(time.GetUtcNow());
        }

        try
        {
            return await share.Target.SendAsync(channel, DispatchTo(group), share.Entry.Admission!, cutOff).ConfigureAwait(false);
        }
        finally
        {
            sendSlots.Release();
        }
    }

    private AlertDispatch DispatchTo(ClaimedDelivery[] group)
    {
        // What several people receive must not carry one person's right to answer.
        var shared = channel.MaxRecipients > 1 ? links.SignInUrlFor(ready.Alert.Id) : null;
        return new AlertDispatch(ready.Alert, ready.Content, [.. group.Select(claim => new DispatchRecipient
        {
            Contact = claim.Record.Contact,
            Address = claim.Record.Address,
            DisplayName = claim.Record.DisplayName,
            MessageId = claim.Record.MessageId,
            ThreadMessageId = claim.Record.ThreadMessageId,
            AcknowledgeUrl = shared ?? links.UrlFor(ready.Alert.Id, claim.Record.Contact, ready.Alert.MadeAt + AcknowledgeLinks.Lifetime),
        })])
        {
            Round = chunk.Round,
        };
    }

    /// <summary>One draw for all deliveries of a target that have been tried as often, so that they come back in one message.</summary>
    private TimeSpan WaitFor(ChannelTarget target, int attempts) =>
        waits.GetOrAdd((target, attempts), key => backoff.After(key.Attempts, options.For(chunk.Channel)));
}
