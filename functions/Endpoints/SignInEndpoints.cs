using System.Globalization;
using System.Net;
using AllianceNotify.Audit;
using AllianceNotify.Functions.Board;
using AllianceNotify.Functions.Security;
using AllianceNotify.Functions.Web;
using AllianceNotify.Reports;
using AllianceNotify.Security;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AllianceNotify.Functions.Endpoints;

/// <summary>
/// A browser's way in: with the one-time link the hub prints, or with an API key. Opening the link signs nobody in and uses
/// nothing up; the button does.
/// </summary>
internal static class SignInEndpoints
{
    /// <summary>Not <c>/</c>, which a Functions host keeps for itself.</summary>
    private const string Start = "/situations";

    private static readonly LocalizedText LinkEnded = new("This link was used or has expired.", "このリンクは使用済みか期限切れです。");
    private static readonly LocalizedText UnknownKey = new("The hub does not know this key.", "このキーは登録されていません。");

    public static void MapSignIn(this WebApplication app)
    {
        var group = app.MapGroup("").ExcludeFromDescription();
        group.MapGet("/sign-in", Show).AllowAnonymous();
        group.MapPost("/sign-in", SignInAsync).AllowAnonymous();
        group.MapPost("/sign-out", SignOutAsync).RequireAuthorization(policy => policy.RequireAuthenticatedUser());
    }

    private static RazorComponentResult<SignInPage> Show(string? ticket, string? @return) => PageOf(ticket, @return, null, HttpStatusCode.OK);

    private static async Task<IResult> SignInAsync(
        HttpContext context,
        SessionTable sessions,
        CallerLookup callers,
        FailedAttempts failures,
        AuditLog audit,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        if (!SameOrigin.IsOwnPage(context))
        {
            return Problems.Forbidden("Sign in from the hub's own page.");
        }

        var address = context.Connection.RemoteIpAddress;
        if (failures.RetryAfter(address) is { } wait)
        {
            context.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            return Problems.Of(StatusCodes.Status429TooManyRequests, "Too many attempts.");
        }

        if (!context.Request.HasFormContentType)
        {
            return Problems.Of(StatusCodes.Status415UnsupportedMediaType, "Sign in with the form.");
        }

        var form = await context.Request.ReadFormAsync(cancellationToken);
        var (ticket, target) = (form["ticket"].ToString(), form["return"].ToString());
        var started = ticket.Length > 0
            ? await sessions.RedeemAsync(ticket, time.GetUtcNow(), cancellationToken)
            : ApiKeyText.Parse(form["key"].ToString().Trim()) is { } text && await callers.FindAsync(text, cancellationToken) is { } key
                ? await sessions.StartAsync(key, time.GetUtcNow(), cancellationToken)
                : null;
        if (started is not { } session)
        {
            failures.Note(address);
            return PageOf(null, target, ticket.Length > 0 ? LinkEnded : UnknownKey, HttpStatusCode.Unauthorized);
        }

        // Before the browser gets what makes the session its own.
        await audit.AppendAsync(HubCaller.Of(session.Session).Orders("sign-in", "sessions"), cancellationToken);
        context.Response.Cookies.Append(HubAuthentication.CookieName, session.Secret, CookieOf(context, session.Session.ExpiresAt));
        return TypedResults.LocalRedirect(IsLocal(target) ? target : Start);
    }

    private static async Task<IResult> SignOutAsync(
        HttpContext context, HubCaller caller, SessionTable sessions, CallerLookup callers, AuditLog audit, CancellationToken cancellationToken)
    {
        await audit.AppendAsync(caller.Orders("sign-out", "sessions"), cancellationToken);
        if (context.Request.Cookies[HubAuthentication.CookieName] is { Length: > 0 } cookie)
        {
            await sessions.EndAsync(cookie, cancellationToken);
            callers.Forget(cookie);
        }

        context.Response.Cookies.Delete(HubAuthentication.CookieName, CookieOf(context, null));
        return TypedResults.LocalRedirect("/sign-in");
    }

    private static CookieOptions CookieOf(HttpContext context, DateTimeOffset? expires) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = context.Request.IsHttps,
        Path = "/",
        Expires = expires,
        IsEssential = true,
    };

    /// <summary>A path on this hub: neither another host's address nor what a browser would take for one.</summary>
    private static bool IsLocal(string target) => target is ['/', .. var rest] && (rest.Length == 0 || rest[0] is not ('/' or '\\'));

    private static RazorComponentResult<SignInPage> PageOf(string? ticket, string? target, LocalizedText? error, HttpStatusCode status) =>
        new(new { Ticket = ticket, Return = target, Error = error }) { StatusCode = (int)status };
}
