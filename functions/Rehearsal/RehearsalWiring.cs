using AllianceNotify.Functions.Pumps;
using AllianceNotify.Functions.Storage;

namespace AllianceNotify.Functions.Rehearsal;

internal static class RehearsalWiring
{
    public static void AddRehearsal(this WebApplicationBuilder builder)
    {
        var options = builder.Configuration.GetSection(RehearsalOptions.Section).Get<RehearsalOptions>() ?? new RehearsalOptions();
        if (options.Enabled ?? builder.PumpsEnabled())
        {
            builder.Services.AddHostedService(services => ActivatorUtilities.CreateInstance<RehearseAlerts>(
                services, Path.Combine(builder.HubOptions().EnsureDataDirectory(), "rehearsal")));
        }
    }
}
