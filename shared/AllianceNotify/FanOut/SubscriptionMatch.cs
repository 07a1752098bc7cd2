using AllianceNotify.Classification;
using AllianceNotify.Contacts;

namespace AllianceNotify.FanOut;

/// <summary>Whether a subscription asks for an alert. What cannot be decided is told rather than left out.</summary>
internal static class SubscriptionMatch
{
    public static bool Covers(Subscription subscription, AudienceQuery query, Taxonomy taxonomy) =>
        query.Urgency >= subscription.MinimumUrgency
        && subscription.Modes.Contains(query.Mode)
        && query.AlsoCategories.Prepend(query.Category).Any(category => Covers(subscription, category, taxonomy))
        && (subscription.Area is not { } area || AreaMatch.Covers(area, query.Location));

    private static bool Covers(Subscription subscription, CategoryId category, Taxonomy taxonomy)
    {
        if (category == CategoryId.None)
        {
            return false;
        }

        // "All categories" means all situations: what nothing recognised is the duty desk's, and theirs who name it.
        var asksFor = subscription.Categories.Contains(category) || (subscription.Categories.Count == 0 && category != CategoryId.Unclassified);
        return asksFor
            && (subscription.Phases.Count == 0 || taxonomy.Find(category) is not { } known || known.Phases.Intersect(subscription.Phases).Any());
    }
}
