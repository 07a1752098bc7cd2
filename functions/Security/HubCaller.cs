using System.Security.Claims;
using AllianceNotify.Audit;
using AllianceNotify.Contacts;
using AllianceNotify.FanOut;
using AllianceNotify.Reports;
using AllianceNotify.Security;

namespace AllianceNotify.Functions.Security;

/// <summary>Who is calling, bound as a handler parameter.</summary>
internal sealed record HubCaller(string Id, string Name, HubRole Role)
{
    private const string SourceClaim = "alliancenotify/source";
    private const string NationClaim = "alliancenotify/nation";
    private const string AgencyClaim = "alliancenotify/agency";
    private const string TlpClaim = "alliancenotify/tlp";
    private const string LocalClaim = "alliancenotify/local";

    /// <summary>For a reporter: the sources it may report as; empty: any.</summary>
    public IReadOnlyList<string> Sources { get; init; } = [];

    public Reader? Reader { get; init; }

    /// <summary>Signed in on the hub's own machine; reads everything, as the store's files lie there too.</summary>
    public bool IsLocal { get; init; }

    public static HubCaller Of(ApiKey key) => new(key.Id.Value, key.Name, key.Role) { Sources = key.Sources, Reader = key.Reader };

    public static HubCaller Of(Session session) =>
        new(session.Key?.Value ?? "local", session.Name, session.Role) { Reader = session.Reader, IsLocal = session.IsLocal };

    public static ValueTask<HubCaller?> BindAsync(HttpContext context) => ValueTask.FromResult(Of(context.User));

    public static HubCaller? Of(ClaimsPrincipal user)
    {
        if (user.FindFirstValue(ClaimTypes.NameIdentifier) is not { } id
            || !Enum.TryParse<HubRole>(user.FindFirstValue(ClaimTypes.Role), out var role))
        {
            return null;
        }

        return new HubCaller(id, user.FindFirstValue(ClaimTypes.Name) ?? id, role)
        {
            Sources = [.. user.FindAll(SourceClaim).Select(claim => claim.Value)],
            Reader = user.FindFirstValue(NationClaim) is { } nation
                && user.FindFirstValue(AgencyClaim) is { } agency
                && Enum.TryParse<Tlp>(user.FindFirstValue(TlpClaim), out var tlp)
                    ? new Reader(nation, agency, tlp)
                    : null,
            IsLocal = user.HasClaim(LocalClaim, "true"),
        };
    }

    /// <summary>What the caller orders, for the audit log.</summary>
    public AuditOrder Orders(string action, string subject, string? detail = null) => new(Id, Name, action, subject, detail);

    /// <summary>
    /// Whether this caller may read a text so marked: what a contact of the same nation, agency and colour may. A key that
    /// states no reader reads as an unnamed person inside both governments does, which is what the default marking asks; a
    /// reporter's reads only what is open to everybody.
    /// </summary>
    public bool MayRead(Marking marking)
    {
        if (IsLocal)
        {
            return true;
        }

        return (Reader, Role) switch
        {
            ({ } reader, _) => IsAllowed(reader, marking),
            (null, HubRole.Reporter) => IsAllowed(new Reader("", "", Tlp.Clear), marking),
            _ => Marking.Default.ReleasableTo.All(nation => IsAllowed(new Reader(nation, "", Marking.Default.Tlp), marking)),
        };
    }

    /// <summary>A reporter reads what it sent, whatever its marking: reports of the sources its key is bound to.</summary>
    public bool MayReadReport(SituationReport report) =>
        MayRead(report.Marking) || (Role is HubRole.Reporter && Sources.Contains(report.Source, StringComparer.Ordinal));

    private bool IsAllowed(Reader reader, Marking marking) => MarkingRule.Withholds(
        new Contact
        {
            Id = new ContactId(Id),
            Name = new PersonName(Name, null),
            Agency = reader.Agency,
            Nation = reader.Nation,
            Languages = ["en"],
            Channels = [],
            MaxTlp = reader.MaxTlp,
        },
        marking) is null;

    public ClaimsPrincipal ToPrincipal(string scheme)
    {
        var claims = new List<Claim>
        {
            new(ClaimTypes.NameIdentifier, Id),
            new(ClaimTypes.Name, Name),
            new(ClaimTypes.Role, Role.ToString()),
        };
        claims.AddRange(Sources.Select(source => new Claim(SourceClaim, source)));
        if (Reader is { } reader)
        {
            claims.Add(new Claim(NationClaim, reader.Nation));
            claims.Add(new Claim(AgencyClaim, reader.Agency));
            claims.Add(new Claim(TlpClaim, reader.MaxTlp.ToString()));
        }

        if (IsLocal)
        {
            claims.Add(new Claim(LocalClaim, "true"));
        }

        return new ClaimsPrincipal(new ClaimsIdentity(claims, scheme));
    }
}
