using System.Globalization;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using AllianceNotify.Classification;
using AllianceNotify.Reports;

namespace AllianceNotify.Contacts.Forms;

/// <summary>A <see cref="Subscription"/> in writing.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed partial record SubscriptionForm
{
    public string? Id { get; init; }

    public string? List { get; init; }

    /// <summary>Ids of the taxonomy, or <c>unclassified</c>; none: every situation that is classified.</summary>
    public IReadOnlyList<string?>? Categories { get; init; }

    /// <summary><c>info</c>, <c>routine</c> (where missing), <c>urgent</c> or <c>flash</c>.</summary>
    public string? MinimumUrgency { get; init; }

    public AreaForm? Area { get; init; }

    /// <summary><c>actual</c> (where missing), <c>exercise</c>, <c>test</c>.</summary>
    public IReadOnlyList<string?>? Modes { get; init; }

    /// <summary><c>peacetime</c>, <c>emerging-threat</c>, <c>armed-attack</c>, <c>attack-elsewhere</c>, <c>global</c>; none: all.</summary>
    public IReadOnlyList<string?>? Phases { get; init; }

    public QuietHoursForm? QuietHours { get; init; }

    public string? Policy { get; init; }

    public static SubscriptionForm Of(Subscription subscription) => new()
    {
        Id = subscription.Id.Value,
        List = subscription.List.Value,
        Categories = [.. subscription.Categories.Select(category => category.Value)],
        MinimumUrgency = FormErrors.NameOf(subscription.MinimumUrgency),
        Area = subscription.Area is { } area ? new AreaForm(area.Latitude, area.Longitude, area.RadiusKm, area.AreaCodes) : null,
        Modes = [.. subscription.Modes.Select(FormErrors.NameOf)],
        Phases = [.. subscription.Phases.Select(FormErrors.NameOf)],
        QuietHours = subscription.QuietHours is { } quiet ? QuietHoursForm.Of(quiet) : null,
        Policy = subscription.Policy?.Value,
    };

    /// <summary>The subscription, or every error of the form.</summary>
    public FormResult<Subscription> Check(Taxonomy taxonomy)
    {
        var errors = new FormErrors();
        var id = errors.Id("id", Id);
        var list = errors.Id("list", List);
        var categories = errors.Each("categories", Categories, 200, (path, value) =>
        {
            var category = new CategoryId(value);
            if (taxonomy.Find(category) is null && category != CategoryId.Unclassified)
            {
                errors.Add(path, "Not a category of the taxonomy, nor 'unclassified'.");
            }

            return category;
        });
        var urgency = errors.OneOf<Urgency>("minimumUrgency", MinimumUrgency, absent: Urgency.Routine);
        var area = Area is null ? null : CheckArea(errors, Area);
        var modes = errors.Each("modes", Modes, 10, (path, value) => errors.OneOf<ReportMode>(path, value));
        if (Modes is { Count: 0 })
        {
            errors.Add("modes", "At least one, or the subscription never matches.");
        }

        var phases = errors.Each("phases", Phases, 10, (path, value) => errors.OneOf<Phase>(path, value));
        var quietHours = QuietHours is null ? null : CheckQuietHours(errors, QuietHours);
        var policy = errors.OptionalId("policy", Policy);
        return FormResult<Subscription>.Of(errors, () => new Subscription
        {
            Id = new SubscriptionId(id),
            List = new ListId(list),
            Categories = [.. categories.Distinct()],
            MinimumUrgency = urgency,
            Area = area,
            Modes = Modes is null ? [ReportMode.Actual] : [.. modes.Distinct()],
            Phases = [.. phases.Distinct()],
            QuietHours = quietHours,
            Policy = policy is null ? null : new PolicyId(policy),
        });
    }

    private static SubscriptionArea CheckArea(FormErrors errors, AreaForm form)
    {
        var area = new SubscriptionArea
        {
            Latitude = errors.Within("area.latitude", form.Latitude, -90, 90),
            Longitude = errors.Within("area.longitude", form.Longitude, -180, 180),
            RadiusKm = errors.Within("area.radiusKm", form.RadiusKm, 0, 20_038),
            AreaCodes = errors.Each("area.areaCodes", form.AreaCodes, 2_000, (path, code) =>
            {
                if (!AreaCode().IsMatch(code))
                {
                    errors.Add(path, "A code with its scheme, at most 200 characters: jma:130000, or jma:13* for all that begin so.");
                }

                return code;
            }),
        };
        var stated = new[] { form.Latitude, form.Longitude, form.RadiusKm }.Count(number => number is not null);
        if (stated is 1 or 2)
        {
            errors.Add("area", "A circle takes latitude, longitude and radiusKm.");
        }
        else if (stated == 0 && form.AreaCodes is null or { Count: 0 })
        {
            errors.Add("area", "A circle, area codes or both; leave area out for everywhere.");
        }

        return area;
    }

    private static QuietHours CheckQuietHours(FormErrors errors, QuietHoursForm form)
    {
        var from = errors.Clock("quietHours.from", form.From);
        var to = errors.Clock("quietHours.to", form.To);
        if (from is not null && from == to)
        {
            errors.Add("quietHours", "From and to are the same time: leave quietHours out for none.");
        }

        return new QuietHours(from ?? default, to ?? default);
    }

    [GeneratedRegex(@"\A(?=.{3,200}\z)[A-Za-z][A-Za-z0-9+.:-]*:[^\s\p{C}:*]+\*?\z")]
    private static partial Regex AreaCode();
}

/// <param name="Latitude">WGS 84 degrees, −90 to 90.</param>
/// <param name="Longitude">WGS 84 degrees, −180 to 180.</param>
/// <param name="RadiusKm">Kilometres, 0 to 20,038.</param>
/// <param name="AreaCodes">Scheme first: <c>jma:130000</c>; with <c>*</c> at the end, every code that begins so.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record AreaForm(double? Latitude, double? Longitude, double? RadiusKm, IReadOnlyList<string?>? AreaCodes);

/// <summary>Local times as <c>HH:mm</c>; from 22:00 to 07:00 spans midnight.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record QuietHoursForm(string? From, string? To)
{
    internal static QuietHoursForm Of(QuietHours quiet) => new(Written(quiet.From), Written(quiet.To));

    private static string Written(TimeOnly time) => time.ToString(time.Second == 0 ? "HH:mm" : "HH:mm:ss", CultureInfo.InvariantCulture);
}
