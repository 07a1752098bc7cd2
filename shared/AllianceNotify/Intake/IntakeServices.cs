using AllianceNotify.Intake.Formats;
using AllianceNotify.Reports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace AllianceNotify.Intake;

public static class IntakeServices
{
    /// <summary>
    /// Intake and every format it reads. Needs the ports, <see cref="TimeProvider"/> and <see cref="Telemetry.HubMetrics"/>;
    /// limits are bound from <see cref="IntakeOptions"/>.
    /// </summary>
    public static IServiceCollection AddIntake(this IServiceCollection services)
    {
        services.AddOptions<IntakeOptions>()
            .Validate(options => options.MaxBodyBytes > 0 && options.Concurrency is > 0 and <= 1_000, "Intake needs MaxBodyBytes above 0 and Concurrency from 1 to 1000.")
            .ValidateOnStart();
        services.TryAddSingleton(provider => provider.GetRequiredService<IOptions<IntakeOptions>>().Value);
        foreach (var format in All())
        {
            services.AddSingleton(format);
        }

        services.TryAddSingleton<ReportReader>();
        services.TryAddSingleton<ReportTable>();
        services.TryAddSingleton(_ => new ReportLane(_ => Urgency.Urgent));
        services.TryAddSingleton<AcceptReports>();
        return services;
    }

    /// <summary>Every format in the order in which they are asked; own JSON last, as it takes whatever JSON nobody else knows.</summary>
    public static IReadOnlyList<IReportFormat> All() => [new CapFormat(), new JmaXmlFormat(), new UsgsGeoJsonFormat(), new OwnJsonFormat()];
}
