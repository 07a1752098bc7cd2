using System.Security.Claims;
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

    public bool MayReportAs(string source) =>
        Role is not HubRole.Reporter || Sources.Count == 0 || Sources.Contains(source, StringComparer.Ordinal);

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
