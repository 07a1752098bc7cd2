using AllianceNotify.Storage;

namespace AllianceNotify.Functions.Pumps;

/// <summary>Asks whether the store answers, after work that needs it has failed.</summary>
internal static class StoreProbe
{
    /// <summary>Never written: that a read of it is answered is all that is asked.</summary>
    private static readonly TableName Probe = new("Probe");

    /// <summary>Null where it answers, else why not.</summary>
    public static async Task<Exception?> AskAsync(this IEntityStore store, CancellationToken cancellationToken)
    {
        try
        {
            await store.GetAsync(Probe, "probe", "probe", cancellationToken);
            return null;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            return exception;
        }
    }
}
