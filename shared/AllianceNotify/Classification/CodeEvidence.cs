using System.Globalization;
using AllianceNotify.Classification.Text;
using AllianceNotify.Reports;

namespace AllianceNotify.Classification;

/// <summary>An argument that a code or a fact makes, with the urgency it asks for.</summary>
internal sealed record CodeArgument(CategoryId Category, double Weight, Evidence Evidence, Urgency? Urgency = null);

/// <summary>
/// What a report's codes and stated facts say of it (schemes: <c>docs/formats.md</c>; thresholds: <c>docs/classification.md</c>).
/// Where a system says itself how grave its event is, its words decide nothing more: <see cref="Settles"/>.
/// </summary>
internal sealed class CodeEvidence
{
    private static readonly CategoryId Disaster = new("large-scale-disaster");
    private static readonly CategoryId DisasterAbroad = new("international-disaster-relief");
    private static readonly CategoryId Incident = new("cyber-incident");
    private static readonly CategoryId Threat = new("cyber-threat-information");
    private static readonly CategoryId Cbrn = new("cbrn-incident");
    private static readonly CategoryId Exercise = new("training-exercise");
    private static readonly CategoryId Evacuation = new("noncombatant-evacuation");

    /// <summary>SAME codes of tests and demonstrations (FCC 47 CFR 11.31; NWS Instruction 10-1712).</summary>
    private static readonly string[] TestCodes = ["RWT", "RMT", "NPT", "NMN", "DMO", "NAT", "NST"];

    private readonly SituationReport report;
    private readonly IReadOnlyList<ReportCode> codes;
    private readonly Places place;

    /// <summary>What a report that carries no code, no fact and no location says by them.</summary>
    private static readonly CodeEvidence Silence = new();

    private CodeEvidence()
    {
        report = null!;
        codes = [];
    }

    private CodeEvidence(SituationReport report)
    {
        this.report = report;
        codes = report.Codes;
        place = JapanArea.Of(report);
        if (report.Codes.Count == 0 && report.Facts.Count == 0)
            return;
        FromJma();
        FromUsgs();
        FromGdacs();
        FromCyber();
        FromMofa();
        FromCap();
        if (!Settles && Arguments.Count == 0)
        {
            FromFacts();
        }

        FromStatement();
    }

    public List<CodeArgument> Arguments { get; } = [];

    /// <summary>The codes grade the event themselves: where no argument is made, it is no situation.</summary>
    public bool Settles { get; private set; }

    /// <summary>A code that names a test or a demonstration, where there is one.</summary>
    public Evidence? TestCode { get; private set; }

    public Places Place => place;

    public bool HasCodes => codes.Count > 0;

    public static CodeEvidence Of(SituationReport report) =>
        report.Codes.Count == 0 && report.Facts.Count == 0 && report.Location is null ? Silence : new CodeEvidence(report);

    /// <summary>The value of the first code of the scheme; null where there is none.</summary>
    public string? ValueOf(string scheme) => Code(scheme)?.Value;

    private void FromJma()
    {
        if (Code("jma:telegram") is null)
            return;
        Settles = true;
        var abroad = place == Places.Abroad || report.Texts[0].Title.Contains("遠地", StringComparison.Ordinal);
        var tsunami = Text("tsunamiGradeRaised") ?? Text("tsunamiGrade") ?? Kind("tsunami") switch
        {
            { Value: "52" or "53" } => "major-warning",
            { Value: "51" } => "warning",
            { Value: "62" } => "advisory",
            _ => null,
        };
        switch (tsunami)
        {
            case "major-warning":
                Argue(Disaster, 8, FactOrCode("tsunamiGradeRaised", "tsunamiGrade", "jma:kind:tsunami"), "major-tsunami-warning", Urgency.Flash);
                break;
            case "warning":
                Argue(Disaster, 7, FactOrCode("tsunamiGradeRaised", "tsunamiGrade", "jma:kind:tsunami"), "tsunami-warning", Urgency.Flash);
                break;
            case "advisory":
                Argue(Disaster, 4, FactOrCode("tsunamiGradeRaised", "tsunamiGrade", "jma:kind:tsunami"), "tsunami-advisory", Urgency.Urgent);
                break;
        }

        if (Truth("eewWarning") || Kind("eew") is { Value: "31" })
        {
            Argue(Disaster, 8, FactOrCode("eewWarning", "jma:kind:eew"), "earthquake-early-warning", Urgency.Flash);
        }

        if (abroad)
        {
            if (Number("magnitude") >= 7)
            {
                Argue(DisasterAbroad, 4, Fact("magnitude"), "major-earthquake-abroad", null);
            }
        }
        else
        {
            FromShindo();
            FromMagnitudeInJapan(6);
        }

        var weather = Text("weatherLevelRaised") ?? Text("weatherLevel") ?? (Kind("weather") is { Value: var kind } && IsSpecialWarning(kind) ? "special-warning" : null);
        if (weather == "special-warning")
        {
            Argue(Disaster, 8, FactOrCode("weatherLevelRaised", "weatherLevel", "jma:kind:weather"), "special-warning", Urgency.Flash);
        }
        else if (weather == "danger-warning")
        {
            Argue(Disaster, 5, FactOrCode("weatherLevelRaised", "weatherLevel", "jma:kind:weather"), "level-4-warning", Urgency.Urgent);
        }

        if (Kind("landslide") is { Value: "3" or "4" or "5" })
        {
            Argue(Disaster, 5, FactOrCode("jma:kind:landslide"), "landslide-alert-information", Urgency.Urgent);
        }

        if (Kinds("flood").Any(code => code.Value is ['4' or '5', _]))
        {
            Argue(Disaster, 6, FactOrCode("jma:kind:flood"), "river-level-4-or-5", Kinds("flood").Any(code => code.Value is ['5', _]) ? Urgency.Flash : Urgency.Urgent);
        }

        if (Number("volcanoLevel") >= 4 || Kinds("volcano").Any(code => code.Value is "01" or "14" or "15" or "41" or "42") || Code("jma:telegram") is { Value: "VFVO56" })
        {
            Argue(Disaster, 6, FactOrCode("volcanoLevel", "jma:kind:volcano", "jma:telegram"), "eruption-alert", Urgency.Urgent);
        }

        if (Code("jma:nankaiTrough") is { Value: "110" or "111" or "112" or "113" or "120" or "130" } || Code("jma:telegram") is { Value: "VYSE60" })
        {
            Argue(Disaster, 6, FactOrCode("jma:nankaiTrough", "jma:telegram"), "nankai-trough-information", Urgency.Urgent);
        }

        // A cancel or an end is about what it withdraws: the same category, so that it finds the open situation.
        if (Arguments.Count == 0 && (report.Action == ReportAction.Cancel || Code("jma:infoType") is { Value: "取消" })
            && Code("jma:telegram") is { Value: "VXSE43" or "VTSE41" or "VTSE51" or "VTSE52" or "VXSE51" or "VXSE53" or "VPWW54" or "VXWW50" or "VFVO56" })
        {
            Argue(Disaster, 4, FactOrCode("jma:telegram"), "withdrawn-telegram", null);
        }
    }

    private static bool IsSpecialWarning(string kind) => kind is "32" or "33" or "35" or "36" or "37" or "38";

    private void FromShindo()
    {
        var (shindo, name) = Text("maxShindo") is { } observed ? (observed, "maxShindo") : (Text("maxShindoForecast"), "maxShindoForecast");
        if (shindo is null || Fact(name) is not { } fact)
            return;
        if (ShindoRank(shindo) is >= 5 and var rank)
        {
            Argue(Disaster, rank >= 6 ? 8 : 6, fact, "shindo-5-or-more", rank >= 6 ? Urgency.Flash : Urgency.Urgent);
        }
    }

    /// <summary>5.0 for 5- and 5+, 6.0 for 6-, 6+ and 7; below 5 the number itself.</summary>
    internal static double ShindoRank(string shindo) => shindo.Trim() switch
    {
        ['7', ..] or ['６' or '6', ..] or ['７', ..] => 6,
        ['5' or '５', ..] => 5,
        ['1' or '2' or '3' or '4', ..] => 1,
        _ => 0,
    };

    private void FromMagnitudeInJapan(double least)
    {
        if (Number("magnitude") >= least && Fact("magnitude") is { } fact)
        {
            Argue(Disaster, 6, fact, "earthquake-magnitude-6-or-more", Number("magnitude") >= 7 ? Urgency.Flash : Urgency.Urgent);
        }
        else if (Text("magnitudeText") is { } words && words.Contains("超える巨大", StringComparison.Ordinal))
        {
            Argue(Disaster, 8, Fact("magnitudeText"), "earthquake-magnitude-8-or-more", Urgency.Flash);
        }
    }

    private void FromUsgs()
    {
        if (Code("usgs:type") is not { } type && Code("usgs:status") is null)
            return;
        Settles = true;
        if (Code("usgs:type") is { Value: "nuclear explosion" } nuclear)
        {
            Argue(Cbrn, 7, Of(nuclear), "nuclear-explosion", Urgency.Flash);
            return;
        }

        var magnitude = Number("magnitude") ?? 0;
        var pager = Text("pagerAlert") ?? Code("usgs:alert")?.Value;
        if (place != Places.Abroad)
        {
            FromMagnitudeInJapan(6);
            if (pager is "yellow" or "orange" or "red")
            {
                Argue(Disaster, 6, FactOrCode("pagerAlert", "usgs:alert"), "pager-" + pager, pager == "yellow" ? Urgency.Urgent : Urgency.Flash);
            }
        }
        else if (pager is "orange" or "red" || (magnitude >= 7 && pager == "yellow"))
        {
            Argue(DisasterAbroad, 6, FactOrCode("pagerAlert", "usgs:alert"), "pager-" + pager, Urgency.Urgent);
        }
        else if (magnitude >= 7.5 && pager is null)
        {
            Argue(DisasterAbroad, 3.2, Fact("magnitude"), "major-earthquake-abroad", null);
        }
    }

    private void FromGdacs()
    {
        if (Code("gdacs:alertLevel") is not { } level)
            return;
        Settles = true;
        if (level.Value is not ("Orange" or "Red") || (Code("gdacs:eventType") is { Value: "DR" } && level.Value != "Red"))
            return;
        var japan = Text("country") is { } country ? country.Contains("Japan", StringComparison.OrdinalIgnoreCase) : place == Places.Japan;
        Argue(japan ? Disaster : DisasterAbroad, 6, Of(level), "gdacs-" + level.Value.ToLowerInvariant(), Urgency.Urgent);
    }

    private void FromCyber()
    {
        List<ReportCode> types = Code("stix:type") is null ? [] : [.. codes.Where(code => code.Scheme == "stix:type")];
        if (types.Count > 0)
        {
            Settles = true;
            var incident = types.Find(code => code.Value == "incident")
                ?? (Code("stix:victim") is not null ? types.Find(code => code.Value is "sighting" or "observed-data") : null);
            if (incident is not null)
            {
                Argue(Incident, 7, Of(incident), "stix-" + incident.Value, null);
            }
            else
            {
                Argue(Threat, 7, Of(types[0]), "stix-" + types[0].Value, Truth("knownExploited") ? Urgency.Urgent : null);
            }
        }

        if (Code("kev") is { } kev)
        {
            Settles = true;
            Argue(Threat, 7, Of(kev), "known-exploited-vulnerability", Urgency.Urgent);
        }
        else if (types.Count == 0 && Code("cve") is { } cve)
        {
            Argue(Threat, 2.6, Of(cve), "vulnerability-number", Truth("knownExploited") ? Urgency.Urgent : null);
        }
    }

    private void FromMofa()
    {
        if (Code("mofa:infoType") is not { Value: "T40" or "C30" or "C31" } code)
            return;
        if (report.Texts.Any(text => HasLevel(text.Title, '4') || HasLevel(text.Title, '４')))
        {
            Argue(Evacuation, 4, Of(code), "danger-information-level-4", Urgency.Urgent);
        }
    }

    private static bool HasLevel(string title, char level) =>
        title.Contains("レベル" + level, StringComparison.Ordinal) || title.Contains("退避", StringComparison.Ordinal);

    private void FromCap()
    {
        var same = codes.FirstOrDefault(static code => code.Scheme is "cap:eventCode:SAME" or "SAME" or "same");
        if (same is not null && TestCodes.Contains(same.Value, StringComparer.OrdinalIgnoreCase))
        {
            TestCode = Of(same);
            Argue(Exercise, 6, Of(same), "test-code", Urgency.Info);
            Settles = true;
            return;
        }

        var severity = Code("cap:severity")?.Value;
        var grave = severity is "Extreme" or "Severe" or null;
        switch (same?.Value.ToUpperInvariant())
        {
            case "NUW" or "RHW" or "HMW" or "CHW" or "BHW":
                Argue(Cbrn, 6, Of(same), "cbrn-event-code", null);
                Settles = true;
                return;
            case "TSW" or "EQW" or "VOW" or "HUW" or "TYW" when grave:
                Argue(place == Places.Japan ? Disaster : DisasterAbroad, place == Places.Japan ? 6 : 3.4, Of(same), "disaster-event-code", null);
                Settles = true;
                return;
            case "CAE" or "ADR" or "TOE" or "LAE" or "SVR" or "SVA" or "SVS" or "TOA" or "FFA" or "FLA" or "FLS" or "FFS" or "WSW" or "WSA" or "HWW" or "HWA" or "SMW" or "SPS" or "TRA" or "HUA" or "TSA" or "FFW" or "FLW" or "TOR" or "BZW" or "DSW" or "BLU" or "CFA" or "CFW":
                Settles = place != Places.Japan;
                return;
        }

        if (Code("cap:category") is { Value: "Met" or "Geo" } category && Code("cap:event") is not null && grave && severity is not null)
        {
            if (place == Places.Japan && Code("cap:certainty") is not { Value: "Unlikely" } && severity == "Extreme")
            {
                Argue(Disaster, 4, Of(category), "grave-natural-event", null);
            }
        }

        if (Code("cap:category") is { Value: "CBRNE" } cbrn && severity is "Extreme" or "Severe")
        {
            Argue(Cbrn, 3.5, Of(Code("cap:category")!), "cbrn-category", null);
        }
    }

    /// <summary>Facts of a report without a known scheme: what an operator states of an earthquake or a tsunami.</summary>
    private void FromFacts()
    {
        if (place == Places.Abroad)
        {
            if (Number("magnitude") >= 7.5)
            {
                Argue(DisasterAbroad, 3, Fact("magnitude"), "major-earthquake-abroad", null);
            }

            return;
        }

        FromShindo();
        if (place == Places.Japan)
        {
            FromMagnitudeInJapan(6);
        }

        if (Text("tsunamiGrade") is "warning" or "major-warning")
        {
            Argue(Disaster, 7, Fact("tsunamiGrade"), "tsunami-warning", Urgency.Flash);
        }
    }

    /// <summary>What its sender says it is, in the taxonomy's own terms, outweighs what its words may mean; a value that is no category says nothing.</summary>
    private void FromStatement()
    {
        if (Code(ReportCode.StatedCategory) is { } stated)
        {
            Argue(new CategoryId(stated.Value), 12, Of(stated), "stated-category", null);
        }
    }

    private void Argue(CategoryId category, double weight, Evidence? evidence, string signal, Urgency? urgency)
    {
        if (evidence is not null)
        {
            Arguments.Add(new CodeArgument(category, weight, evidence with { Signal = signal, Weight = weight }, urgency));
        }
    }

    private ReportCode? Code(string scheme)
    {
        for (var at = 0; at < codes.Count; at++)
        {
            if (codes[at].Scheme == scheme)
                return codes[at];
        }

        return null;
    }

    private ReportCode? Kind(string family) => Kinds(family).FirstOrDefault();

    private IEnumerable<ReportCode> Kinds(string family) =>
        report.Codes.Where(code => code.Scheme == "jma:kind:" + family || code.Scheme == "jma:kind:" + family + ":continued");

    private string? Text(string fact) => report.Facts.TryGetValue(fact, out var value) ? value.Text ?? value.Number?.ToString(CultureInfo.InvariantCulture) : null;

    private double? Number(string fact) => report.Facts.TryGetValue(fact, out var value)
        ? value.Number ?? (double.TryParse(value.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null)
        : null;

    private bool Truth(string fact) => report.Facts.TryGetValue(fact, out var value) && value.Truth == true;

    private Evidence? FactOrCode(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (Fact(name) is { } fact)
                return fact;
            if (report.Codes.FirstOrDefault(code => code.Scheme == name || code.Scheme == name + ":continued") is { } code)
                return Of(code);
        }

        return null;
    }

    private Evidence? Fact(string name) => report.Facts.TryGetValue(name, out var value) ? new Evidence("fact", 0, 0, $"{name} = {value}", "", 0) : null;

    private static Evidence Of(ReportCode code) => new("code", 0, 0, $"{code.Scheme} = {code.Value}", "", 0);
}
