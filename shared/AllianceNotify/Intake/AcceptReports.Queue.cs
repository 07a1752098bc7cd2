using AllianceNotify.Messaging;

namespace AllianceNotify.Intake;

public sealed partial class AcceptReports
{
    private static readonly IntakeCaller QueueCaller = new() { Id = "queue:reports", MaySubmit = true };

    /// <summary>
    /// The reports that a message on <c>reports</c> is about: those that intake stored before, or those that a reporting system
    /// put there itself in any format, which are stored now, before anything else is done with them.
    /// </summary>
    public async Task<QueuedReports> ReadQueuedAsync(LeasedMessage message, CancellationToken cancellationToken)
    {
        if (QueuedReportJson.TryRead(message.Message.Body.Span) is { } id)
        {
            return await reports.GetAsync(id, cancellationToken).ConfigureAwait(false) is null
                ? new QueuedReports.Poison($"The message names report {Shown(id.Value)}, which is not stored.")
                : new QueuedReports.Stored([id]);
        }

        var (read, skipped, failure) = Parse(message.Message.Body, contentType: null, envelope: null, QueueCaller);
        switch (failure)
        {
            case null:
                return await StoreQueuedAsync(read!, skipped, cancellationToken).ConfigureAwait(false);
            case IntakeResult.Refused refused:
                Log.QueuedRefused(logger, refused.Reason);
                return new QueuedReports.Refused(refused.Reason);
            case IntakeResult.Invalid invalid:
                return new QueuedReports.Poison($"Not a report that can be read. {Shown(invalid.Errors)}");
            case IntakeResult.UnsupportedMediaType unsupported:
                return new QueuedReports.Poison(unsupported.Reason);
            case IntakeResult.TooLarge large:
                return new QueuedReports.Poison($"Larger than {large.MaxBytes} bytes.");
            default:
                throw new InvalidOperationException($"Unexpected answer {failure.GetType().Name} to a queued report.");
        }
    }

    private async Task<QueuedReports> StoreQueuedAsync(PackedReport[] read, IReadOnlyList<FieldError> skipped, CancellationToken cancellationToken)
    {
        if (read.Length == 0)
        {
            return new QueuedReports.Poison("The message is a collection without reports.");
        }

        var items = await StoreAsync(read, send: false, cancellationToken).ConfigureAwait(false);
        if (skipped.Count == 0)
        {
            return new QueuedReports.Stored([.. items.Select(item => item.Report.Id).Distinct()]);
        }

        // The message goes to a person for the entries that cannot be read; the others go on by themselves.
        await SendMissingAsync(items, cancellationToken).ConfigureAwait(false);
        return new QueuedReports.Poison($"{items.Length} entries were accepted; these cannot be read. {Shown(skipped)}");
    }

    private static string Shown(IReadOnlyList<FieldError> errors) => string.Join(" ", errors.Take(20).Select(error => $"{error.Field}: {error.Message}."));

    private static string Shown(string id) => new([.. id.Take(60).Select(c => char.IsControl(c) ? '?' : c)]);
}
