using AllianceNotify.Security;
using Microsoft.AspNetCore.Authentication;

namespace AllianceNotify.Functions.Security;

internal static class SecurityWiring
{
    public static void AddSecurity(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<ApiKeyTable>();
        services.AddSingleton<SessionTable>();
        services.AddSingleton<HubSecrets>();
        services.AddSingleton<CallerLookup>();
        services.AddSingleton<FailedAttempts>();
        services.AddAuthentication(HubAuthentication.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, HubAuthentication>(HubAuthentication.SchemeName, configureOptions: null);
        services.AddAuthorization(HubPolicies.Configure);
    }

    public static void UseSecurity(this WebApplication app)
    {
        app.UseAuthentication();
        app.Use(SameOrigin.RequireAsync);
        app.UseAuthorization();
    }
}
