using System.Runtime.CompilerServices;

namespace AllianceNotify.Contacts;

/// <summary>
/// Many lists as one: contacts in the order of their ids, each once, with the positions of the streams it came from. Holds
/// one member a stream, so it costs the same memory for any number of members.
/// </summary>
internal static class MergedMembers
{
    public static async IAsyncEnumerable<(ContactId Contact, IReadOnlyList<int> Streams)> ReadAsync(
        IReadOnlyList<IAsyncEnumerable<ContactId>> streams, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var readers = new List<IAsyncEnumerator<ContactId>>(streams.Count);
        try
        {
            var heads = new PriorityQueue<int, (string Contact, int Stream)>(ByContactThenStream);
            for (var i = 0; i < streams.Count; i++)
            {
                readers.Add(streams[i].GetAsyncEnumerator(cancellationToken));
                await AdvanceAsync(heads, readers, i).ConfigureAwait(false);
            }

            while (heads.TryPeek(out _, out var head))
            {
                var from = new List<int>(1);
                while (heads.TryPeek(out var stream, out var next) && next.Contact == head.Contact)
                {
                    heads.Dequeue();
                    from.Add(stream);
                    await AdvanceAsync(heads, readers, stream).ConfigureAwait(false);
                }

                yield return (new ContactId(head.Contact), from);
            }
        }
        finally
        {
            foreach (var reader in readers)
            {
                await reader.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private static readonly Comparer<(string Contact, int Stream)> ByContactThenStream = Comparer<(string Contact, int Stream)>.Create(
        (a, b) => string.CompareOrdinal(a.Contact, b.Contact) is var order and not 0 ? order : a.Stream.CompareTo(b.Stream));

    private static async ValueTask AdvanceAsync(
        PriorityQueue<int, (string Contact, int Stream)> heads, List<IAsyncEnumerator<ContactId>> readers, int stream)
    {
        if (await readers[stream].MoveNextAsync().ConfigureAwait(false))
        {
            heads.Enqueue(stream, (readers[stream].Current.Value, stream));
        }
    }
}
