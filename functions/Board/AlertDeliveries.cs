using AllianceNotify.Acknowledgement;
using AllianceNotify.Delivery;
using AllianceNotify.Functions.Web;
using AllianceNotify.Reports;
using AllianceNotify.Situations;
using AllianceNotify.Storage;

namespace AllianceNotify.Functions.Board;

/// <summary>One alert, whom it went to, and who answered.</summary>
public sealed record AlertDeliveries
{
    /// <summary>Deliveries counted at most; a page says where there are more.</summary>
    public const int MostCounted = 5_000;

    public required Alert Alert { get; init; }

    public required IReadOnlyList<Answer> Answers { get; init; }

    /// <summary>How many stand where (<see cref="BoardWords.StateOf"/>), of the first <see cref="MostCounted"/>.</summary>
    public required IReadOnlyList<(string Style, LocalizedText Words, int Count)> Counts { get; init; }

    public required bool CountedAll { get; init; }

    /// <summary>A page of them, by contact.</summary>
    public required IReadOnlyList<DeliveryRecord> Shown { get; init; }

    /// <summary>Where the next page starts; null at the end.</summary>
    public required string? Next { get; init; }

    public static async Task<AlertDeliveries> LoadAsync(
        Alert alert, IReadOnlyList<Answer> answers, DeliveryTable deliveries, string? after, int take, CancellationToken cancellationToken)
    {
        var counts = new Dictionary<string, (LocalizedText Words, int Count)>(StringComparer.Ordinal);
        var counted = 0;
        await foreach (var row in deliveries.ListAsync(alert.Id, new RowRange(null, null, MostCounted + 1), cancellationToken))
        {
            if (++counted <= MostCounted)
            {
                var (style, words) = BoardWords.StateOf(row.Value);
                counts[style] = (words, counts.GetValueOrDefault(style).Count + 1);
            }
        }

        var from = after is not null && RouteKey.IsKey(after) ? after + " " : null;
        var page = await deliveries.ListAsync(alert.Id, new RowRange(from, null, take + 1), cancellationToken).ToListAsync(cancellationToken);
        return new AlertDeliveries
        {
            Alert = alert,
            Answers = answers,
            Counts = [.. counts.OrderByDescending(item => item.Value.Count).Select(item => (item.Key, item.Value.Words, item.Value.Count))],
            CountedAll = counted <= MostCounted,
            Shown = [.. page.Take(take).Select(row => row.Value)],
            Next = page.Count > take ? page[take - 1].Row : null,
        };
    }
}
