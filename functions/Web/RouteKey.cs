namespace AllianceNotify.Functions.Web;

internal static class RouteKey
{
    /// <summary>Whether text from an address can be a key of the store; what cannot names nothing.</summary>
    public static bool IsKey(string text) => text.Length is > 0 and <= 256 && !text.Any(char.IsControl) && !text.Any(char.IsSurrogate);
}

internal static class KebabText
{
    /// <summary>An enumeration as the wire writes it: <c>duty-officer</c>. Numbers are no names.</summary>
    public static bool TryParse<TEnum>(string text, out TEnum value)
        where TEnum : struct, Enum
    {
        value = default;
        return text.Length > 0
            && !char.IsAsciiDigit(text[0])
            && text[0] != '-'
            && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-')
            && Enum.TryParse(text.Replace("-", "", StringComparison.Ordinal), ignoreCase: true, out value)
            && Enum.IsDefined(value);
    }
}
