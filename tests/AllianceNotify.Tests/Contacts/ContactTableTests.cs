using AllianceNotify.Contacts;
using AllianceNotify.Contracts.Storage;
using AllianceNotify.Storage;
using Xunit;

namespace AllianceNotify.Tests.Contacts;

public sealed class ContactTableTests
{
    private readonly DirectoryFixture directory = new();

    [Fact]
    public async Task A_contact_comes_back_as_it_was_stored()
    {
        var contact = DirectoryFixture.Person("c1") with
        {
            Name = new PersonName("Sample Officer 01", "見本 一郎"),
            Role = "Watch officer",
            Channels = [new ContactChannel("smtp", "c1@example.jp"), new ContactChannel("outbox", "")],
            MaxTlp = Reports.Tlp.AmberStrict,
            TimeZone = "America/New_York",
            Rota = new RotaId("watch"),
            LastVerifiedAt = new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero),
        };
        await directory.AddAsync(contact);

        Assert.Equivalent(contact, (await directory.Contacts.GetAsync(contact.Id, default))!.Value.Value, strict: true);
    }

    [Fact]
    public async Task A_second_contact_of_the_same_id_is_refused_and_leaves_the_first_and_its_lists()
    {
        await directory.AddListAsync("l1", "c1");

        var result = await directory.Contacts.InsertAsync(DirectoryFixture.Person("c1") with { Agency = "USFJ" }, default);

        Assert.Equal(ConflictKind.AlreadyExists, Assert.IsType<WriteResult.Conflict>(result).Kind);
        Assert.Equal("JCG", (await directory.Contacts.GetAsync(new ContactId("c1"), default))!.Value.Value.Agency);
        Assert.Equal(["c1"], await directory.MembersAsync("l1"));
    }

    [Fact]
    public async Task A_change_names_the_version_it_changes()
    {
        var contact = DirectoryFixture.Person("c1");
        await directory.AddAsync(contact);
        var first = (await directory.Contacts.GetAsync(contact.Id, default))!.Value;
        Assert.IsType<WriteResult.Applied>(await directory.Contacts.ReplaceAsync(contact with { Role = "A" }, first.ETag, default));

        var late = await directory.Contacts.ReplaceAsync(contact with { Role = "B" }, first.ETag, default);

        Assert.Equal(ConflictKind.Changed, Assert.IsType<WriteResult.Conflict>(late).Kind);
        Assert.Equal("A", (await directory.Contacts.GetAsync(contact.Id, default))!.Value.Value.Role);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(8)]
    public async Task Pages_in_the_order_of_ids_miss_nobody_and_repeat_nobody(int take)
    {
        // A hyphen sorts below letters: the order is that of the keys, not of a language.
        var ids = new[] { "a", "a-b", "a.b", "a0", "ab", "b", "b_c" };
        await directory.AddAsync([.. ids.Reverse().Select(DirectoryFixture.Person)]);

        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var page = await directory.Contacts.ListAsync(cursor, take, default);
            Assert.InRange(page.Items.Count, 1, take);
            seen.AddRange(page.Items.Select(item => item.Row));
            cursor = page.Next;
        }
        while (cursor is not null);

        Assert.Equal(ids, seen);
    }

    [Fact]
    public async Task A_page_continues_after_a_contact_that_is_gone()
    {
        await directory.AddAsync(DirectoryFixture.Person("a"), DirectoryFixture.Person("b"), DirectoryFixture.Person("c"));
        var page = await directory.Contacts.ListAsync(null, 2, default);
        await directory.Contacts.DeleteAsync(new ContactId("b"), page.Items[1].ETag, default);

        var rest = await directory.Contacts.ListAsync(page.Next, 2, default);

        Assert.Equal(["c"], rest.Items.Select(item => item.Row));
        Assert.Null(rest.Next);
    }

    [Fact]
    public async Task Deleting_a_contact_ends_its_memberships_and_no_others()
    {
        await directory.AddListAsync("l1", "c1", "c1-b");
        await directory.AddListAsync("l2", "c1", "c1-b");
        var etag = (await directory.Contacts.GetAsync(new ContactId("c1"), default))!.Value.ETag;

        await directory.Contacts.DeleteAsync(new ContactId("c1"), etag, default);

        Assert.Equal(["c1-b"], await directory.MembersAsync("l1"));
        Assert.Equal(["c1-b"], await directory.MembersAsync("l2"));
        Assert.Equal(["l1", "l2"], await directory.ListsOfAsync("c1-b"));
        Assert.Empty(await directory.ListsOfAsync("c1"));
    }

    [Fact]
    public async Task A_deletion_of_another_version_deletes_nothing()
    {
        await directory.AddListAsync("l1", "c1");

        var result = await directory.Contacts.DeleteAsync(new ContactId("c1"), new ETag("other"), default);

        Assert.IsType<WriteResult.Conflict>(result);
        Assert.Equal(["c1"], await directory.MembersAsync("l1"));
    }

    [Fact]
    public async Task Deleting_again_finishes_what_a_crash_interrupted()
    {
        var store = new FailingStore(new InMemoryEntityStore());
        var directory = new DirectoryFixture(store);
        await directory.AddListAsync("l1", "c1");
        var etag = (await directory.Contacts.GetAsync(new ContactId("c1"), default))!.Value.ETag;
        store.WritesUntilFailure = 1;
        await Assert.ThrowsAsync<IOException>(async () => await directory.Contacts.DeleteAsync(new ContactId("c1"), etag, default));
        store.WritesUntilFailure = null;
        Assert.Equal(["c1"], await directory.MembersAsync("l1"));

        await directory.Contacts.DeleteAsync(new ContactId("c1"), etag, default);

        Assert.Empty(await directory.MembersAsync("l1"));
    }

    [Fact]
    public async Task A_newcomer_does_not_inherit_the_lists_of_an_interrupted_deletion()
    {
        var store = new FailingStore(new InMemoryEntityStore());
        var directory = new DirectoryFixture(store);
        await directory.AddListAsync("l1", "c1");
        var etag = (await directory.Contacts.GetAsync(new ContactId("c1"), default))!.Value.ETag;
        store.WritesUntilFailure = 1;
        await Assert.ThrowsAsync<IOException>(async () => await directory.Contacts.DeleteAsync(new ContactId("c1"), etag, default));
        store.WritesUntilFailure = null;

        await directory.AddAsync(DirectoryFixture.Person("c1"));

        Assert.Empty(await directory.MembersAsync("l1"));
    }

    [Fact]
    public async Task Many_contacts_are_read_in_order_with_gaps_where_there_is_none()
    {
        var everybody = Enumerable.Range(0, 500).Select(i => $"c{i:D4}").ToArray();
        await directory.AddAsync([.. everybody.Select(DirectoryFixture.Person)]);
        var asked = new[] { "a", "c0000", "c0000-x", "c0007", "c0450", "c0499", "z" };

        var found = await directory.Contacts.GetManyAsync([.. asked.Select(ContactId.Of)], default);

        Assert.Equal([null, "c0000", null, "c0007", "c0450", "c0499", null], found.Select(contact => contact?.Id.Value));
    }

    [Fact]
    public async Task Reading_contacts_that_lie_together_takes_one_store_call()
    {
        var store = new CountingStore(new InMemoryEntityStore());
        var contacts = new DirectoryFixture(store);
        var everybody = Enumerable.Range(0, 200).Select(i => $"c{i:D4}").ToArray();
        await contacts.AddAsync([.. everybody.Select(DirectoryFixture.Person)]);
        store.Reset();

        await contacts.Contacts.GetManyAsync([.. everybody.Where((_, i) => i % 2 == 0).Select(ContactId.Of)], default);

        Assert.Equal((0, 1), (store.Gets, store.Queries));
    }
}
