using AllianceNotify.Classification;
using AllianceNotify.Contacts;
using AllianceNotify.Contracts.Storage;
using AllianceNotify.FanOut;
using AllianceNotify.Reports;
using AllianceNotify.Storage;
using AllianceNotify.Tests.Contacts;
using Xunit;

namespace AllianceNotify.Tests.FanOut;

public sealed class AudienceScaleTests
{
    private const int Lists = 50;

    private static readonly AudienceQuery Query = new()
    {
        Category = new CategoryId("missile-launch"),
        Urgency = Urgency.Flash,
        Mode = ReportMode.Actual,
        Marking = Marking.Public,
    };

    private readonly CountingStore store = new(new InMemoryEntityStore());
    private readonly DirectoryFixture directory;

    public AudienceScaleTests() => directory = new DirectoryFixture(store);

    [Fact]
    public async Task Twenty_thousand_recipients_in_fifty_lists_cost_few_store_calls_and_each_row_is_read_about_once()
    {
        const int People = 20_000;
        // Everybody is in one list, every tenth in a second one.
        var memberships = await FillAsync(People, i => i % 10 == 0 ? [i % Lists, (i + 1) % Lists] : [i % Lists]);
        store.Reset();

        var seen = new HashSet<ContactId>();
        var reasons = 0;
        await foreach (var member in directory.Audience.ResolveAsync(Query, default))
        {
            Assert.True(seen.Add(member.Contact.Id));
            reasons += member.Reasons.Count;
        }

        Assert.Equal(People, seen.Count);
        Assert.Equal(memberships, reasons);
        // A list and its members a list, the subscriptions once, and one sweep for each batch of contacts.
        Assert.Equal(Lists, store.Gets);
        Assert.InRange(store.Queries, Lists + 1, Lists + 1 + (People / 250));
        Assert.InRange(store.Rows, People, (1.02 * (People + memberships)) + Lists);
    }

    [Fact]
    public async Task A_small_list_among_many_contacts_costs_about_its_own_size()
    {
        const int People = 20_000;
        const int Members = 500;
        await FillAsync(People, i => i % (People / Members) == 0 ? [0] : []);
        store.Reset();

        Assert.Equal(Members, (await directory.ResolveAsync(Query)).Count);

        Assert.InRange(store.Gets + store.Rows, Members, (4 * Members) + (2 * Lists));
        Assert.InRange(store.MostAtOnce, 1, 16);
    }

    [Fact]
    public async Task The_first_members_arrive_before_the_lists_have_been_read()
    {
        await FillAsync(5_000, _ => [0]);
        store.Reset();

        Assert.NotNull(await directory.Audience.ResolveAsync(Query, default).FirstAsync());

        Assert.InRange(store.Rows, 1, 1_500);
    }

    private async Task<int> FillAsync(int people, Func<int, int[]> listsOf)
    {
        var contacts = new JsonTable<Contact>(store, new TableName("Contacts"), ContactsJson.Default.Contact);
        var members = Enumerable.Range(0, Lists).Select(_ => new List<ContactId>()).ToArray();
        foreach (var chunk in Enumerable.Range(0, people).Chunk(IEntityStore.MaxBatch))
        {
            var writes = chunk.Select(i => DirectoryFixture.Person($"c{i:D6}"))
                .Select(EntityWrite (person) => new EntityWrite.Insert(person.Id.Value, contacts.Serialize(person)))
                .ToList();
            await store.WriteBatchAsync(contacts.Name, "all", writes, default);
            foreach (var i in chunk)
            {
                foreach (var list in listsOf(i))
                {
                    members[list].Add(new ContactId($"c{i:D6}"));
                }
            }
        }

        for (var i = 0; i < Lists; i++)
        {
            await directory.AddListAsync($"l{i:D2}");
            await directory.Lists.AddMembersAsync(new ListId($"l{i:D2}"), members[i], default);
            await directory.AddAsync(DirectoryFixture.SubscriptionTo($"l{i:D2}", $"s{i:D2}"));
        }

        return members.Sum(list => list.Count);
    }
}
