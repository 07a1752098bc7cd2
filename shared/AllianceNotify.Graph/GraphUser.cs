using System.Text.RegularExpressions;

namespace AllianceNotify.Graph;

/// <summary>How Graph's addresses name a user: by object id or by user principal name.</summary>
internal static partial class GraphUser
{
    public static bool IsValid(string text) => IsObjectId(text) || IsPrincipalName(text);

    /// <summary>Written with hyphens, as Entra shows it.</summary>
    public static bool IsObjectId(string text) => Guid.TryParseExact(text, "D", out _);

    /// <summary>Like a mail address: at most 64 characters, @, a domain; 113 in all (Entra: userPrincipalName) is not enforced here, mail takes 254.</summary>
    public static bool IsPrincipalName(string text) => text.Length <= 254 && PrincipalName.IsMatch(text);

    [GeneratedRegex(@"\A[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\z")]
    private static partial Regex PrincipalName { get; }
}
