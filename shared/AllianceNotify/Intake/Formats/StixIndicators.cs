using System.Text.RegularExpressions;
using AllianceNotify.Reports;

namespace AllianceNotify.Intake.Formats;

/// <summary>
/// Addresses, names and file hashes that an object states, as codes <c>ioc:ip</c>, <c>ioc:domain</c>, <c>ioc:url</c>, <c>ioc:email</c> and
/// <c>ioc:hash</c>: by them reports of different sources are told to be about one incident. Of an indicator's pattern the equality
/// comparisons are read (STIX 2.1 §9), whatever joins them.
/// </summary>
internal static partial class StixIndicators
{
    private const int MaxEach = 100;

    public static IEnumerable<ReportCode> Of(StixObject each) => each.Type switch
    {
        "ipv4-addr" or "ipv6-addr" => Value(each, "ioc:ip"),
        "domain-name" => Value(each, "ioc:domain"),
        "url" => Value(each, "ioc:url"),
        "email-addr" => Value(each, "ioc:email"),
        "file" or "artifact" => each.Hashes().Take(MaxEach).Select(hash => new ReportCode("ioc:hash", hash.ToLowerInvariant())),
        "indicator" when each.Text("pattern") is { } pattern && each.Text("pattern_type") is null or "stix" => FromPattern(pattern),
        _ => [],
    };

    private static IEnumerable<ReportCode> Value(StixObject each, string scheme) => each.Text("value") is { } value ? [new ReportCode(scheme, value)] : [];

    private static IEnumerable<ReportCode> FromPattern(string pattern) => Comparison().Matches(pattern).Take(MaxEach).Select(match => new ReportCode(
        match.Groups["path"].Value switch
        {
            "ipv4-addr:value" or "ipv6-addr:value" => "ioc:ip",
            "domain-name:value" => "ioc:domain",
            "url:value" => "ioc:url",
            "email-addr:value" => "ioc:email",
            _ => "ioc:hash",
        },
        match.Groups["path"].Value.StartsWith("file", StringComparison.Ordinal) ? match.Groups["value"].Value.ToLowerInvariant() : match.Groups["value"].Value));

    [GeneratedRegex(@"(?<path>(ipv4-addr|ipv6-addr|domain-name|url|email-addr):value|file:hashes\.('[A-Za-z0-9-]{2,20}'|""[A-Za-z0-9-]{2,20}""|[A-Za-z0-9_-]{2,20}))\s*=\s*'(?<value>[^'\\]{3,400})'", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Comparison();
}
