using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace AllianceNotify.Intake;

public sealed partial class AcceptReports
{
    /// <summary>
    /// A report a line, one answer a line in the lines' order; blank lines get none. Lines fail alone: a line that cannot be
    /// read, stored or queued says so, and the others go on. Several lines are on their way at once, so that they share flushes
    /// of the disk; an answer is given only when its own line is durable. An idempotency key does not apply: each line is known
    /// by its source and source id.
    /// </summary>
    public async IAsyncEnumerable<BatchLine> AcceptBatchAsync(
        PipeReader lines, IntakeCaller caller, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var lineCaller = caller with { IdempotencyKey = null };
        var answers = Channel.CreateBounded<Task<BatchLine>>(new BoundedChannelOptions(options.Concurrency) { SingleReader = true, SingleWriter = true });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var reading = ReadLinesAsync(lines, lineCaller, answers.Writer, stop.Token);
        try
        {
            await foreach (var answer in answers.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return await answer.ConfigureAwait(false);
            }
        }
        finally
        {
            // Also where the caller stops listening half way: what was started ends before this returns.
            await stop.CancelAsync().ConfigureAwait(false);
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            while (answers.Reader.TryRead(out var started))
            {
                await ((Task)started).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task ReadLinesAsync(PipeReader lines, IntakeCaller caller, ChannelWriter<Task<BatchLine>> answers, CancellationToken cancellationToken)
    {
        Exception? failure = null;
        try
        {
            await foreach (var (line, body) in LineReader.ReadAsync(lines, options.MaxBodyBytes, cancellationToken).ConfigureAwait(false))
            {
                await answers.WaitToWriteAsync(cancellationToken).ConfigureAwait(false);
                await answers.WriteAsync(AcceptLineAsync(line, body, caller, cancellationToken), cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception e)
        {
            failure = e;
            throw;
        }
        finally
        {
            answers.Complete(failure);
        }
    }

    private async Task<BatchLine> AcceptLineAsync(int line, byte[]? body, IntakeCaller caller, CancellationToken cancellationToken)
    {
        if (body is null)
        {
            return new BatchLine(line, new IntakeResult.TooLarge(options.MaxBodyBytes));
        }

        try
        {
            return new BatchLine(line, await AcceptAsync(body, "application/json", caller, cancellationToken).ConfigureAwait(false));
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // By the ports' contract an exception is storage or queue out of reach; the answer to this line says so, and
            // the sender sends it again. The other lines may still get through.
            Log.LineFailed(logger, line, e);
            return new BatchLine(line, new IntakeResult.Unavailable());
        }
    }
}
