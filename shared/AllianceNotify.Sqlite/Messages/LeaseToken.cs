using System.Globalization;
using AllianceNotify.Messaging;

namespace AllianceNotify.Sqlite.Messages;

/// <summary>What a lease's id says: the message's row, and the number that only this lease has.</summary>
internal readonly record struct LeaseToken(long Row, long Lease)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Row}.{Lease}");

    /// <summary>False where the id is not one of ours, and so no lease that could still be held.</summary>
    public static bool TryParse(LeasedMessage message, out LeaseToken token)
    {
        token = default;
        var text = message.LeaseId.AsSpan();
        var dot = text.IndexOf('.');
        if (dot < 0
            || !long.TryParse(text[..dot], NumberStyles.None, CultureInfo.InvariantCulture, out var row)
            || !long.TryParse(text[(dot + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var lease)
            || lease == 0)
        {
            return false;
        }

        token = new LeaseToken(row, lease);
        return true;
    }
}
