using System.Text.RegularExpressions;

namespace AllianceNotify.Intake.Formats;

/// <summary>The values that CAP 1.2 §3.2 lists, and what senders do beside it.</summary>
internal static partial class CapVocabulary
{
    public const string V12 = "urn:oasis:names:tc:emergency:cap:1.2";
    public const string V11 = "urn:oasis:names:tc:emergency:cap:1.1";
    public const string V10 = "http://www.incident.com/cap/1.0";

    public static readonly string[] Statuses = ["Actual", "Exercise", "System", "Test", "Draft"];
    public static readonly string[] MessageTypes = ["Alert", "Update", "Cancel", "Ack", "Error"];
    public static readonly string[] Scopes = ["Public", "Restricted", "Private"];
    public static readonly string[] Categories = ["Geo", "Met", "Safety", "Security", "Rescue", "Fire", "Health", "Env", "Transport", "Infra", "CBRNE", "Other"];
    public static readonly string[] ResponseTypes = ["Shelter", "Evacuate", "Prepare", "Execute", "Avoid", "Monitor", "Assess", "AllClear", "None"];
    public static readonly string[] Urgencies = ["Immediate", "Expected", "Future", "Past", "Unknown"];
    public static readonly string[] Severities = ["Extreme", "Severe", "Moderate", "Minor", "Unknown"];

    /// <summary>With CAP 1.0's "Very Likely", which is read as Likely.</summary>
    public static readonly string[] Certainties = ["Observed", "Likely", "Possible", "Unlikely", "Unknown", "Very Likely"];

    /// <summary>SAME codes (47 CFR 11.31) that only ever test the system, whatever the status of the alert says.</summary>
    private static readonly HashSet<string> TestCodes = new(StringComparer.Ordinal) { "RWT", "RMT", "NPT", "NMN", "DMO", "NAT", "NST" };

    public static bool IsCap(string namespaceName) => namespaceName is V12 or V11 or V10;

    public static bool IsTestCode(string valueName, string value) =>
        valueName == "SAME" ? TestCodes.Contains(value) : value.Equals("testMessage", StringComparison.OrdinalIgnoreCase);

    /// <summary>An event that is a test of the system by its very name.</summary>
    public static bool IsTestEvent(string name) => TestEvent().IsMatch(name.Trim());

    /// <summary>A headline that announces a test in so many words; a missile test, a nuclear test or "not a test" does not.</summary>
    public static bool IsTestHeadline(string headline) => TestHeadline().IsMatch(headline);

    [GeneratedRegex(
        @"^(required (weekly|monthly) test|national (periodic|audible|silent) test|practice/demo( warning)?|network message notification|test( message| alert)?|テスト(配信|送信|電文|メッセージ)?|試験(配信|送信|電文|放送)?)$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex TestEvent();

    [GeneratedRegex(
        @"\bthis is (only )?a (weekly |monthly |system |communications? )?test\b|^\W*test( message| only)?\s*(:|：|\.{2,}|…|\s[-–—]\s|\s+test\b)|^\W*(required (weekly|monthly)|national periodic) test\b|^【(テスト|試験)|これは.{0,20}(テスト|試験)です",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex TestHeadline();
}
