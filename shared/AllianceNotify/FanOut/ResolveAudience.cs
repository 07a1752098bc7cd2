using System.Runtime.CompilerServices;
using AllianceNotify.Classification;
using AllianceNotify.Contacts;
using AllianceNotify.Reports;

namespace AllianceNotify.FanOut;

/// <summary>
/// Who must be told of an alert, and who may not be. Streams contacts in the order of their ids, each once with every
/// reason, and reads about as much as there are recipients: memory stays the same for a list of any length.
/// </summary>
public sealed class ResolveAudience(ContactTable contacts, ListTable lists, SubscriptionTable subscriptions, Taxonomy taxonomy)
{
    private const int BatchSize = 256;

    /// <summary>
    /// Withheld contacts are part of the answer, with the reason. Contacts that are named in a list and no longer exist are not.
    /// An actual alert above info that nobody may be told goes to the duty desk as well, as its members' markings allow;
    /// not where lists were named: then those are the audience.
    /// </summary>
    public async IAsyncEnumerable<AudienceMember> ResolveAsync(
        AudienceQuery query, DateTimeOffset now, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var zones = new TimeZones();
        var routes = await RoutesAsync(query, cancellationToken).ConfigureAwait(false);
        var anybodyTold = false;
        var withheld = new HashSet<ContactId>();
        await foreach (var member in ReachedByAsync(routes, query, now, zones, cancellationToken).ConfigureAwait(false))
        {
            if (member.Withheld is null)
            {
                anybodyTold = true;
            }
            else if (!anybodyTold)
            {
                withheld.Add(member.Contact.Id);
            }

            yield return member;
        }

        if (anybodyTold || query.Lists is not null || !MustReachSomebody(query))
        {
            yield break;
        }

        await foreach (var member in ReachedByAsync([Route.Named(ContactList.DutyDesk)], query, now, zones, cancellationToken).ConfigureAwait(false))
        {
            if (!withheld.Contains(member.Contact.Id))
            {
                yield return member;
            }
        }
    }

    private static bool MustReachSomebody(AudienceQuery query) =>
        query.Mode == ReportMode.Actual && query.Urgency > Urgency.Info && query.Category != CategoryId.None;

    private async Task<IReadOnlyList<Route>> RoutesAsync(AudienceQuery query, CancellationToken cancellationToken)
    {
        if (query.Lists is { } named)
        {
            return [.. named.Distinct().OrderBy(list => list.Value, StringComparer.Ordinal).Select(Route.Named)];
        }

        var routes = new SortedDictionary<string, Route>(StringComparer.Ordinal);
        if (query.Category == CategoryId.Unclassified)
        {
            routes[ContactList.DutyDesk.Value] = Route.Named(ContactList.DutyDesk);
        }

        await foreach (var (subscription, _, _) in subscriptions.AllAsync(cancellationToken).ConfigureAwait(false))
        {
            if (!SubscriptionMatch.Covers(subscription, query, taxonomy))
            {
                continue;
            }

            var list = subscription.List;
            var route = routes.GetValueOrDefault(list.Value) ?? new Route(list, [], []);
            routes[list.Value] = route with
            {
                Subscriptions = [.. route.Subscriptions, subscription],
                Reasons = [.. route.Reasons, new AudienceReason(list, subscription.Id)],
            };
        }

        return [.. routes.Values];
    }

    private async IAsyncEnumerable<AudienceMember> ReachedByAsync(
        IReadOnlyList<Route> routes,
        AudienceQuery query,
        DateTimeOffset now,
        TimeZones zones,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var streams = routes.Select(route => lists.MembersAsync(route.List, cancellationToken)).ToList();
        await foreach (var batch in MergedMembers.ReadAsync(streams, cancellationToken).Chunk(BatchSize).ConfigureAwait(false))
        {
            var found = await contacts.GetManyAsync([.. batch.Select(item => item.Contact)], cancellationToken).ConfigureAwait(false);
            for (var i = 0; i < batch.Length; i++)
            {
                if (found[i] is { } contact)
                {
                    yield return Judge(contact, [.. batch[i].Streams.Select(stream => routes[stream])], query, now, zones);
                }
            }
        }
    }

    private static AudienceMember Judge(Contact contact, IReadOnlyList<Route> reachedBy, AudienceQuery query, DateTimeOffset now, TimeZones zones)
    {
        var reason = MarkingRule.Withholds(contact, query.Marking);
        return new AudienceMember
        {
            Contact = contact,
            Reasons = reachedBy.Count == 1 ? reachedBy[0].Reasons : [.. reachedBy.SelectMany(route => route.Reasons)],
            Withheld = reason,
            NotBefore = reason is null && query.Urgency < Urgency.Urgent ? EndOfQuiet(contact, reachedBy, now, zones) : null,
            Policy = reachedBy.SelectMany(route => route.Subscriptions).Select(subscription => subscription.Policy).FirstOrDefault(policy => policy is not null),
        };
    }

    /// <summary>Null as soon as one way to the contact is open; else when the first one opens.</summary>
    private static DateTimeOffset? EndOfQuiet(Contact contact, IReadOnlyList<Route> reachedBy, DateTimeOffset now, TimeZones zones)
    {
        DateTimeOffset? first = null;
        foreach (var route in reachedBy)
        {
            if (route.IsNamed)
            {
                return null;
            }

            foreach (var subscription in route.Subscriptions)
            {
                if (subscription.QuietHours is not { } quiet || zones.Find(contact.TimeZone) is not { } zone || quiet.EndsAfter(now, zone) is not { } end)
                {
                    return null;
                }

                first = first is null || end < first ? end : first;
            }
        }

        return first;
    }

    /// <summary>A list and why it is told: named directly, or by these subscriptions.</summary>
    private sealed record Route(ListId List, IReadOnlyList<Subscription> Subscriptions, IReadOnlyList<AudienceReason> Reasons)
    {
        public bool IsNamed => Reasons.Any(reason => reason.Subscription is null);

        public static Route Named(ListId list) => new(list, [], [new AudienceReason(list, null)]);
    }

    /// <summary>Zones by name for one resolution; a name that this machine does not know is nobody's quiet hours.</summary>
    private sealed class TimeZones
    {
        private readonly Dictionary<string, TimeZoneInfo?> known = new(StringComparer.Ordinal);

        public TimeZoneInfo? Find(string id)
        {
            if (!known.TryGetValue(id, out var zone))
            {
                known[id] = zone = TimeZoneInfo.TryFindSystemTimeZoneById(id, out var found) ? found : null;
            }

            return zone;
        }
    }
}
