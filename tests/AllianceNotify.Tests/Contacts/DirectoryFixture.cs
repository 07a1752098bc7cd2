using AllianceNotify.Classification;
using AllianceNotify.Contacts;
using AllianceNotify.Contracts.Storage;
using AllianceNotify.FanOut;
using AllianceNotify.Reports;
using AllianceNotify.Storage;
using Xunit;

namespace AllianceNotify.Tests.Contacts;

/// <summary>A directory over a store in memory, and short ways to fill it.</summary>
internal sealed class DirectoryFixture
{
    public DirectoryFixture(IEntityStore? store = null)
    {
        Store = store ?? new InMemoryEntityStore();
        Contacts = new ContactTable(Store);
        Lists = new ListTable(Store);
        Subscriptions = new SubscriptionTable(Store);
        Policies = new PolicyTable(Store);
        Rotas = new RotaTable(Store);
        Audience = new ResolveAudience(Contacts, Lists, Subscriptions, Taxonomy.Load());
    }

    public IEntityStore Store { get; }

    public ContactTable Contacts { get; }

    public ListTable Lists { get; }

    public SubscriptionTable Subscriptions { get; }

    public PolicyTable Policies { get; }

    public RotaTable Rotas { get; }

    public ResolveAudience Audience { get; }

    public static Contact Person(string id) => new()
    {
        Id = new ContactId(id),
        Name = new PersonName($"Sample {id}", null),
        Agency = "JCG",
        Nation = "JPN",
        Languages = ["ja", "en"],
        Channels = [new ContactChannel("smtp", $"{id}@example.jp")],
    };

    public static ContactList ListOf(string id) => new() { Id = new ListId(id), Name = new LocalizedText(id, id) };

    public static Subscription SubscriptionTo(string list, string id = "s1") => new() { Id = new SubscriptionId(id), List = new ListId(list) };

    public async Task AddAsync(params Contact[] people)
    {
        foreach (var person in people)
        {
            Assert.IsType<WriteResult.Applied>(await Contacts.InsertAsync(person, CancellationToken.None));
        }
    }

    /// <summary>The list with these members, and those of them as contacts who are not yet.</summary>
    public async Task AddListAsync(string list, params string[] members)
    {
        await Lists.InsertAsync(ListOf(list), CancellationToken.None);
        foreach (var member in members)
        {
            await Contacts.InsertAsync(Person(member), CancellationToken.None);
        }

        Assert.True(await Lists.AddMembersAsync(new ListId(list), members.Select(ContactId.Of), CancellationToken.None));
    }

    public async Task AddAsync(Subscription subscription) =>
        Assert.IsType<WriteResult.Applied>(await Subscriptions.InsertAsync(subscription, CancellationToken.None));

    public async Task<List<AudienceMember>> ResolveAsync(AudienceQuery query, DateTimeOffset? now = null) =>
        await Audience.ResolveAsync(query, now ?? new DateTimeOffset(2026, 11, 24, 3, 0, 0, TimeSpan.Zero)).ToListAsync();

    public async Task<List<string>> MembersAsync(string list) =>
        await Lists.MembersAsync(new ListId(list)).Select(contact => contact.Value).ToListAsync();

    public async Task<List<string>> ListsOfAsync(string contact) =>
        await Lists.ListsOfAsync(new ContactId(contact), CancellationToken.None).Select(list => list.Value).ToListAsync();
}
