using AllianceNotify.Classification;
using AllianceNotify.Contacts;
using AllianceNotify.FanOut;
using AllianceNotify.Functions.Security;
using AllianceNotify.Functions.Web;
using AllianceNotify.Intake;
using AllianceNotify.Reports;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.WebUtilities;

namespace AllianceNotify.Functions.Endpoints;

/// <summary>Who would be told of a hypothetical report, and who not, and why. Tells nobody anything.</summary>
internal static class AudienceEndpoints
{
    public static void MapAudience(this WebApplication app) =>
        app.MapGet("/api/audience", AudienceAsync).WithTags("People and lists").RequireAuthorization(HubPolicies.Read);

    private static async Task<Results<Ok<AudienceView>, ValidationProblem>> AudienceAsync(
        [AsParameters] AudienceParameters parameters,
        HttpRequest request,
        ResolveAudience audience,
        Taxonomy taxonomy,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        if (parameters.Errors(taxonomy).ToList() is { Count: > 0 } errors)
        {
            return Problems.Invalid(errors);
        }

        var items = new List<AudienceMemberView>();
        var (skip, limit) = (parameters.Skip ?? 0, parameters.Limit ?? AudienceParameters.DefaultLimit);
        int told = 0, later = 0, withheld = 0;
        await foreach (var member in audience.ResolveAsync(parameters.ToQuery(taxonomy), parameters.At ?? time.GetUtcNow(), cancellationToken))
        {
            var position = told + later + withheld;
            _ = member switch
            {
                { Withheld: not null } => withheld++,
                { NotBefore: not null } => later++,
                _ => told++,
            };
            if (position >= skip && items.Count < limit)
            {
                items.Add(AudienceMemberView.Of(member));
            }
        }

        var shown = skip + items.Count;
        return TypedResults.Ok(new AudienceView(items, shown < told + later + withheld ? NextOf(request, shown) : null, told, later, withheld));
    }

    private static string NextOf(HttpRequest request, int skip)
    {
        var kept = request.Query.Where(pair => !pair.Key.Equals("skip", StringComparison.OrdinalIgnoreCase));
        return QueryHelpers.AddQueryString(
            QueryHelpers.AddQueryString(request.Path, kept), "skip", skip.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }
}

/// <summary>The hypothetical report. Values that can be several are repeated or separated by commas.</summary>
/// <param name="Category">Required: a category of the taxonomy, <c>unclassified</c> or <c>none</c>.</param>
/// <param name="Also">Further categories.</param>
/// <param name="Urgency"><c>info</c>, <c>routine</c>, <c>urgent</c> or <c>flash</c>; the category's own where missing.</param>
/// <param name="Mode">Required: <c>actual</c>, <c>exercise</c> or <c>test</c>.</param>
/// <param name="Tlp"><c>clear</c>, <c>green</c>, <c>amber</c>, <c>amber-strict</c> or <c>red</c>. Where neither this nor a releasability is given, what a report without a marking gets.</param>
/// <param name="ReleasableTo">Nations (<c>JPN</c>), agencies (<c>agency:JCG</c>) and persons (<c>contact:ID</c>).</param>
/// <param name="Latitude">WGS 84 degrees.</param>
/// <param name="Longitude">WGS 84 degrees.</param>
/// <param name="RadiusKm">Kilometres.</param>
/// <param name="AreaCode">With their scheme: <c>jma:130000</c>.</param>
/// <param name="List">Only these lists, whatever is subscribed.</param>
/// <param name="At">At this time, which quiet hours depend on; now where missing.</param>
/// <param name="Limit">Contacts in one answer, 1 to 10,000; 1,000 where missing.</param>
/// <param name="Skip">Contacts to pass over: from the <c>next</c> of the page before.</param>
internal sealed record AudienceParameters(
    string? Category,
    string[]? Also,
    string? Urgency,
    string? Mode,
    string? Tlp,
    string[]? ReleasableTo,
    double? Latitude,
    double? Longitude,
    double? RadiusKm,
    string[]? AreaCode,
    string[]? List,
    DateTimeOffset? At,
    int? Limit,
    int? Skip)
{
    public const int DefaultLimit = 1_000;

    private const int MaxLimit = 10_000;

    public IEnumerable<FieldError> Errors(Taxonomy taxonomy)
    {
        if (Category is null || !IsKnown(Category, taxonomy))
        {
            yield return new FieldError("category", "Required: a category of the taxonomy, unclassified or none.");
        }

        if (Split(Also).Any(category => !IsKnown(category, taxonomy)))
        {
            yield return new FieldError("also", "Categories of the taxonomy.");
        }

        if (Urgency is not null && !KebabText.TryParse<Urgency>(Urgency, out _))
        {
            yield return new FieldError("urgency", "One of info, routine, urgent, flash.");
        }

        if (Mode is null || !KebabText.TryParse<ReportMode>(Mode, out _))
        {
            yield return new FieldError("mode", "Required: actual, exercise or test.");
        }

        if (Tlp is not null && !KebabText.TryParse<Tlp>(Tlp, out _))
        {
            yield return new FieldError("tlp", "One of clear, green, amber, amber-strict, red.");
        }

        if (Latitude is < -90 or > 90 or double.NaN)
        {
            yield return new FieldError("latitude", "-90 to 90.");
        }

        if (Longitude is < -180 or > 180 or double.NaN)
        {
            yield return new FieldError("longitude", "-180 to 180.");
        }

        if (RadiusKm is < 0 or > 20_038 or double.NaN)
        {
            yield return new FieldError("radiusKm", "0 to 20038.");
        }

        if (Latitude is null != Longitude is null || (RadiusKm is not null && Latitude is null))
        {
            yield return new FieldError("latitude", "Latitude and longitude go together, a radius with both.");
        }

        if (Split(List).Any(list => !RouteKey.IsKey(list)))
        {
            yield return new FieldError("list", "Ids of lists.");
        }

        if (Limit is < 1 or > MaxLimit)
        {
            yield return new FieldError("limit", $"1 to {MaxLimit}.");
        }

        if (Skip is < 0)
        {
            yield return new FieldError("skip", "Not below 0.");
        }
    }

    public AudienceQuery ToQuery(Taxonomy taxonomy)
    {
        var category = new CategoryId(Category!);
        return new AudienceQuery
        {
            Category = category,
            AlsoCategories = [.. Split(Also).Select(CategoryId.Of)],
            Urgency = Urgency is not null && KebabText.TryParse<Urgency>(Urgency, out var urgency)
                ? urgency
                : taxonomy.Find(category)?.DefaultUrgency ?? Reports.Urgency.Urgent,
            Mode = KebabText.TryParse<ReportMode>(Mode!, out var mode) ? mode : throw new InvalidOperationException("The mode was not checked."),
            Marking = ToMarking(),
            Location = Latitude is null && AreaCode is null or { Length: 0 }
                ? null
                : new ReportLocation { Latitude = Latitude, Longitude = Longitude, RadiusKm = RadiusKm, AreaCodes = Split(AreaCode) },
            Lists = Split(List) is { Count: > 0 } lists ? [.. lists.Select(ListId.Of)] : null,
        };
    }

    private Marking ToMarking()
    {
        var released = Split(ReleasableTo);
        return (Tlp, released.Count) switch
        {
            (null, 0) => Marking.Default,
            (null, _) => Marking.Default with { ReleasableTo = released },
            _ => new Marking(KebabText.TryParse<Tlp>(Tlp, out var tlp) ? tlp : Reports.Tlp.Red, released),
        };
    }

    private static bool IsKnown(string category, Taxonomy taxonomy) =>
        new CategoryId(category) is var id && (taxonomy.Find(id) is not null || id == CategoryId.Unclassified || id == CategoryId.None);

    private static List<string> Split(string[]? values) =>
        [.. (values ?? []).SelectMany(value => (value ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];
}

/// <param name="Items">In the order of contact ids; the duty desk last where it is told because nobody else is.</param>
/// <param name="Next">The rest.</param>
/// <param name="Told">How many in all would be told at once.</param>
/// <param name="Later">How many would be told after their quiet hours.</param>
/// <param name="Withheld">How many may not be told.</param>
internal sealed record AudienceView(IReadOnlyList<AudienceMemberView> Items, string? Next, int Told, int Later, int Withheld);

/// <param name="Contact">Who.</param>
/// <param name="Reasons">Lists and subscriptions that reach them; without a subscription, the list is told directly.</param>
/// <param name="Withheld">Why they may not be told; missing where they may.</param>
/// <param name="NotBefore">End of the quiet hours that hold it back; missing: at once.</param>
/// <param name="Policy">Escalation policy of the subscription; missing: the default.</param>
internal sealed record AudienceMemberView(
    MemberView Contact, IReadOnlyList<AudienceReason> Reasons, string? Withheld, DateTimeOffset? NotBefore, PolicyId? Policy)
{
    public static AudienceMemberView Of(AudienceMember member) =>
        new(MemberView.Of(member.Contact), member.Reasons, member.Withheld, member.NotBefore, member.Policy);
}
