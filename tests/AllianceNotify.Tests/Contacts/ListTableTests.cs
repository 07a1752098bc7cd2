using AllianceNotify.Contacts;
using AllianceNotify.Contracts.Storage;
using Xunit;

namespace AllianceNotify.Tests.Contacts;

public sealed class ListTableTests
{
    private readonly DirectoryFixture directory = new();

    [Fact]
    public async Task Members_come_in_the_order_of_their_ids_however_they_were_added()
    {
        await directory.AddListAsync("l1", "b", "a-x", "a", "c");
        await directory.Lists.AddMembersAsync(new ListId("l1"), [new ContactId("a"), new ContactId("aa")], default);

        Assert.Equal(["a", "a-x", "aa", "b", "c"], await directory.MembersAsync("l1"));
    }

    [Fact]
    public async Task A_list_of_more_members_than_one_batch_takes_keeps_all_and_loses_all()
    {
        var ids = Enumerable.Range(0, 250).Select(i => new ContactId($"c{i:D3}")).ToList();
        await directory.Lists.InsertAsync(DirectoryFixture.ListOf("l1"), default);
        await directory.Lists.AddMembersAsync(new ListId("l1"), ids, default);
        Assert.Equal(250, (await directory.MembersAsync("l1")).Count);

        await directory.Lists.RemoveMembersAsync(new ListId("l1"), ids, default);

        Assert.Empty(await directory.MembersAsync("l1"));
        Assert.Empty(await directory.ListsOfAsync("c000"));
    }

    [Fact]
    public async Task Replacing_members_adds_the_new_and_removes_those_not_named()
    {
        await directory.AddListAsync("l1", "a", "b", "c");

        await directory.Lists.ReplaceMembersAsync(new ListId("l1"), [new("b"), new("d"), new("d")], default);

        Assert.Equal(["b", "d"], await directory.MembersAsync("l1"));
        Assert.Empty(await directory.ListsOfAsync("a"));
        Assert.Equal(["l1"], await directory.ListsOfAsync("d"));
    }

    [Fact]
    public async Task Nobody_joins_a_list_that_does_not_exist()
    {
        Assert.False(await directory.Lists.AddMembersAsync(new ListId("no"), [new("a")], default));
        Assert.False(await directory.Lists.ReplaceMembersAsync(new ListId("no"), [new("a")], default));

        await directory.Lists.InsertAsync(DirectoryFixture.ListOf("no"), default);
        Assert.Empty(await directory.MembersAsync("no"));
    }

    [Fact]
    public async Task Deleting_a_list_ends_its_memberships()
    {
        await directory.AddListAsync("l1", [.. Enumerable.Range(0, 120).Select(i => $"c{i:D3}")]);
        await directory.AddListAsync("l2", "c000");
        var etag = (await directory.Lists.GetAsync(new ListId("l1"), default))!.Value.ETag;

        await directory.Lists.DeleteAsync(new ListId("l1"), etag, default);

        Assert.Empty(await directory.MembersAsync("l1"));
        Assert.Equal(["l2"], await directory.ListsOfAsync("c000"));
        Assert.NotNull(await directory.Contacts.GetAsync(new ContactId("c000"), default));
    }

    [Fact]
    public async Task A_list_made_anew_after_an_interrupted_deletion_starts_empty()
    {
        var store = new FailingStore(new InMemoryEntityStore());
        var directory = new DirectoryFixture(store);
        await directory.AddListAsync("l1", "a", "b");
        var etag = (await directory.Lists.GetAsync(new ListId("l1"), default))!.Value.ETag;
        store.WritesUntilFailure = 1;
        await Assert.ThrowsAsync<IOException>(async () => await directory.Lists.DeleteAsync(new ListId("l1"), etag, default));
        store.WritesUntilFailure = null;
        Assert.Empty(await directory.MembersAsync("l1"));

        await directory.Lists.InsertAsync(DirectoryFixture.ListOf("l1"), default);

        Assert.Empty(await directory.MembersAsync("l1"));
    }

    /// <summary>Wherever a change of membership is cut off, the contact's deletion afterwards still finds every membership.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task A_change_cut_off_anywhere_leaves_no_membership_that_a_deletion_misses(int writes)
    {
        var store = new FailingStore(new InMemoryEntityStore());
        var directory = new DirectoryFixture(store);
        await directory.AddListAsync("l1", "a");
        await directory.AddListAsync("l2", "b");
        store.WritesUntilFailure = writes;
        try
        {
            await directory.Lists.AddMembersAsync(new ListId("l2"), [new("a")], default);
            await directory.Lists.RemoveMembersAsync(new ListId("l1"), [new("a")], default);
        }
        catch (IOException)
        {
            Assert.True(writes < 4);
        }

        store.WritesUntilFailure = null;
        var etag = (await directory.Contacts.GetAsync(new ContactId("a"), default))!.Value.ETag;
        await directory.Contacts.DeleteAsync(new ContactId("a"), etag, default);

        Assert.Empty(await directory.MembersAsync("l1"));
        Assert.Equal(["b"], await directory.MembersAsync("l2"));
    }

    [Fact]
    public async Task A_membership_that_was_not_completed_is_not_claimed()
    {
        var store = new FailingStore(new InMemoryEntityStore());
        var directory = new DirectoryFixture(store);
        await directory.AddListAsync("l1", "a");
        store.WritesUntilFailure = 1;
        await Assert.ThrowsAsync<IOException>(async () => await directory.Lists.AddMembersAsync(new ListId("l1"), [new("b")], default));

        Assert.Empty(await directory.ListsOfAsync("b"));
    }

    [Fact]
    public async Task Member_pages_continue_where_the_last_one_ended()
    {
        await directory.AddListAsync("l1", "a", "b", "c", "d", "e");

        var first = await directory.Lists.MemberPageAsync(new ListId("l1"), null, 2, default);
        var second = await directory.Lists.MemberPageAsync(new ListId("l1"), first.Next, 2, default);
        var third = await directory.Lists.MemberPageAsync(new ListId("l1"), second.Next, 2, default);

        Assert.Equal(["a", "b", "c", "d", "e"], first.Items.Concat(second.Items).Concat(third.Items).Select(id => id.Value));
        Assert.Null(third.Next);
    }
}
