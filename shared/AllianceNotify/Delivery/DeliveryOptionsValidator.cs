using Microsoft.Extensions.Options;

namespace AllianceNotify.Delivery;

/// <summary>Checks ranges, and that configured limits belong to channels that exist; names every mistake at once.</summary>
internal sealed class DeliveryOptionsValidator(ChannelSet channels) : IValidateOptions<DeliveryOptions>
{
    public ValidateOptionsResult Validate(string? name, DeliveryOptions options)
    {
        var mistakes = new Mistakes();
        mistakes.Range("ClaimTime", options.ClaimTime, TimeSpan.FromSeconds(20), TimeSpan.FromMinutes(10));
        mistakes.Range("MaxConcurrentSends", options.MaxConcurrentSends, 1, 10_000);
        mistakes.Range("ChunksPerTarget", options.ChunksPerTarget, 1, 100);
        mistakes.Range("MaxTargets", options.MaxTargets, 16, 100_000);
        foreach (var (channel, limits) in options.Channels)
        {
            if (channels.Find(channel) is null)
            {
                mistakes.Add($"Channels:{channel}", $"there is no such channel; there are {string.Join(", ", channels.Names.Order(StringComparer.Ordinal))}");
            }

            Check(mistakes, $"Channels:{channel}:", limits, options);
        }

        return mistakes.All.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(mistakes.All);
    }

    private static void Check(Mistakes mistakes, string at, ChannelLimits limits, DeliveryOptions options)
    {
        mistakes.Range($"{at}Timeout", limits.Timeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(2));
        if (limits.Timeout * 2 >= options.ClaimTime)
        {
            mistakes.Add($"{at}Timeout", "must be less than half of ClaimTime");
        }

        mistakes.Range($"{at}MaxConcurrency", limits.MaxConcurrency, 1, 1_000);
        mistakes.Range($"{at}Permits", limits.Permits ?? 1, 1, 100_000);
        mistakes.Range($"{at}Window", limits.Window, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
        mistakes.Range($"{at}ReturnAtMost", limits.ReturnAtMost, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5));
        if (limits.BreakerFailureRatio is not (> 0 and <= 1))
        {
            mistakes.Add($"{at}BreakerFailureRatio", "must be above 0 and at most 1");
        }

        mistakes.Range($"{at}BreakerMinimum", limits.BreakerMinimum, 2, 10_000);
        mistakes.Range($"{at}BreakerSampling", limits.BreakerSampling, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10));
        mistakes.Range($"{at}BreakAtMost", limits.BreakAtMost, TimeSpan.FromMilliseconds(500), TimeSpan.FromHours(1));
        mistakes.Range($"{at}BreakFor", limits.BreakFor, TimeSpan.FromMilliseconds(500), limits.BreakAtMost);
        mistakes.Range($"{at}MaxAttempts", limits.MaxAttempts, 1, 1_000);
        mistakes.Range($"{at}BackoffCap", limits.BackoffCap, TimeSpan.FromMilliseconds(10), TimeSpan.FromHours(1));
        mistakes.Range($"{at}BackoffBase", limits.BackoffBase, TimeSpan.FromMilliseconds(10), limits.BackoffCap);
        Check(mistakes, $"{at}Deadlines:", limits.Deadlines);
        Check(mistakes, $"{at}LastChannelDeadlines:", limits.LastChannelDeadlines);
    }

    private static void Check(Mistakes mistakes, string at, UrgencyTimes times)
    {
        (string Name, TimeSpan Value)[] all = [("Flash", times.Flash), ("Urgent", times.Urgent), ("Routine", times.Routine), ("Info", times.Info)];
        foreach (var (name, value) in all)
        {
            mistakes.Range(at + name, value, TimeSpan.FromSeconds(1), TimeSpan.FromDays(7));
        }
    }

    private sealed class Mistakes
    {
        public List<string> All { get; } = [];

        public void Add(string setting, string what) => All.Add($"{DeliveryOptions.Section}:{setting} {what}.");

        public void Range<T>(string setting, T value, T least, T most)
            where T : IComparable<T>
        {
            if (value.CompareTo(least) < 0 || value.CompareTo(most) > 0)
            {
                Add(setting, $"is {value}, not between {least} and {most}");
            }
        }
    }
}
