using AllianceNotify.Audit;
using AllianceNotify.Functions.Pumps;
using AllianceNotify.Functions.Storage;
using AllianceNotify.Security;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.DataProtection;

namespace AllianceNotify.Functions.Security;

internal static class SecurityWiring
{
    public const string HousekeepingSweep = "housekeeping";

    private static readonly TimeSpan HousekeepEvery = TimeSpan.FromHours(1);

    public static void AddSecurity(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<AuditLog>();
        services.AddSingleton<ApiKeyTable>();
        services.AddSingleton<SessionTable>();
        services.AddSingleton<HubSecrets>();
        services.AddSingleton<LinkKey>();
        services.AddHostedService(provider => provider.GetRequiredService<LinkKey>());
        services.AddSingleton(provider => provider.GetRequiredService<LinkKey>().Links);
        services.AddSingleton<CallerLookup>();
        services.AddSingleton<FailedAttempts>();
        // Sessions and links do not use it; the framework's pages do, and would otherwise put its keys into the home folder.
        services.AddDataProtection()
            .SetApplicationName("AllianceNotify")
            .PersistKeysToFileSystem(new DirectoryInfo(Path.Combine(builder.HubOptions().EnsureDataDirectory(), "keys")));
        services.AddAuthentication(HubAuthentication.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, HubAuthentication>(HubAuthentication.SchemeName, configureOptions: null);
        services.AddAuthorization(HubPolicies.Configure);
        services.AddKeyRateLimit();
        builder.AddSweep(HousekeepingSweep, HousekeepEvery, (provider, token) => provider.GetRequiredService<SessionTable>()
            .RemoveEndedAsync(provider.GetRequiredService<TimeProvider>().GetUtcNow(), token));
    }

    public static void UseSecurity(this WebApplication app)
    {
        app.Use(AnswerForRouting);
        app.UseAuthentication();
        app.Use(SameOrigin.RequireAsync);
        app.UseRateLimiter();
        app.UseAuthorization();
    }

    /// <summary>
    /// Routing's own answers (405 to a method, 415 to a media type that a route does not take) are endpoints without a
    /// policy. They are given here, before the policy for such endpoints would make a 403 of them.
    /// </summary>
    private static Task AnswerForRouting(HttpContext context, RequestDelegate next) =>
        context.GetEndpoint() is { RequestDelegate: { } answer } and not RouteEndpoint ? answer(context) : next(context);
}
