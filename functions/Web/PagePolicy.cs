namespace AllianceNotify.Functions.Web;

/// <summary>
/// What one page's browser may do in place of the strict policy that stands for all others: endpoint metadata, read when the
/// answer's headers are set. An error's answer has no endpoint any more and gets the strict one.
/// </summary>
/// <param name="ContentSecurityPolicy">The header's value.</param>
/// <param name="FrameOptions">The older header for browsers that do not know <c>frame-ancestors</c>; it has no way to name other sites, so null where those may frame the page.</param>
internal sealed record PagePolicy(string ContentSecurityPolicy, string? FrameOptions)
{
    private const string Strict =
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    public static readonly PagePolicy Default = new(Strict, "DENY");

    /// <summary>A page that shows a mail in a frame.</summary>
    public static readonly PagePolicy ShowsMail = new($"{Strict}; frame-src 'self'", "DENY");

    /// <summary>
    /// The Teams tab: shown in frames of the Teams clients of each cloud, with links that open outside them, and nothing else.
    /// (Microsoft Teams, tab prerequisites: hosts that frame a tab.)
    /// </summary>
    public static readonly PagePolicy TeamsTab = new(
        "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors https://teams.microsoft.com https://*.teams.microsoft.com "
        + "https://*.cloud.microsoft https://gov.teams.microsoft.us https://dod.teams.microsoft.us",
        null);

    /// <summary>A mail in that frame: its own inline styles, and otherwise nothing at all; not even the hub's origin.</summary>
    public static readonly PagePolicy Mail = new(
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox", "SAMEORIGIN");
}
