using AllianceNotify.Classification;
using AllianceNotify.Contacts;
using AllianceNotify.Contacts.Forms;
using AllianceNotify.Intake;

namespace AllianceNotify.Functions.Endpoints;

/// <summary>Which situations a list wants to hear of.</summary>
internal static class SubscriptionEndpoints
{
    private static readonly DirectoryResource<SubscriptionId, Subscription, SubscriptionForm> Subscriptions = new()
    {
        Path = "/api/subscriptions",
        Noun = "subscription",
        Table = tables => tables.Subscriptions,
        Check = form => form.Check(Taxonomy.Load()),
        FormOf = SubscriptionForm.Of,
        IdOf = form => form.Id,
        WithId = (form, id) => form with { Id = id },
        Missing = MissingAsync,
    };

    public static void MapSubscriptions(this WebApplication app) => Subscriptions.Map(app);

    private static async Task<IReadOnlyList<FieldError>> MissingAsync(DirectoryTables tables, Subscription subscription, CancellationToken cancellationToken)
    {
        var errors = new List<FieldError>();
        if (await tables.Lists.GetAsync(subscription.List, cancellationToken) is null)
        {
            errors.Add(new FieldError("list", "There is no list of this id."));
        }

        if (subscription.Policy is { } policy
            && policy != EscalationPolicy.Default.Id
            && await tables.Policies.GetAsync(policy, cancellationToken) is null)
        {
            errors.Add(new FieldError("policy", "There is no policy of this id."));
        }

        return errors;
    }
}
