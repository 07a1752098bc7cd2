using AllianceNotify.Security;
using Microsoft.AspNetCore.Authorization;

namespace AllianceNotify.Functions.Security;

/// <summary>What a route asks of its caller. Every route names one of these or says that it is anonymous; a test enumerates them.</summary>
internal static class HubPolicies
{
    /// <summary>Send reports, classify, read back one's own.</summary>
    public const string Report = "report";

    /// <summary>Read a report: those who read what happened, and reporters what they sent.</summary>
    public const string ReadReports = "read-reports";

    /// <summary>Read what happened: situations, alerts, deliveries, lists.</summary>
    public const string Read = "read";

    /// <summary>Answer, reclassify, close, alert.</summary>
    public const string Act = "act";

    /// <summary>Change contacts, lists, policies, keys; replay dead letters.</summary>
    public const string Administer = "administer";

    /// <summary>Read what only oversight needs: keys without secrets, dead letters, the audit log.</summary>
    public const string Oversee = "oversee";

    public static void Configure(AuthorizationOptions options)
    {
        Allow(options, Report, HubRole.Reporter, HubRole.DutyOfficer, HubRole.Administrator);
        Allow(options, ReadReports, HubRole.Reporter, HubRole.DutyOfficer, HubRole.Administrator, HubRole.Auditor);
        Allow(options, Read, HubRole.DutyOfficer, HubRole.Administrator, HubRole.Auditor);
        Allow(options, Act, HubRole.DutyOfficer, HubRole.Administrator);
        Allow(options, Administer, HubRole.Administrator);
        Allow(options, Oversee, HubRole.Administrator, HubRole.Auditor);
        // A route that forgot to say is the administrator's.
        options.FallbackPolicy = options.GetPolicy(Administer);
        options.DefaultPolicy = options.GetPolicy(Administer)!;
    }

    private static void Allow(AuthorizationOptions options, string name, params IReadOnlyList<HubRole> roles) =>
        options.AddPolicy(name, policy => policy.RequireRole(roles.Select(role => role.ToString())));
}
