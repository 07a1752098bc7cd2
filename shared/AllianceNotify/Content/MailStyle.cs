using AllianceNotify.Reports;

namespace AllianceNotify.Content;

/// <summary>
/// Inline styles of the HTML mail. Word-based Outlook knows tables, <c>bgcolor</c> and padding on cells and little else; dark
/// modes may turn colours round, so no colour carries a meaning that words beside it do not.
/// </summary>
internal static class MailStyle
{
    private const string Fonts = "font-family:Segoe UI,Hiragino Sans,Noto Sans JP,Noto Sans CJK JP,Yu Gothic UI,Meiryo,Arial,sans-serif";

    public const string Dark =
        ":root{color-scheme:light dark}"
        + "@media (prefers-color-scheme:dark){"
        + ".page{background-color:#101214!important}"
        + ".sheet,.sheet h1,.sheet h2,.sheet td,.sheet th,.sheet p,.sheet li{color:#f1f3f4!important}"
        + ".sheet{background-color:#1b1e21!important}"
        + ".quiet,.sheet th.quiet,.sheet p.quiet{color:#b9c0c7!important}"
        + ".quote{background-color:#24292e!important;border-color:#7d8790!important}"
        + ".line{border-color:#3b4248!important}"
        + ".outline{background-color:#1b1e21!important}"
        + ".solid,.sheet .solid a{color:#ffffff!important}"
        + "}"
        + "@media (max-width:480px){.stack th,.stack td{display:block!important;width:auto!important}.stack td{padding-top:0!important;border-top:0!important}.edge{padding-left:14px!important;padding-right:14px!important}}";

    public const string Body = "margin:0;padding:0;background-color:#e9ecef;-webkit-text-size-adjust:100%;" + Fonts;
    public const string Hidden = "display:none;font-size:1px;line-height:1px;max-height:0;max-width:0;opacity:0;overflow:hidden;mso-hide:all";
    public const string Sheet = "width:100%;max-width:680px;background-color:#ffffff;color:#16191c;" + Fonts;
    public const string Marking = "padding:6px 24px;background-color:#000000;font-size:14px;line-height:20px;font-weight:bold";
    public const string Unbroken = "white-space:nowrap";
    public const string Part = "padding:20px 24px 8px 24px;font-size:16px;line-height:24px;color:#16191c";
    public const string Category = "margin:0 0 4px 0;font-size:16px;line-height:24px;font-weight:bold;color:#16191c";
    public const string Title = "margin:0 0 12px 0;font-size:22px;line-height:30px;font-weight:bold;color:#16191c";
    public const string Section = "margin:20px 0 6px 0;font-size:16px;line-height:24px;font-weight:bold;color:#16191c";
    public const string Note = "margin:0 0 8px 0;font-size:14px;line-height:20px;color:#4a535b";
    public const string Quote = "padding:10px 14px;background-color:#f4f6f8;border-left:4px solid #8a949e;font-size:16px;line-height:26px;word-break:break-word;overflow-wrap:anywhere";
    public const string Label = "padding:7px 12px 7px 0;border-top:1px solid #d5dae0;width:148px;font-size:14px;line-height:22px;font-weight:normal;text-align:left;vertical-align:top;color:#4a535b";
    public const string Value = "padding:7px 0;border-top:1px solid #d5dae0;font-size:15px;line-height:22px;vertical-align:top;word-break:break-word;overflow-wrap:anywhere;color:#16191c";
    public const string Button = "padding:0;background-color:#0b57a4;text-align:center";
    public const string ButtonLink = "display:inline-block;padding:14px 24px;font-size:17px;line-height:24px;font-weight:bold;color:#ffffff;text-decoration:none";
    public const string Divider = "padding:14px 24px 0 24px;font-size:14px;line-height:20px;color:#4a535b;border-top:4px solid #d5dae0";
    public const string Foot = "padding:12px 24px 16px 24px;font-size:13px;line-height:20px;color:#4a535b;word-break:break-all";
    public const string List = "margin:0;padding:0 0 0 22px";
    public const string Item = "margin:0 0 4px 0";

    public static (string Background, string Css) Banner(ShownMode mode)
    {
        var background = mode switch
        {
            ShownMode.Exercise => "#0b4f8a",
            ShownMode.Test => "#5a3a86",
            ShownMode.InDoubt => "#7a0d09",
            _ => "#ffffff",
        };
        var colours = mode == ShownMode.Actual
            ? "color:#16191c;font-size:14px;border-bottom:1px solid #d5dae0"
            : "color:#ffffff;font-size:18px";
        return (background, $"padding:8px 24px;background-color:{background};line-height:26px;font-weight:bold;text-align:center;{colours}");
    }

    /// <summary>Only actual traffic wears the full colour; an exercise's urgency is outlined.</summary>
    public static (string Background, string Css) UrgencyBar(AlertSheet sheet)
    {
        var colour = sheet.Urgency switch
        {
            _ when sheet.IsAllClear => "#1b5e20",
            Urgency.Flash => "#b00020",
            Urgency.Urgent => "#9a4a00",
            Urgency.Routine => "#1f4e79",
            _ => "#4a535b",
        };
        const string Common = "padding:10px 24px;font-size:20px;line-height:28px;font-weight:bold";
        return sheet.Mode == ShownMode.Actual
            ? (colour, $"{Common};background-color:{colour};color:#ffffff")
            : ("#ffffff", $"{Common};background-color:#ffffff;color:#16191c;border:3px dashed {colour}");
    }

    /// <summary>The colours TLP 2.0 gives its labels, on black.</summary>
    public static string TlpColour(string label) => label switch
    {
        "TLP:RED" => "#FF2B2B",
        "TLP:AMBER" or "TLP:AMBER+STRICT" => "#FFC000",
        "TLP:GREEN" => "#33FF00",
        _ => "#FFFFFF",
    };
}
