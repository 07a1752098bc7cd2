using AllianceNotify.Functions.Board;
using AllianceNotify.Functions.Endpoints;
using AllianceNotify.Functions.Health;
using AllianceNotify.Functions.Pumps;
using AllianceNotify.Functions.Security;
using AllianceNotify.Functions.Storage;
using AllianceNotify.Functions.Telemetry;
using AllianceNotify.Functions.Triggers;
using AllianceNotify.Functions.Web;

namespace AllianceNotify.Functions;

/// <summary>The hub put together: what it is made of, in the order a report meets it, and what it answers.</summary>
internal static class HubApplication
{
    /// <param name="arguments">What the command line says.</param>
    /// <param name="adjust">The last word on services, for callers that bring their own store, queue or clock.</param>
    public static WebApplication Build(HubArguments arguments, Action<WebApplicationBuilder>? adjust = null)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.AddHubConfiguration(arguments);
        builder.AddHubLogging(arguments);
        builder.AddTelemetry();
        builder.AddWebServer();
        builder.AddHttpAnswers();
        builder.AddStoreAndQueue(arguments);
        builder.AddSecurity();
        builder.AddIntake();
        builder.AddDirectory();
        builder.AddHealth();
        builder.AddPumps();
        builder.AddStages(arguments);
        builder.AddTriggers();
        builder.AddBoard();
        adjust?.Invoke(builder);

        var app = builder.Build();
        app.UseForwardingHost();
        app.UseHttpAnswers();
        app.UseSecurity();
        app.MapOpenApiDocument();
        app.MapHealth();
        app.MapBench();
        app.MapSignIn();
        app.MapReports();
        app.MapClassify();
        app.MapSituations();
        app.MapAlerts();
        app.MapFeeds();
        app.MapEvents();
        app.MapDirectory();
        app.MapBoard();
        app.MapApiKeys();
        app.MapDeadLetters();
        app.MapAudit();
        app.MapTriggers();
        return app;
    }
}
