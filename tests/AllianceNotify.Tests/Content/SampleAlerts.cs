using AllianceNotify.Classification;
using AllianceNotify.Contacts;
using AllianceNotify.Reports;
using AllianceNotify.Situations;

namespace AllianceNotify.Tests.Content;

/// <summary>Alerts as the hub makes them, and a taxonomy that knows their categories. All of it invented.</summary>
internal static class SampleAlerts
{
    public static readonly Taxonomy Taxonomy = new(
    [
        Category(
            "missile-launch",
            new("Ballistic or cruise missile launch", "弾道ミサイル発射"),
            "IV.A.2",
            new("Air and Missile Defense", "防空及びミサイル防衛"),
            new("None named: both forces maintain their defence postures", "明示なし：両国がそれぞれの態勢を維持"),
            [
                new("Check the picture with your counterpart.", "相手方と状況認識を照合する。"),
                new("Warn units and ships in the area.", "関係部隊・船舶に注意喚起する。"),
            ]),
        Category(
            "large-scale-disaster",
            new("Large-scale disaster in Japan", "日本における大規模災害"),
            "IV.E",
            new("Cooperation in Response to a Large-scale Disaster in Japan", "日本における大規模災害への対処における協力"),
            new("Japan", "日本"),
            [new("Report the state of your people and facilities.", "自組織の人員・施設の状況を報告する。")]),
        Category(
            "important-influence-situation",
            new("Situation with important influence on Japan's peace and security", "日本の平和及び安全に重要な影響を与える事態"),
            "IV.B",
            new("Responses to Emerging Threats to Japan's Peace and Security", "日本の平和及び安全に対して発生する脅威への対処"),
            new("Both governments, on their own decisions", "両国政府（それぞれの判断による）"),
            []) with
        {
            OfficialStatementOnly = true,
        },
    ]);

    public static readonly SituationId Situation = new("s-abcdefghijklmnopqrstuvwxyz");

    /// <summary>Actual, flash, from a source that wrote Japanese only.</summary>
    public static readonly Alert Missile = new()
    {
        Id = Alert.IdOf(Situation, 1),
        Situation = Situation,
        Revision = 1,
        Kind = AlertKind.New,
        Mode = ReportMode.Actual,
        Category = new("missile-launch"),
        Categories = [new(new("missile-launch"), 0.97)],
        Confidence = 0.97,
        Urgency = Urgency.Flash,
        Marking = new Marking(Tlp.Amber, ["JPN", "USA"]),
        Texts =
        [
            new(
                "ja",
                "弾道ミサイルの可能性があるものが発射された",
                "１４時４７分頃、弾道ミサイルの可能性があるものが西方へ向けて発射された。\n日本の排他的経済水域の外に落下するものと推定される。\n付近を航行する船舶は、今後の情報に留意されたい。"),
        ],
        Location = new ReportLocation { Name = "日本海", Latitude = 40.5, Longitude = 134.2, RadiusKm = 50, AreaCodes = ["navarea:XI"] },
        Facts = new Dictionary<string, FactValue> { ["rangeKm"] = FactValue.Of(420), ["apogeeKm"] = FactValue.Of(61.5) },
        ObservedAt = new DateTimeOffset(2026, 11, 24, 5, 49, 0, TimeSpan.Zero),
        MadeAt = new DateTimeOffset(2026, 11, 24, 5, 49, 2, TimeSpan.Zero),
        Source = "coastal-radar-7",
        Report = new ReportId("r-abcdefghijklmnopqrstuvwxyz"),
        ExpectsAnswer = true,
    };

    /// <summary>An exercise earthquake in both languages.</summary>
    public static readonly Alert ExerciseEarthquake = Missile with
    {
        Mode = ReportMode.Exercise,
        Category = new("large-scale-disaster"),
        Categories = [new(new("large-scale-disaster"), 0.9), new(new("missile-launch"), 0.2)],
        Marking = Marking.Public,
        Texts =
        [
            new("ja", "大津波警報", "岩手県に大津波警報を発表した。直ちに避難すること。"),
            new("en", "Major tsunami warning", "A major tsunami warning is in force for Iwate Prefecture. Evacuate at once."),
        ],
        Location = new ReportLocation { Name = "岩手県沖", Latitude = 39.6, Longitude = 142.1, AreaCodes = ["jma:210", "jma:220"] },
        Facts = new Dictionary<string, FactValue>
        {
            ["depthKm"] = FactValue.Of(24),
            ["magnitude"] = FactValue.Of(8.1),
            ["maxShindo"] = FactValue.Of("6+"),
            ["tsunamiGrade"] = FactValue.Of("major-warning"),
            ["tsunamiMaxHeightText"] = FactValue.Of("１０ｍ超"),
            ["originTime"] = FactValue.Of("2026-11-24T05:46:18Z"),
        },
        Source = "jma.example",
    };

    public static Alert Test => Missile with { Mode = ReportMode.Test, Urgency = Urgency.Info, Marking = Marking.Public };

    public static Alert Update => ExerciseEarthquake with
    {
        Id = Alert.IdOf(Situation, 3),
        Mode = ReportMode.Actual,
        Kind = AlertKind.Update,
        Revision = 3,
        Urgency = Urgency.Urgent,
        ThreadTitles = ExerciseEarthquake.Texts,
        Texts =
        [
            new("ja", "津波警報に切り替え", "大津波警報を津波警報に切り替えた。"),
            new("en", "Downgraded to tsunami warning", "The major warning was replaced by a tsunami warning."),
        ],
    };

    public static Alert AllClear => Update with
    {
        Id = Alert.IdOf(Situation, 4),
        Kind = AlertKind.AllClear,
        Revision = 4,
        Texts = [new("en", "All tsunami warnings lifted", "No further tsunami is expected.")],
        MadeBy = "Sample Officer",
        ExpectsAnswer = false,
    };

    public static Alert Review => Missile with
    {
        Kind = AlertKind.Review,
        Category = CategoryId.Unclassified,
        Categories = [],
        Confidence = 0.31,
        ReviewReason = "No rule recognised the report.",
        Texts = [new("en-US", "Unusual lights over the strait", "Several callers saw lights moving north. Nothing on radar.")],
        Location = null,
        Facts = new Dictionary<string, FactValue>(),
        Urgency = Urgency.Urgent,
    };

    /// <summary>A body far beyond what a mail or a card holds.</summary>
    public static Alert Huge => Missile with
    {
        Texts = [new("ja", "長文の報告", string.Concat(Enumerable.Range(1, 4000).Select(line => $"第{line}行：観測値の更新、特記事項なし。\n")))],
    };

    private static TaxonomyCategory Category(
        string id, LocalizedText name, string reference, LocalizedText heading, LocalizedText responsibility, IReadOnlyList<LocalizedText> playbook) => new()
        {
            Id = new CategoryId(id),
            Name = name,
            Guidelines = new GuidelinesReference(reference, heading),
            Responsibility = responsibility,
            Phases = [Phase.Peacetime],
            DefaultUrgency = Urgency.Flash,
            UrgencyFloor = Urgency.Urgent,
            Playbook = playbook,
        };
}
