using AllianceNotify.Delivery;
using AllianceNotify.Messaging;

namespace AllianceNotify.Contracts.Delivery;

/// <summary>One attempt as the delivery stage makes it: through the target's pipeline.</summary>
internal static class ChannelAttempt
{
    public static async Task<IReadOnlyList<DeliveryOutcome>> SendAsync(IAlertChannel channel, AlertDispatch dispatch, TimeSpan timeout, TimeProvider time)
    {
        var target = new ChannelTarget(new ChannelLimits { Timeout = timeout }, chunksPerTarget: 1, time);
        using var entry = target.Enter(Lane.FlashActual, 1);
        return await target.SendAsync(channel, dispatch, entry.Admission!, CancellationToken.None) is SendAnswer.Outcomes outcomes
            ? outcomes.Answers
            : throw new InvalidOperationException("The attempt did not begin.");
    }
}
