using AllianceNotify.Storage;

namespace AllianceNotify.Contacts;

/// <summary>Subscriptions: partition <c>all</c>, row = subscription id. Few enough to be read whole for each alert.</summary>
public sealed class SubscriptionTable(IEntityStore store)
    : DirectoryTable<SubscriptionId, Subscription>(store, "Subscriptions", ContactsJson.Default.Subscription, subscription => subscription.Id);
