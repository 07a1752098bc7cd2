using System.ComponentModel.DataAnnotations;

namespace AllianceNotify.Functions.Pumps;

/// <summary>How this instance works through the queues: section <c>Pumps</c>.</summary>
internal sealed class PumpOptions
{
    public const string Section = "Pumps";

    /// <summary>False makes a node that only accepts reports; other instances on the same store and queues do the rest.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Messages of each queue in hand at once, by queue name.</summary>
    public Dictionary<string, int> Concurrency { get; set; } = [];

    /// <summary>Messages of a queue in hand at once where <see cref="Concurrency"/> does not say.</summary>
    [Range(1, 1_000)]
    public int DefaultConcurrency { get; set; } = 16;

    /// <summary>How long a message is held without a sign of life before others may have it, in seconds. Renewed at half of it.</summary>
    [Range(5, 600)]
    public int LeaseSeconds { get; set; } = 60;

    /// <summary>How long work in hand may finish after the hub is told to stop, before it is given back, in seconds.</summary>
    [Range(0, 60)]
    public int DrainSeconds { get; set; } = 5;

    public TimeSpan Lease => TimeSpan.FromSeconds(LeaseSeconds);

    public int ConcurrencyOf(string queue) => Concurrency.GetValueOrDefault(queue, DefaultConcurrency);
}
