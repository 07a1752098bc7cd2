using System.Globalization;

namespace AllianceNotify.Functions.Web;

/// <summary>
/// How the process's file descriptors are shared out. A .NET server that runs out of them cannot accept, cannot open its
/// store and may abort; so connections in and out are bounded below what the operating system allows.
/// </summary>
/// <param name="Inbound">Connections that clients may hold open.</param>
/// <param name="Outbound">Connections that the hub may hold open to others.</param>
internal sealed record DescriptorBudget(int Inbound, int Outbound)
{
    /// <summary>
    /// Assemblies (the runtime keeps two descriptors for each: some 230 when all stages have run), listening sockets, the
    /// store's files, and what a request opens for a moment.
    /// </summary>
    private const int Reserve = 320;

    private const int MostInbound = 10_000, MostOutbound = 2_000, FewestOfEither = 16;

    public static DescriptorBudget OfThisProcess() => For(OpenFilesLimit());

    /// <summary>Two thirds of what is left after the reserve for clients, one third for the hub's own connections.</summary>
    public static DescriptorBudget For(long? openFiles)
    {
        if (openFiles is not { } limit)
        {
            return new DescriptorBudget(MostInbound, MostOutbound);
        }

        var free = Math.Max(0, limit - Reserve);
        return new DescriptorBudget(
            (int)Math.Clamp(free * 2 / 3, FewestOfEither, MostInbound),
            (int)Math.Clamp(free / 3, FewestOfEither, MostOutbound));
    }

    /// <summary>The soft limit as Linux states it; null where there is none or it is not known.</summary>
    private static long? OpenFilesLimit()
    {
        const string path = "/proc/self/limits";
        const string name = "Max open files";
        if (!File.Exists(path))
        {
            return null;
        }

        var line = File.ReadLines(path).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal));
        var soft = line?[name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
        return long.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) ? limit : null;
    }
}
