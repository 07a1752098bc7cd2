using System.Collections.Frozen;

namespace AllianceNotify.Intake.Formats;

/// <summary>What a telegram is about, which decides how its kinds and its event are read.</summary>
internal enum JmaFamily
{
    Earthquake,
    EarthquakeEarlyWarning,
    Tsunami,
    NankaiTrough,
    Weather,
    Landslide,
    Flood,
    Volcano,
    Other,
}

/// <summary>
/// A telegram's data type code and family, told by its title (情報名称): the code itself stands only in the feed's file names.
/// </summary>
internal sealed record JmaTelegram(string? Code, JmaFamily Family)
{
    private static readonly FrozenDictionary<string, JmaTelegram> ByTitle = new Dictionary<string, JmaTelegram>(StringComparer.Ordinal)
    {
        ["緊急地震速報配信テスト"] = new("VXSE42", JmaFamily.EarthquakeEarlyWarning),
        ["緊急地震速報テスト"] = new("VXSE42", JmaFamily.EarthquakeEarlyWarning),
        ["緊急地震速報（警報）"] = new("VXSE43", JmaFamily.EarthquakeEarlyWarning),
        ["緊急地震速報（予報）"] = new("VXSE44", JmaFamily.EarthquakeEarlyWarning),
        ["緊急地震速報（地震動予報）"] = new("VXSE45", JmaFamily.EarthquakeEarlyWarning),
        ["震度速報"] = new("VXSE51", JmaFamily.Earthquake),
        ["震源に関する情報"] = new("VXSE52", JmaFamily.Earthquake),
        ["震源・震度に関する情報"] = new("VXSE53", JmaFamily.Earthquake),
        ["地震の活動状況等に関する情報"] = new("VXSE56", JmaFamily.Earthquake),
        ["地震回数に関する情報"] = new("VXSE60", JmaFamily.Earthquake),
        ["顕著な地震の震源要素更新のお知らせ"] = new("VXSE61", JmaFamily.Earthquake),
        ["長周期地震動に関する観測情報"] = new("VXSE62", JmaFamily.Earthquake),
        ["津波警報・注意報・予報"] = new("VTSE41", JmaFamily.Tsunami),
        ["津波情報"] = new("VTSE51", JmaFamily.Tsunami),
        ["沖合の津波観測に関する情報"] = new("VTSE52", JmaFamily.Tsunami),
        ["南海トラフ地震臨時情報"] = new("VYSE50", JmaFamily.NankaiTrough),
        ["南海トラフ地震関連解説情報"] = new("VYSE51", JmaFamily.NankaiTrough),
        ["北海道・三陸沖後発地震注意情報"] = new("VYSE60", JmaFamily.NankaiTrough),
        ["気象警報・注意報"] = new("VPWW50", JmaFamily.Weather),
        ["気象特別警報・警報・注意報"] = new("VPWW53", JmaFamily.Weather),
        ["気象警報・注意報（Ｈ２７）"] = new("VPWW54", JmaFamily.Weather),
        ["気象警報・注意報（Ｒ０６）（大雨）"] = new("VPWW55", JmaFamily.Weather),
        ["気象警報・注意報（Ｒ０６）（土砂災害）"] = new("VPWW56", JmaFamily.Weather),
        ["気象警報・注意報（Ｒ０６）（土砂）"] = new("VPWW56", JmaFamily.Weather),
        ["気象警報・注意報（Ｒ０６）（高潮）"] = new("VPWW57", JmaFamily.Weather),
        ["気象警報・注意報（Ｒ０６）（暴風）"] = new("VPWW58", JmaFamily.Weather),
        ["気象警報・注意報（Ｒ０６）（波浪）"] = new("VPWW59", JmaFamily.Weather),
        ["気象警報・注意報（Ｒ０６）（大雪）"] = new("VPWW60", JmaFamily.Weather),
        ["気象警報・注意報（Ｒ０６）（その他）"] = new("VPWW61", JmaFamily.Weather),
        ["気象警報・注意報（Ｒ０６）（その他注意報）"] = new("VPWW61", JmaFamily.Weather),
        ["気象特別警報報知"] = new("VPNO50", JmaFamily.Weather),
        // Hours ahead, as a table: no warning in force, though its title begins like one.
        ["気象警報・注意報時系列情報（Ｒ０６）"] = new("VPWP50", JmaFamily.Other),
        ["府県気象防災速報"] = new("VPBS50", JmaFamily.Other),
        ["土砂災害警戒情報"] = new("VXWW50", JmaFamily.Landslide),
        ["指定河川洪水予報"] = new("VXKO", JmaFamily.Flood),
        ["記録的短時間大雨情報"] = new("VPOA50", JmaFamily.Other),
        ["竜巻注意情報"] = new("VPHW50", JmaFamily.Other),
        ["竜巻注意情報（目撃情報付き）"] = new("VPHW51", JmaFamily.Other),
        ["噴火警報・予報"] = new("VFVO50", JmaFamily.Volcano),
        ["火山の状況に関する解説情報"] = new("VFVO51", JmaFamily.Volcano),
        ["噴火に関する火山観測報"] = new("VFVO52", JmaFamily.Volcano),
        ["降灰予報（定時）"] = new("VFVO53", JmaFamily.Volcano),
        ["降灰予報（速報）"] = new("VFVO54", JmaFamily.Volcano),
        ["降灰予報（詳細）"] = new("VFVO55", JmaFamily.Volcano),
        ["噴火速報"] = new("VFVO56", JmaFamily.Volcano),
        ["推定噴煙流向報"] = new("VFVO60", JmaFamily.Volcano),
        ["火山現象に関する海上警報・海上予報"] = new("VFSV", JmaFamily.Volcano),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The scheme of the telegram's kind codes.</summary>
    public string KindScheme => Family switch
    {
        JmaFamily.Tsunami => "jma:kind:tsunami",
        JmaFamily.EarthquakeEarlyWarning => "jma:kind:eew",
        JmaFamily.Weather => "jma:kind:weather",
        JmaFamily.Landslide => "jma:kind:landslide",
        JmaFamily.Flood => "jma:kind:flood",
        JmaFamily.Volcano => "jma:kind:volcano",
        _ => "jma:kind:other",
    };

    /// <summary>
    /// Whether withdrawing (取消) the telegram withdraws the event: so for what announces it, not for what only tells more of it. A
    /// withdrawn list of arrival times is no all-clear for the tsunami, nor a withdrawn intensity for the warning that followed it.
    /// </summary>
    public bool AnnouncesEvent => Code is "VXSE42" or "VXSE43" or "VXSE44" or "VXSE45" or "VTSE41" or "VYSE50" or "VYSE60" or "VPNO50" or "VXWW50" or "VXKO"
        or "VFVO50" or "VFVO56" or "VPOA50" or "VPHW50" or "VPHW51" or "VPBS50" || Family == JmaFamily.Weather;

    /// <summary>The telegram of that title, whose small letter at the end (津波情報a) only numbers its circuit.</summary>
    public static JmaTelegram Of(string title, string infoKind)
    {
        if (ByTitle.TryGetValue(title.TrimEnd('a', 'b', 'ａ', 'ｂ'), out var telegram))
        {
            return telegram;
        }

        // A title that is newer than this table: its kind (種別) is kept stable for longer.
        var family = (title, infoKind) switch
        {
            _ when title.StartsWith("気象警報・注意報", StringComparison.Ordinal) || infoKind.Contains("気象警報・注意報", StringComparison.Ordinal) => JmaFamily.Weather,
            _ when infoKind.StartsWith("緊急地震速報", StringComparison.Ordinal) => JmaFamily.EarthquakeEarlyWarning,
            _ when infoKind.StartsWith("津波", StringComparison.Ordinal) => JmaFamily.Tsunami,
            _ when infoKind.Contains("南海トラフ", StringComparison.Ordinal) => JmaFamily.NankaiTrough,
            _ when infoKind.Contains("洪水予報", StringComparison.Ordinal) => JmaFamily.Flood,
            _ when infoKind.Contains("噴火", StringComparison.Ordinal) || infoKind.Contains("火山", StringComparison.Ordinal) => JmaFamily.Volcano,
            _ when infoKind is "地震情報" or "震度速報" or "震源速報" => JmaFamily.Earthquake,
            _ => JmaFamily.Other,
        };
        return new JmaTelegram(null, family);
    }
}
