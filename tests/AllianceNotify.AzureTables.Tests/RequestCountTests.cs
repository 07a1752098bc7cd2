using AllianceNotify.Classification;
using AllianceNotify.Contacts;
using AllianceNotify.Contracts.Storage;
using AllianceNotify.FanOut;
using AllianceNotify.Reports;
using AllianceNotify.Storage;
using Xunit;

namespace AllianceNotify.AzureTables.Tests;

/// <summary>What the hub's work costs in requests, which are what the service bills, limits and takes time for.</summary>
public sealed class RequestCountTests(AzuriteServer azurite) : OnAzurite(azurite)
{
    private const int People = 10_000;

    [SkippableFact]
    public async Task Ten_thousand_contacts_of_a_list_are_read_by_the_page()
    {
        var network = new FaultyNetwork();
        var store = AzuriteStore.Open(Azurite, AzuriteStore.NewPrefix(), network);
        var filled = new InMemoryEntityStore();
        var lists = new ListTable(filled);
        await lists.InsertAsync(new ContactList { Id = new ListId("all-hands"), Name = new LocalizedText("All hands", "全員") }, default);
        for (var i = 0; i < People; i++)
        {
            await new ContactTable(filled).InsertAsync(Person($"c{i:D6}"), default);
        }

        await lists.AddMembersAsync(new ListId("all-hands"), Enumerable.Range(0, People).Select(i => new ContactId($"c{i:D6}")), default);
        await new SubscriptionTable(filled).InsertAsync(new Subscription { Id = new SubscriptionId("s"), List = new ListId("all-hands") }, default);

        Assert.IsType<CopyResult.Done>(await new CopyStore(filled, store, store, TimeProvider.System).RunAsync("memory", overwrite: false, _ => { }, default));
        // 30,000 rows a hundred a request, 1,000 a request to compare, and the tables.
        Assert.InRange(network.Requests, 330, 420);

        var before = network.Requests;
        var audience = new ResolveAudience(new ContactTable(store), new ListTable(store), new SubscriptionTable(store), Taxonomy.Load());
        var query = new AudienceQuery { Category = new CategoryId("missile-launch"), Urgency = Urgency.Flash, Mode = ReportMode.Actual, Marking = Marking.Public };
        Assert.Equal(People, await audience.ResolveAsync(query, TimeProvider.System.GetUtcNow()).CountAsync());

        // The list, its subscriptions, ten pages of members, and a sweep for each 256 contacts.
        Assert.InRange(network.Requests - before, 12, 12 + (People / 250) + 5);
    }

    private static Contact Person(string id) => new()
    {
        Id = new ContactId(id),
        Name = new PersonName($"Sample {id}", null),
        Agency = "JCG",
        Nation = "JPN",
        Languages = ["ja"],
        Channels = [new ContactChannel("outbox", id)],
    };
}
