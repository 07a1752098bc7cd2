using System.Text.RegularExpressions;

namespace AllianceNotify.Contacts.Forms;

/// <summary>BCP 47: well-formed by the grammar of RFC 5646 §2.1 (langtag; private-use and grandfathered tags name no language to write in).</summary>
internal static partial class LanguageTags
{
    public static bool IsWellFormed(string tag) => tag.Length <= 35 && Langtag().IsMatch(tag);

    public static string PrimaryOf(string tag) => tag.Split('-')[0].ToLowerInvariant();

    [GeneratedRegex(
        @"\A([a-z]{2,3}(-[a-z]{3}){0,3}|[a-z]{4,8})(-[a-z]{4})?(-([a-z]{2}|[0-9]{3}))?(-([a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*(-[a-wyz0-9](-[a-z0-9]{2,8})+)*(-x(-[a-z0-9]{1,8})+)?\z",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Langtag();
}
