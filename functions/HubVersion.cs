using System.Reflection;

namespace AllianceNotify.Functions;

internal static class HubVersion
{
    /// <summary>With the commit it was built from.</summary>
    public static readonly string Text =
        typeof(HubVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";
}
