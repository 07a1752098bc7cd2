namespace AllianceNotify.Functions.Pumps;

/// <summary>Delays that double up to a bound.</summary>
internal static class BackOff
{
    /// <param name="tries">1 for the first delay.</param>
    /// <param name="first">The first delay.</param>
    /// <param name="most">No delay is longer.</param>
    public static TimeSpan Of(int tries, TimeSpan first, TimeSpan most) =>
        first * Math.Min(Math.Pow(2, Math.Clamp(tries - 1, 0, 30)), most / first);
}
