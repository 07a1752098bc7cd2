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
    /// limits are bound from <see cref="IntakeOptions"/>. <see cref="CapSignatures"/> registered before holds the certificates
    /// that CAP signatures are checked with; without it signatures are noted and not checked.
    /// </summary>
    public static IServiceCollection AddIntake(this IServiceCollection services)
    {
        services.AddOptions<IntakeOptions>()
            .Validate(options => options.MaxBodyBytes > 0 && options.Concurrency is > 0 and <= 1_000, "Intake needs MaxBodyBytes above 0 and Concurrency from 1 to 1000.")
            .ValidateOnStart();
        services.TryAddSingleton(provider => provider.GetRequiredService<IOptions<IntakeOptions>>().Value);
        services.TryAddSingleton(CapSignatures.None);
        services.TryAddSingleton(provider => new ReportReader(All(provider.GetRequiredService<CapSignatures>())));
        services.TryAddSingleton<ReportTable>();
        services.TryAddSingleton(_ => new ReportLane(_ => Urgency.Urgent));
        services.TryAddSingleton<AcceptReports>();
        return services;
    }

    /// <summary>Every format in the order in which they are asked; own JSON last, as it takes whatever JSON nobody else knows.</summary>
    public static IReadOnlyList<IReportFormat> All(CapSignatures? signatures = null)
    {
        var cap = new CapFormat(signatures ?? CapSignatures.None);
        IReadOnlyList<IReportFormat> plain =
        [
            cap, new JmaXmlFormat(), new MofaFormat(), new GdacsFormat(), new FeedFormat(cap),
            new NwsGeoJsonFormat(), new UsgsGeoJsonFormat(), new StixFormat(), new KevFormat(), new OwnJsonFormat(),
        ];
        IReadOnlyList<IReportFormat> withEnvelope = [new EdxlFormat(new ReportReader(plain)), .. plain];
        return [new CloudEventFormat(new ReportReader(withEnvelope)), .. withEnvelope];
    }
}
