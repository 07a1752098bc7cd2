using AllianceNotify.Content;
using AllianceNotify.Situations;

namespace AllianceNotify.Delivery;

/// <summary>Renders an alert for readers of one language first.</summary>
public delegate Task<RenderedAlert> RenderAlert(Alert alert, string language, CancellationToken cancellationToken);

/// <summary>
/// Alerts in words, past the <see cref="SendGate"/>. An alert never changes, so each is read, rendered and checked once a
/// language while it is being sent; the last few are kept.
/// </summary>
internal sealed class SendableAlerts(SituationTable situations, RenderAlert render)
{
    private const int Capacity = 64;

    private readonly Lock gate = new();
    private readonly Dictionary<(AlertId Alert, string Language), LinkedListNode<Entry>> known = [];
    private readonly LinkedList<Entry> latest = [];

    public async Task<Sendable> GetAsync(AlertId alert, string language, CancellationToken cancellationToken)
    {
        var entry = Touch(alert, language);
        try
        {
            var sendable = await entry.Sendable.Value.WaitAsync(cancellationToken).ConfigureAwait(false);
            if (sendable is not Sendable.Ready)
            {
                Forget(entry);
            }

            return sendable;
        }
        catch when (entry.Sendable.Value.IsFaulted || entry.Sendable.Value.IsCanceled)
        {
            Forget(entry);
            throw;
        }
    }

    private async Task<Sendable> MakeAsync(AlertId id, string language)
    {
        // Shared by all who wait for it, so no single one of them can cancel it.
        var none = CancellationToken.None;
        if (await situations.GetAlertAsync(id, none).ConfigureAwait(false) is not { } alert)
        {
            return new Sendable.Refused($"There is no alert {id}.");
        }

        var situation = (await situations.GetAsync(alert.Situation, none).ConfigureAwait(false))?.Value;
        var content = await render(alert, language, none).ConfigureAwait(false);
        return SendGate.WhyNot(alert, situation, content) is { } reason ? new Sendable.Refused(reason) : new Sendable.Ready(alert, content);
    }

    private Entry Touch(AlertId alert, string language)
    {
        lock (gate)
        {
            if (known.TryGetValue((alert, language), out var node))
            {
                latest.Remove(node);
                latest.AddFirst(node);
                return node.Value;
            }

            var entry = new Entry(alert, language, new Lazy<Task<Sendable>>(() => MakeAsync(alert, language)));
            known[(alert, language)] = latest.AddFirst(entry);
            if (latest.Count > Capacity)
            {
                Drop(latest.Last!);
            }

            return entry;
        }
    }

    private void Forget(Entry entry)
    {
        lock (gate)
        {
            if (known.TryGetValue((entry.Alert, entry.Language), out var node) && node.Value == entry)
            {
                Drop(node);
            }
        }
    }

    private void Drop(LinkedListNode<Entry> node)
    {
        known.Remove((node.Value.Alert, node.Value.Language));
        latest.Remove(node);
    }

    private sealed class Entry(AlertId alert, string language, Lazy<Task<Sendable>> sendable)
    {
        public AlertId Alert => alert;

        public string Language => language;

        public Lazy<Task<Sendable>> Sendable => sendable;
    }
}

internal abstract record Sendable
{
    private Sendable()
    {
    }

    public sealed record Ready(Alert Alert, RenderedAlert Content) : Sendable;

    public sealed record Refused(string Reason) : Sendable;
}
