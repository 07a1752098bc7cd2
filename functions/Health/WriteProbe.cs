using System.Globalization;
using System.Text;
using AllianceNotify.Functions.Web;
using AllianceNotify.Storage;

namespace AllianceNotify.Functions.Health;

/// <summary>
/// Whether the store takes writes: a full disk or a file that became read-only still answers reads. However often it is
/// asked, it writes one small row at most once in <see cref="Memory"/>, and never a second while the first hangs.
/// </summary>
internal sealed class WriteProbe(IEntityStore store, TimeProvider time)
{
    public static readonly TimeSpan Memory = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TableName Table = new("HealthProbe");

    private readonly Lock gate = new();
    private Task<bool>? outcome;
    private DateTimeOffset askedAt;
    private Task write = Task.CompletedTask;

    public Task<bool> SucceedsAsync(CancellationToken cancellationToken)
    {
        lock (gate)
        {
            var now = time.GetUtcNow();
            if (outcome is null || (outcome.IsCompleted && now - askedAt >= Memory))
            {
                outcome = ProbeAsync(now);
                askedAt = now;
            }

            return outcome.WaitAsync(cancellationToken);
        }
    }

    private async Task<bool> ProbeAsync(DateTimeOffset now)
    {
        if (!write.IsCompleted)
        {
            return false;
        }

        try
        {
            // Shared by all who ask meanwhile, so no single one of them can cancel it.
            write = WriteAsync(now);
            await write.WaitAsync(Patience, time);
            return true;
        }
        catch (Exception exception) when (ExceptionAnswers.IsOutage(exception))
        {
            return false;
        }
    }

    private async Task WriteAsync(DateTimeOffset now)
    {
        var body = Encoding.ASCII.GetBytes($"\"{now.ToString("O", CultureInfo.InvariantCulture)}\"");
        await store.WriteAsync(Table, "probe", new EntityWrite.Upsert("write", body), CancellationToken.None);
    }
}
