using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using AllianceNotify.Reports;

namespace AllianceNotify.Content;

/// <summary>
/// Facts of a report (<c>docs/formats.md</c>) as words: the ones readers decide by first, each with its unit. Facts only
/// machines use are left out; a sender's own facts come last under the sender's own names.
/// </summary>
public static class FactWords
{
    private const int MaxValue = 200;

    private sealed record Known(string Name, string En, string Ja, string? EnUnit = null, string? JaUnit = null, bool IsTime = false)
    {
        public FrozenDictionary<string, LocalizedText>? Values { get; init; }
    }

    private static readonly FrozenDictionary<string, LocalizedText> TsunamiGrades = Vocabulary(
        ("none", "none", "なし"),
        ("forecast", "forecast: slight change of sea level", "津波予報（若干の海面変動）"),
        ("advisory", "tsunami advisory", "津波注意報"),
        ("warning", "tsunami warning", "津波警報"),
        ("major-warning", "major tsunami warning", "大津波警報"));

    private static readonly FrozenDictionary<string, LocalizedText> WeatherLevels = Vocabulary(
        ("none", "lifted", "解除"),
        ("advisory", "advisory", "注意報"),
        ("warning", "warning", "警報"),
        ("danger-warning", "danger warning", "危険警報"),
        ("special-warning", "special warning", "特別警報"));

    private static readonly FrozenDictionary<string, LocalizedText> Shindo = Vocabulary(
        ("5-", "5 lower", "5弱"), ("5+", "5 upper", "5強"), ("6-", "6 lower", "6弱"), ("6+", "6 upper", "6強"));

    private static readonly FrozenDictionary<string, LocalizedText> Colours = Vocabulary(
        ("green", "green", "緑"), ("yellow", "yellow", "黄"), ("orange", "orange", "橙"), ("red", "red", "赤"));

    private static readonly FrozenDictionary<string, LocalizedText> TsunamiComments = Vocabulary(
        ("none", "no tsunami expected", "津波の心配なし"), ("possible", "possible", "可能性あり"));

    private static readonly FrozenDictionary<string, LocalizedText> Signatures = Vocabulary(
        ("unsigned", "unsigned", "署名なし"), ("unverified", "signed, not verified", "署名あり・未検証"), ("valid", "valid", "有効"));

    /// <summary>In the order a reader wants them.</summary>
    private static readonly Known[] Order =
    [
        new("sampleTelegram", "Sample telegram", "サンプル電文"),
        new("maxShindo", "Maximum seismic intensity (shindo)", "最大震度") { Values = Shindo },
        new("maxShindoForecast", "Forecast intensity (shindo), up to", "予想最大震度（上限）") { Values = Shindo },
        new("shindoUnreported", "Places of 5 lower or more have not reported", "震度5弱以上未入電あり"),
        new("epicentre", "Epicentre", "震央"),
        new("magnitude", "Magnitude", "マグニチュード"),
        new("magnitudeText", "Magnitude", "マグニチュード"),
        new("magnitudeType", "Magnitude type", "マグニチュードの種類"),
        new("depthKm", "Depth", "震源の深さ", "km", "km"),
        new("originTime", "Time of the earthquake", "地震発生時刻", IsTime: true),
        new("maxLongPeriod", "Long-period ground motion class", "長周期地震動階級"),
        new("tsunamiGrade", "Tsunami", "津波") { Values = TsunamiGrades },
        new("tsunamiGradeRaised", "Newly raised to", "新たに発表・引上げ") { Values = TsunamiGrades },
        new("tsunamiMaxHeightM", "Tsunami height, up to", "津波の高さ（最大）", "m", "m"),
        new("tsunamiMaxHeightText", "Tsunami height", "津波の高さ"),
        new("tsunamiComment", "Tsunami", "津波") { Values = TsunamiComments },
        new("eewWarning", "Earthquake early warning (warning grade)", "緊急地震速報（警報）"),
        new("volcanoLevel", "Volcanic alert level", "噴火警戒レベル"),
        new("volcanoLevelBefore", "Level before", "変更前のレベル"),
        new("weatherLevel", "Highest in force", "発表中の最高区分") { Values = WeatherLevels },
        new("weatherLevelRaised", "Newly raised to", "新たに発表・引上げ") { Values = WeatherLevels },
        new("alertLevel", "Alert level (1 to 5)", "警戒レベル（1〜5）"),
        new("eventName", "Name of the event", "事象の名称"),
        new("dangerLevel", "Danger level of MOFA (1 to 4)", "危険レベル（1〜4）"),
        new("disasterLevel", "GDACS level", "GDACS警戒レベル") { Values = Colours },
        new("severityText", "Severity", "規模"),
        new("populationText", "Population affected", "影響人口"),
        new("population", "Population affected", "影響人口", "people", "人"),
        new("pagerAlert", "PAGER alert (estimated losses)", "PAGER警戒色（推定被害）") { Values = Colours },
        new("tsunamiFlag", "Tsunami message possible (NOAA), not a warning", "津波情報の可能性（NOAA）※警報ではない"),
        new("mmi", "Instrumental intensity (MMI)", "計測震度 (MMI)"),
        new("felt", "Felt reports", "体感報告数"),
        new("eventType", "Type of event", "事象の種類"),
        new("knownExploited", "Known to be exploited", "悪用を確認"),
        new("ransomwareUse", "Known use in ransomware campaigns", "ランサムウェアでの悪用"),
        new("vendor", "Vendor", "ベンダー"),
        new("product", "Product", "製品"),
        new("requiredAction", "Required action", "必要な措置"),
        new("dueDate", "Due", "期限"),
        new("sightings", "Sightings", "観測回数"),
        new("indicatorPattern", "Indicator", "インジケーター"),
        new("revoked", "Revoked by its source", "情報源により撤回"),
        new("onset", "Expected from", "予想開始時刻", IsTime: true),
        new("effective", "In effect from", "発効時刻", IsTime: true),
        new("instruction", "Instruction of the source", "情報源の指示"),
        new("note", "Note of the source", "情報源の注記"),
        new("country", "Country", "国"),
        new("sentBy", "Issued by", "発表機関"),
        new("lastSeen", "Last observed", "最終観測", IsTime: true),
        new("updatedAt", "Revised by the source", "情報源による更新", IsTime: true),
        new("signedBy", "Signed by", "署名者"),
        new("signature", "Signature of the report", "報告の電子署名") { Values = Signatures },
        new("infoName", "Kind of notice", "情報の種別"),
        new("fullTextLink", "Whole notice as XML (address given by the source)", "全文XML（情報源による）"),
        new("web", "More at (address given by the source)", "参照先（情報源による）"),
    ];

    /// <summary>For correlation and audit; no reader decides by them.</summary>
    private static readonly FrozenSet<string> ForMachines = FrozenSet.Create(
        StringComparer.Ordinal,
        "cdi", "significance", "alertScore", "episodeAlertScore", "severityValue", "severityUnit", "vulnerability", "isCurrent", "temporary",
        "capLink", "missionCode", "objects", "cloudEventId", "cloudEventSource", "cloudEventType");

    private static readonly FrozenDictionary<string, int> Rank =
        Order.Select((known, rank) => (known.Name, rank)).ToFrozenDictionary(item => item.Name, item => item.rank, StringComparer.Ordinal);

    /// <summary>Units that a sender's own camel-case names may end in, longest first.</summary>
    private static readonly (string Suffix, string Unit)[] Suffixes =
    [
        ("Percent", "%"), ("Kmh", "km/h"), ("Mps", "m/s"), ("Hpa", "hPa"), ("Deg", "°"),
        ("Km", "km"), ("Nm", "NM"), ("Ft", "ft"), ("Kt", "kt"), ("Mm", "mm"), ("M", "m"),
    ];

    /// <summary>Label and value of every fact a reader may want; known ones first, then by name.</summary>
    public static List<(string Label, string Value)> Of(IReadOnlyDictionary<string, FactValue> facts, string language) =>
    [
        .. facts
            .Where(fact => !ForMachines.Contains(fact.Key))
            .OrderBy(fact => Rank.GetValueOrDefault(fact.Key, int.MaxValue))
            .ThenBy(fact => fact.Key, StringComparer.Ordinal)
            .Select(fact => Rank.TryGetValue(fact.Key, out var rank)
                ? OfKnown(Order[rank], fact.Value, language)
                : OfSender(fact.Key, fact.Value, language)),
    ];

    private static (string Label, string Value) OfKnown(Known known, FactValue value, string language)
    {
        var japanese = Words.IsJapanese(language);
        var label = japanese ? known.Ja : known.En;
        if (known.IsTime && DateTimeOffset.TryParse(
            value.Text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment))
        {
            return (label, $"{Moments.Jst(moment)} ({Moments.Dtg(moment)})");
        }

        return value.Text is { } text && known.Values?.GetValueOrDefault(text) is { } words
            ? (label, words.In(language))
            : (label, Value(value, japanese ? known.JaUnit : known.EnUnit, language));
    }

    private static (string Label, string Value) OfSender(string name, FactValue value, string language)
    {
        foreach (var (suffix, unit) in Suffixes)
        {
            if (value.Number is not null && name.Length > suffix.Length && name.EndsWith(suffix, StringComparison.Ordinal)
                && char.IsAsciiLetterLower(name[^(suffix.Length + 1)]))
            {
                return (Spaced(name[..^suffix.Length]), Value(value, unit, language));
            }
        }

        return (Spaced(name), Value(value, null, language));
    }

    private static string Value(FactValue value, string? unit, string language)
    {
        var words = value switch
        {
            { Text: { } text } => SafeText.Line(text, MaxValue),
            { Number: { } number } => number.ToString("#,##0.######", CultureInfo.InvariantCulture),
            { Truth: true } => new LocalizedText("yes", "はい").In(language),
            _ => new LocalizedText("no", "いいえ").In(language),
        };
        return unit is null || value.Number is null ? words : $"{words} {unit}";
    }

    /// <summary><c>peakWind</c> as <c>Peak wind</c>: a sender's own word, in the sender's language.</summary>
    private static string Spaced(string name)
    {
        var clean = SafeText.Line(name, 60);
        var words = new StringBuilder(clean.Length + 8);
        for (var i = 0; i < clean.Length; i++)
        {
            var letter = clean[i];
            var starts = i > 0 && char.IsAsciiLetterUpper(letter) && char.IsAsciiLetterLower(clean[i - 1]);
            words.Append(starts ? " " : "").Append(i == 0 ? char.ToUpperInvariant(letter) : starts ? char.ToLowerInvariant(letter) : letter);
        }

        return words.ToString();
    }

    private static FrozenDictionary<string, LocalizedText> Vocabulary(params (string Value, string En, string Ja)[] words) =>
        words.ToFrozenDictionary(word => word.Value, word => new LocalizedText(word.En, word.Ja), StringComparer.Ordinal);
}
