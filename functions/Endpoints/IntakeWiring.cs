using AllianceNotify.Functions.Web;
using AllianceNotify.Intake;
using AllianceNotify.Publishing;

namespace AllianceNotify.Functions.Endpoints;

internal static class IntakeWiring
{
    public static void AddIntake(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<IntakeOptions>()
            .Bind(builder.Configuration.GetSection("Intake"))
            .Configure<Microsoft.Extensions.Options.IOptions<WebServerOptions>>((intake, web) => intake.MaxBodyBytes = (int)web.Value.MaxBodyBytes);
        builder.Services.AddSingleton(services => services.GetRequiredService<Microsoft.Extensions.Options.IOptions<CapOptions>>().Value.LoadTrusted());
        builder.Services.AddIntake();
        builder.Services.AddSingleton<ClassifyReports>();
    }
}
