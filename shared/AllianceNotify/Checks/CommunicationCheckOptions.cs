using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace AllianceNotify.Checks;

/// <summary>Which lists are sent a test from time to time, and when: configuration section <c>CommunicationChecks</c>.</summary>
public sealed class CommunicationCheckOptions
{
    public const string Section = "CommunicationChecks";

    /// <summary>Ids of the lists that ask for it. None: no test is ever sent.</summary>
    public List<string> Lists { get; set; } = [];

    /// <summary>Whole days between two checks, counted from a Monday: 7 checks every Monday. 1 to 365.</summary>
    public int EveryDays { get; set; } = 7;

    /// <summary>Time of day in UTC at which a check begins, 00:00 to before 24:00; 01:00 is ten in the morning in Japan.</summary>
    public TimeSpan At { get; set; } = TimeSpan.FromHours(1);
}

internal sealed class CommunicationCheckOptionsValidator : IValidateOptions<CommunicationCheckOptions>
{
    public ValidateOptionsResult Validate(string? name, CommunicationCheckOptions options)
    {
        var mistakes = new List<string>();
        if (options.Lists.Exists(string.IsNullOrWhiteSpace))
        {
            mistakes.Add($"{CommunicationCheckOptions.Section}:Lists has an entry that names no list.");
        }

        if (options.EveryDays is < 1 or > 365)
        {
            mistakes.Add($"{CommunicationCheckOptions.Section}:EveryDays is not between 1 and 365.");
        }

        if (options.At < TimeSpan.Zero || options.At >= TimeSpan.FromDays(1))
        {
            mistakes.Add($"{CommunicationCheckOptions.Section}:At is not a time of day.");
        }

        return mistakes.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(mistakes);
    }
}

internal static class CommunicationCheckRegistration
{
    public static IServiceCollection AddCommunicationChecks(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<CommunicationCheckOptions>().Bind(configuration.GetSection(CommunicationCheckOptions.Section)).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<CommunicationCheckOptions>, CommunicationCheckOptionsValidator>());
        services.TryAddSingleton<CheckCommunications>();
        return services;
    }
}
