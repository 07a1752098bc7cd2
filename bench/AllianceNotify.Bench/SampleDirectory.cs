using System.Globalization;
using AllianceNotify.Contacts;
using AllianceNotify.Reports;
using AllianceNotify.Sqlite;

namespace AllianceNotify.Bench;

/// <summary>Made-up contacts in lists with a subscription each to everything, written to a store that no hub serves yet.</summary>
internal sealed record SampleDirectory(int Contacts)
{
    private const int WritesAtOnce = 256;

    public int Lists { get; init; } = 1;

    /// <summary>In how many lists each contact is.</summary>
    public int ListsEach { get; init; } = 1;

    /// <summary>Receiver of every contact's webhook, each under a path of its own.</summary>
    public required Uri Webhook { get; init; }

    /// <param name="data">The hub's data folder.</param>
    public async Task WriteAsync(string data)
    {
        using var database = SqliteDatabase.Open(new SqliteOptions { Path = Path.Combine(data, "hub.db") }, TimeProvider.System);
        var store = new SqliteEntityStore(database);
        var contacts = new ContactTable(store);
        await Parallel.ForAsync(
            0, Contacts, new ParallelOptions { MaxDegreeOfParallelism = WritesAtOnce }, async (i, token) => await contacts.InsertAsync(ContactOf(i), token));
        var lists = new ListTable(store);
        var subscriptions = new SubscriptionTable(store);
        for (var i = 0; i < Lists; i++)
        {
            var list = new ContactList { Id = new ListId($"bench-{i:D2}"), Name = new LocalizedText($"Sample list {i}", $"見本名簿 {i}") };
            await lists.InsertAsync(list, CancellationToken.None);
            await lists.AddMembersAsync(list.Id, Enumerable.Range(0, Contacts).Where(contact => IsIn(contact, i)).Select(contact => ContactOf(contact).Id), CancellationToken.None);
            await subscriptions.InsertAsync(
                new Subscription { Id = new SubscriptionId($"bench-{i:D2}"), List = list.Id, MinimumUrgency = Urgency.Info }, CancellationToken.None);
        }
    }

    private bool IsIn(int contact, int list) => (list - contact % Lists + Lists) % Lists < ListsEach;

    private Contact ContactOf(int i) => new()
    {
        Id = new ContactId(string.Create(CultureInfo.InvariantCulture, $"c-bench-{i:D6}")),
        Name = new PersonName($"Sample Contact {i}", null),
        Agency = "SAMPLE",
        Nation = i % 2 == 0 ? "JPN" : "USA",
        Languages = i % 2 == 0 ? ["ja", "en"] : ["en"],
        Channels = [new ContactChannel("webhook", new Uri(Webhook, $"/{i}").AbsoluteUri)],
    };
}
