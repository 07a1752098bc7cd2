using System.Globalization;

namespace AllianceNotify.LoadDriver;

/// <summary>Processor time of the thread that asks, by the kernel's account.</summary>
internal static class ThreadProcessorTime
{
    public static TimeSpan Current()
    {
        // schedstat: nanoseconds on the processor, nanoseconds waiting for it, time slices.
        var fields = File.ReadAllText("/proc/thread-self/schedstat").Split(' ');
        return TimeSpan.FromMicroseconds(long.Parse(fields[0], CultureInfo.InvariantCulture) / 1000.0);
    }
}
