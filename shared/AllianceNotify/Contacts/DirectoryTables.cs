using AllianceNotify.Feeds;
using AllianceNotify.Storage;

namespace AllianceNotify.Contacts;

/// <summary>All that administrators keep, over one store.</summary>
public sealed class DirectoryTables(IEntityStore store)
{
    public ContactTable Contacts { get; } = new(store);

    public ListTable Lists { get; } = new(store);

    public SubscriptionTable Subscriptions { get; } = new(store);

    public PolicyTable Policies { get; } = new(store);

    public RotaTable Rotas { get; } = new(store);

    public SourceTable Sources { get; } = new(store);
}
