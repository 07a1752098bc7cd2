using AllianceNotify.Functions.Web;
using AllianceNotify.Intake;

namespace AllianceNotify.Functions.Endpoints;

internal static class IntakeWiring
{
    public static void AddIntake(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<IntakeOptions>()
            .Bind(builder.Configuration.GetSection("Intake"))
            .Configure<Microsoft.Extensions.Options.IOptions<WebServerOptions>>((intake, web) => intake.MaxBodyBytes = (int)web.Value.MaxBodyBytes);
        builder.Services.AddIntake();
        builder.Services.AddSingleton<ClassifyReports>();
    }
}
