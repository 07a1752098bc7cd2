using AllianceNotify.Messaging;
using Polly;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace AllianceNotify.Delivery;

/// <summary>
/// One server or account behind a channel: how many may send at a time, its Polly pipeline (circuit breaker, then time-out) and
/// its load. There is no retry in the pipeline: an attempt is a message, and the delivery record counts it.
/// </summary>
internal sealed class ChannelTarget
{
    /// <summary>While one send probes a target whose circuit was open, the others ask again after this long.</summary>
    private static readonly TimeSpan ProbeWait = TimeSpan.FromSeconds(1);

    /// <summary>A circuit that a Retry-After opened stays open that long, but no longer than this.</summary>
    private static readonly TimeSpan LongestBreak = TimeSpan.FromHours(1);

    private static readonly ResiliencePropertyKey<Attempt> AttemptKey = new("alliancenotify.attempt");

    private readonly ChannelLimits limits;
    private readonly TimeProvider time;
    private readonly TargetLoad load;
    private readonly LaneGate sending;
    private readonly ResiliencePipeline<IReadOnlyList<DeliveryOutcome>> pipeline;
    private readonly Lock gate = new();
    private DateTimeOffset? openUntil;
    private bool probing;

    public ChannelTarget(ChannelLimits limits, int chunksPerTarget, TimeProvider time)
    {
        this.limits = limits;
        this.time = time;
        load = new TargetLoad(limits, chunksPerTarget);
        sending = new LaneGate(limits.MaxConcurrency);
        LastUsed = time.GetUtcNow();
        pipeline = new ResiliencePipelineBuilder<IReadOnlyList<DeliveryOutcome>> { TimeProvider = time }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<IReadOnlyList<DeliveryOutcome>>
            {
                FailureRatio = limits.BreakerFailureRatio,
                MinimumThroughput = limits.BreakerMinimum,
                SamplingDuration = limits.BreakerSampling,
                ShouldHandle = static arguments => ValueTask.FromResult(IsTargetsFailure(arguments.Outcome)),
                BreakDurationGenerator = arguments => ValueTask.FromResult(BreakFor(arguments)),
                OnOpened = arguments => Opened(arguments.BreakDuration),
                OnClosed = _ => Closed(),
            })
            .AddTimeout(limits.Timeout)
            .Build();
    }

    public DateTimeOffset LastUsed { get; private set; }

    /// <summary>Nothing is sent or waits, and no circuit is open whose state would be lost.</summary>
    public bool Forgettable
    {
        get
        {
            lock (gate)
            {
                return load.Idle && (openUntil is null || openUntil < time.GetUtcNow());
            }
        }
    }

    public int MaxConcurrency => limits.MaxConcurrency;

    /// <summary>Room for up to <paramref name="wanted"/> sends of one chunk: none while the circuit is open, one while it is being probed.</summary>
    public Entry Enter(Lane lane, int wanted)
    {
        lock (gate)
        {
            var now = time.GetUtcNow();
            LastUsed = now;
            if (openUntil is not { } until)
            {
                return new Entry(load.Enter(lane, wanted, now), null, null);
            }

            if (now < until)
            {
                return new Entry(null, until, null);
            }

            if (probing)
            {
                return new Entry(null, now + ProbeWait, null);
            }

            var admission = load.Enter(lane, 1, now);
            if (admission.Granted == 0)
            {
                return new Entry(null, admission.RestAt, null);
            }

            probing = true;
            return new Entry(admission, wanted > 1 ? now + ProbeWait : null, this);
        }
    }

    /// <summary>
    /// One send through the pipeline, once it is this lane's turn. Exceptions other than time-outs and an open circuit are the
    /// channel's bugs and pass.
    /// </summary>
    public async Task<SendAnswer> SendAsync(
        IAlertChannel channel, AlertDispatch dispatch, TargetLoad.Admission admission, CancellationToken cancellationToken)
    {
        try
        {
            await sending.EnterAsync(admission.Lane, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return new SendAnswer.NotBegun(time.GetUtcNow());
        }

        try
        {
            return await SendNowAsync(channel, dispatch, admission, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            sending.Leave();
        }
    }

    private async Task<SendAnswer> SendNowAsync(
        IAlertChannel channel, AlertDispatch dispatch, TargetLoad.Admission admission, CancellationToken cancellationToken)
    {
        var context = ResilienceContextPool.Shared.Get(cancellationToken);
        var attempt = new Attempt(channel, dispatch, admission, time);
        context.Properties.Set(AttemptKey, attempt);
        try
        {
            return new SendAnswer.Outcomes(await pipeline.ExecuteAsync(
                static async (context, attempt) => await attempt.RunAsync(context.CancellationToken).ConfigureAwait(false),
                context,
                attempt).ConfigureAwait(false));
        }
        catch (BrokenCircuitException)
        {
            lock (gate)
            {
                return new SendAnswer.NotBegun(openUntil ?? time.GetUtcNow() + ProbeWait);
            }
        }
        catch (TimeoutRejectedException)
        {
            var late = new DeliveryOutcome.Deferred(null, $"No answer within {limits.Timeout.TotalSeconds:0.###} s.");
            return new SendAnswer.Outcomes([.. dispatch.Recipients.Select(_ => late)]);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested && !attempt.Begun)
        {
            return new SendAnswer.NotBegun(time.GetUtcNow());
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private static bool IsTargetsFailure(Outcome<IReadOnlyList<DeliveryOutcome>> outcome) => outcome switch
    {
        { Exception: TimeoutRejectedException or OperationCanceledException } => true,
        { Result: { } answers } => answers.All(answer => answer is DeliveryOutcome.Deferred),
        _ => false,
    };

    private TimeSpan BreakFor(BreakDurationGeneratorArguments arguments)
    {
        var doublings = Math.Min(arguments.HalfOpenAttempts, 30);
        var chosen = TimeSpan.FromSeconds(Math.Min(limits.BreakFor.TotalSeconds * Math.Pow(2, doublings), limits.BreakAtMost.TotalSeconds));
        if (arguments.Context.Properties.TryGetValue(AttemptKey, out var attempt) && attempt.Until - time.GetUtcNow() is { } asked && asked > chosen)
        {
            return asked < LongestBreak ? asked : LongestBreak;
        }

        return chosen;
    }

    private ValueTask Opened(TimeSpan duration)
    {
        lock (gate)
        {
            openUntil = time.GetUtcNow() + duration;
        }

        return ValueTask.CompletedTask;
    }

    private ValueTask Closed()
    {
        lock (gate)
        {
            openUntil = null;
        }

        return ValueTask.CompletedTask;
    }

    private void ProbeEnded()
    {
        lock (gate)
        {
            probing = false;
        }
    }

    /// <summary>What a chunk may send to this target now, and when to ask again for the rest.</summary>
    public sealed class Entry(TargetLoad.Admission? admission, DateTimeOffset? restAt, ChannelTarget? probed) : IDisposable
    {
        public TargetLoad.Admission? Admission => admission;

        public int Granted => admission?.Granted ?? 0;

        public DateTimeOffset? RestAt => restAt ?? admission?.RestAt;

        public void Dispose()
        {
            admission?.Dispose();
            probed?.ProbeEnded();
        }
    }

    private sealed class Attempt(IAlertChannel channel, AlertDispatch dispatch, TargetLoad.Admission admission, TimeProvider time)
    {
        public bool Begun { get; private set; }

        /// <summary>The latest time that the other side named.</summary>
        public DateTimeOffset? Until { get; private set; }

        public async Task<IReadOnlyList<DeliveryOutcome>> RunAsync(CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Begun = true;
            admission.Begin(time.GetUtcNow());
            var started = time.GetTimestamp();
            try
            {
                var answers = await channel.SendAsync(dispatch, cancellationToken).ConfigureAwait(false);
                if (answers.Count != dispatch.Recipients.Count)
                {
                    throw new InvalidOperationException(
                        $"Channel {channel.Name} gave {answers.Count} outcomes for {dispatch.Recipients.Count} recipients.");
                }

                Until = answers.OfType<DeliveryOutcome.Deferred>().Max(deferred => deferred.Until);
                return answers;
            }
            finally
            {
                admission.Finish(time.GetElapsedTime(started), time.GetUtcNow());
            }
        }
    }
}

/// <summary>What came of handing one dispatch to a target.</summary>
internal abstract record SendAnswer
{
    private SendAnswer()
    {
    }

    /// <summary>The channel was asked; one outcome a recipient, in their order.</summary>
    public sealed record Outcomes(IReadOnlyList<DeliveryOutcome> Answers) : SendAnswer;

    /// <summary>The channel was not asked: no attempt. Worth another try at <paramref name="Until"/>.</summary>
    public sealed record NotBegun(DateTimeOffset Until) : SendAnswer;
}
