using System.Globalization;
using System.Text.Encodings.Web;
using AllianceNotify.Security;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace AllianceNotify.Functions.Security;

/// <summary>
/// API keys (<c>Authorization: Bearer KEY</c> or <c>X-Api-Key: KEY</c>) and the board's session cookie. A bearer value that has
/// not the form of an API key is left for another scheme.
/// </summary>
internal sealed partial class HubAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory loggers,
    UrlEncoder encoder,
    CallerLookup callers,
    FailedAttempts failures) : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    public const string SchemeName = "Hub";
    public const string CookieName = "alliancenotify-session";
    private const string KeyHeader = "X-Api-Key";
    private const string Bearer = "Bearer ";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (PresentedKey() is { } presented)
        {
            return await AuthenticateKeyAsync(presented);
        }

        return Request.Cookies[CookieName] is { Length: > 0 } cookie && await callers.FindAsync(cookie, Context.RequestAborted) is { } session
            ? Success(HubCaller.Of(session), bySession: true)
            : AuthenticateResult.NoResult();
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        if (PresentedKey() is not null && failures.RetryAfter(Context.Connection.RemoteIpAddress) is { } wait)
        {
            Response.StatusCode = StatusCodes.Status429TooManyRequests;
            Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        }
        else if (IsPageRequest())
        {
            Response.Redirect($"/sign-in?return={Uri.EscapeDataString(Request.Path + Request.QueryString)}");
        }
        else
        {
            Response.StatusCode = StatusCodes.Status401Unauthorized;
            Response.Headers.WWWAuthenticate = "Bearer";
        }

        return Task.CompletedTask;
    }

    private async Task<AuthenticateResult> AuthenticateKeyAsync(string presented)
    {
        if (ApiKeyText.Parse(presented) is { } text && await callers.FindAsync(text, Context.RequestAborted) is { } key)
        {
            await callers.NoteUseAsync(key, Context.RequestAborted);
            return Success(HubCaller.Of(key), bySession: false);
        }

        failures.Note(Context.Connection.RemoteIpAddress);
        Log.RefusedKey(Logger, Context.TraceIdentifier);
        return AuthenticateResult.Fail("The key is unknown, expired or revoked.");
    }

    private static AuthenticateResult Success(HubCaller caller, bool bySession) => AuthenticateResult.Success(
        new AuthenticationTicket(caller.ToPrincipal(bySession ? SameOrigin.SessionIdentity : SchemeName), SchemeName));

    private string? PresentedKey()
    {
        if (Request.Headers[KeyHeader].ToString() is { Length: > 0 } key)
        {
            return key;
        }

        var authorization = Request.Headers.Authorization.ToString();
        return authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? authorization[Bearer.Length..].Trim() : null;
    }

    /// <summary>A browser that navigates is shown the way in; everything under <c>/api</c> is answered for programs.</summary>
    private bool IsPageRequest() =>
        HttpMethods.IsGet(Request.Method)
        && !Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase)
        && PresentedKey() is null
        && Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "A key was refused in request {TraceId}")]
        public static partial void RefusedKey(ILogger logger, string traceId);
    }
}
