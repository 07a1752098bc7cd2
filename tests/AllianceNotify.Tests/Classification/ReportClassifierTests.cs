using AllianceNotify.Classification;
using AllianceNotify.Reports;
using Xunit;

namespace AllianceNotify.Tests.Classification;

public sealed class ReportClassifierTests
{
    private static readonly ReportClassifier Classifier = new(Taxonomy.Load());

    [Theory]
    [InlineData("en", "North Korea fires ballistic missile toward the Sea of Japan", "missile-launch")]
    [InlineData("ja", "北朝鮮が弾道ミサイルの可能性があるものを発射、日本のＥＥＺ外に落下と推定", "missile-launch")]
    [InlineData("ja", "北朝鮮、ﾐｻｲﾙを発射", "missile-launch")]
    [InlineData("ja", "石川県能登で震度６強の地震、大津波警報を発表", "large-scale-disaster")]
    [InlineData("en", "Magnitude 7.1 earthquake strikes off Miyazaki, tsunami warning issued", "large-scale-disaster")]
    [InlineData("en", "Magnitude 7.8 earthquake kills hundreds in southern Turkey", "international-disaster-relief")]
    [InlineData("ja", "市立病院の電子カルテがランサムウェアに感染、診療を停止", "cyber-incident")]
    [InlineData("en", "U.S. orders embassy staff to leave Khartoum; American citizens evacuated by military aircraft", "noncombatant-evacuation")]
    [InlineData("ja", "スーダンの在留邦人、自衛隊機でジブチへ退避", "noncombatant-evacuation")]
    [InlineData("ja", "中国公船４隻が尖閣諸島沖の領海に侵入", "maritime-security")]
    [InlineData("en", "CISA adds actively exploited vulnerability CVE-2026-1234 in a firewall product", "cyber-threat-information")]
    public void Event_is_recognised(string language, string title, string category) =>
        Assert.Equal(category, Classifier.Classify(ReportBuilder.Text(title, language: language)).Category.Value);

    [Theory]
    [InlineData("en", "Striker fires a missile of a shot into the top corner to win the cup")]
    [InlineData("en", "New film about the 2011 tsunami opens in theatres")]
    [InlineData("en", "Falcon 9 launches 23 Starlink satellites from Cape Canaveral")]
    [InlineData("en", "Cyber Monday sales hit record")]
    [InlineData("ja", "東日本大震災から15年、各地で追悼式")]
    [InlineData("ja", "Ｈ３ロケット打ち上げ成功　種子島宇宙センター")]
    [InlineData("ja", "サイバーエージェント、決算を発表")]
    [InlineData("en", "Court sentences man for hacking bank accounts")]
    [InlineData("ja", "オスプレイ訴訟、最高裁が上告棄却")]
    public void Mention_is_none(string language, string title)
    {
        var result = Classifier.Classify(ReportBuilder.Text(title, language: language));
        Assert.Equal(CategoryId.None, result.Category);
        Assert.Null(result.Guidelines);
        Assert.Empty(result.Categories);
    }

    [Theory]
    [InlineData("R&M saw a 6.4 % rise in takings over the summer", "none")]
    [InlineData("M 6.4 earthquake off Miyagi", "large-scale-disaster")]
    [InlineData("Mw = 6.4, off the coast of Miyagi", "large-scale-disaster")]
    public void Sign_of_a_magnitude_stands_beside_its_number(string title, string category) =>
        Assert.Equal(category, Classifier.Classify(ReportBuilder.Text(title)).Category.Value);

    [Theory]
    [InlineData("en", "THIS IS A DRILL. North Korea fires ballistic missile", ReportMode.Actual, true)]
    [InlineData("ja", "【訓練】弾道ミサイル発射", ReportMode.Actual, true)]
    [InlineData("ja", "ミサイル発射。これは訓練ではありません", ReportMode.Exercise, true)]
    [InlineData("en", "This is not a drill: ballistic missile inbound, seek shelter", ReportMode.Test, true)]
    [InlineData("en", "This is not a drill: ballistic missile launched, seek shelter", ReportMode.Actual, false)]
    [InlineData("en", "China begins large-scale military exercise around Taiwan", ReportMode.Actual, false)]
    [InlineData("ja", "北朝鮮が弾道ミサイル発射", ReportMode.Exercise, false)]
    public void Contradiction_of_the_mode_is_doubt(string language, string title, ReportMode mode, bool doubt)
    {
        var result = Classifier.Classify(ReportBuilder.Text(title, language: language, mode: mode));
        Assert.Equal(doubt, result.ModeDoubt is not null);
        Assert.True(!doubt || result.NeedsReview);
    }

    [Fact]
    public void What_the_sender_says_it_is_stands_whatever_the_words_would_be()
    {
        foreach (var category in Taxonomy.Load().Categories)
        {
            foreach (var title in new[] { "Printers print by themselves", "North Korea fires ballistic missile toward the Sea of Japan" })
            {
                var result = Classifier.Classify(ReportBuilder.Text(title).WithCodes((ReportCode.StatedCategory, category.Id.Value)));

                Assert.Equal(category.Id, result.Category);
                Assert.Contains(result.Evidence, evidence => evidence.Signal == "stated-category");
                Assert.Equal(category.OfficialStatementOnly, result.NeedsReview);
                Assert.True(result.Urgency >= category.UrgencyFloor);
            }
        }
    }

    [Fact]
    public void A_stated_category_that_is_none_of_the_taxonomy_says_nothing_and_none_ends_a_doubt_about_the_mode()
    {
        var unknown = Classifier.Classify(ReportBuilder.Text("Printers print by themselves").WithCodes((ReportCode.StatedCategory, "volcano-party")));
        var drill = Classifier.Classify(ReportBuilder.Text("THIS IS A DRILL. Printers print by themselves").WithCodes((ReportCode.StatedCategory, "cyber-incident")));

        Assert.Equal(CategoryId.None, unknown.Category);
        Assert.NotNull(drill.ModeDoubt);
    }

    [Fact]
    public void Exercise_report_is_classified_by_what_it_plays()
    {
        var result = Classifier.Classify(ReportBuilder.Text("Exercise Keen Edge inject: North Korea fires ballistic missile into the EEZ", mode: ReportMode.Exercise));
        Assert.Equal("missile-launch", result.Category.Value);
    }

    [Theory]
    [InlineData("RWT")]
    [InlineData("DMO")]
    public void Test_code_in_an_actual_report_is_doubt(string code) =>
        Assert.NotNull(Classifier.Classify(ReportBuilder.Text("Tsunami Warning").WithCodes(("cap:eventCode:SAME", code))).ModeDoubt);

    [Theory]
    [InlineData("北朝鮮が ﾀﾞﾝﾄﾞｳﾐｻｲﾙ を発射、ﾐｻｲﾙは日本海に落下")]
    [InlineData("Ｎｏｒｔｈ　Ｋｏｒｅａ fires ﬁve missiles… missiles landed in the Sea of Japan")]
    public void Evidence_points_into_the_original_text(string title)
    {
        var result = Classifier.Classify(ReportBuilder.Text(title, language: "ja"));
        Assert.NotEmpty(result.Evidence);
        Assert.All(result.Evidence, evidence => Assert.Equal(evidence.Text, title.Substring(evidence.Offset, evidence.Length)));
        Assert.Equal("missile-launch", result.Category.Value);
    }

    [Fact]
    public void Evidence_points_into_the_text_that_it_is_of_though_others_state_the_same_language()
    {
        var report = ReportBuilder.Text("Weather", "Fine.") with
        {
            Texts = [new("en", "Weather", "Fine."), new("en", "Short", "No."), new("en", "THIS IS A DRILL. North Korea fires a ballistic missile", "It landed in the Sea of Japan, outside the EEZ.")],
        };
        var result = Classifier.Classify(report);

        Assert.Equal("missile-launch", result.Category.Value);
        Assert.Contains("THIS IS A DRILL", result.ModeDoubt);
        Assert.All(result.Evidence, evidence => Assert.Equal(evidence.Text, (evidence.Field == "title[en]" ? report.Texts[2].Title : report.Texts[2].Body).Substring(evidence.Offset, evidence.Length)));
    }

    [Theory]
    [InlineData("en", "North Korea fires ballistic missile toward the Sea of Japan", ReportMode.Actual, null)]
    [InlineData("en", "North Korea fires ballistic missile toward the Sea of Japan", ReportMode.Exercise, null)]
    [InlineData("ja", "【訓練】弾道ミサイル発射", ReportMode.Actual, null)]
    [InlineData("ja", "熊本県で震度５強の地震、建物倒壊の被害", ReportMode.Actual, null)]
    [InlineData("ru", "В результате землетрясения погибли десятки человек", ReportMode.Actual, null)]
    [InlineData("en", "Cyber Monday sales hit record", ReportMode.Actual, "Minor")]
    [InlineData("en", "CISA adds actively exploited vulnerability CVE-2026-1234 in a firewall product", ReportMode.Actual, "Minor")]
    public void Urgency_asked_for_alone_is_that_of_the_whole_answer(string language, string title, ReportMode mode, string? severity)
    {
        var report = ReportBuilder.Text(title, language: language, mode: mode).WithCodes(severity is null ? [] : [("cap:severity", severity)]);
        Assert.Equal(Classifier.Classify(report).Urgency, Classifier.UrgencyOf(report));
    }

    [Fact]
    public void Legal_situation_is_relayed_and_left_to_a_person()
    {
        var result = Classifier.Classify(ReportBuilder.Text("政府、重要影響事態と認定", language: "ja"));
        Assert.Equal("important-influence-situation", result.Category.Value);
        Assert.True(result.NeedsReview);
    }

    [Fact]
    public void Third_language_goes_to_a_person_and_only_codes_decide()
    {
        var words = "В результате землетрясения на севере страны погибли десятки человек, идут спасательные работы";
        var unread = Classifier.Classify(ReportBuilder.Text(words, language: "ru"));
        Assert.Equal(CategoryId.Unclassified, unread.Category);
        Assert.True(unread.NeedsReview);
        var coded = Classifier.Classify(ReportBuilder.Text(words, language: "ru").WithCodes(("gdacs:alertLevel", "Red"), ("gdacs:eventType", "EQ")).At(38, 37));
        Assert.Equal("international-disaster-relief", coded.Category.Value);
        Assert.True(coded.NeedsReview);
    }

    [Theory]
    [InlineData("und", "朝鲜发射弹道导弹")]
    [InlineData("en", "花蓮發生規模7.2地震 多棟建築倒塌")]
    [InlineData("en", "Coreia do Norte lança míssil balístico")]
    [InlineData("de", "Nordkorea feuert Rakete ab")]
    [InlineData("zh-CN", "北京暴雨")]
    public void Headline_in_a_third_language_goes_to_a_person_though_it_is_short(string language, string title)
    {
        var result = Classifier.Classify(ReportBuilder.Text(title, language: language));
        Assert.Equal(CategoryId.Unclassified, result.Category);
        Assert.True(result.NeedsReview);
    }

    [Fact]
    public void Text_in_plain_letters_that_turns_out_to_be_of_a_third_language_leaves_nothing_behind()
    {
        var english = ReportBuilder.Text("North Korea fires ballistic missile toward the Sea of Japan");
        var before = System.Text.Json.JsonSerializer.Serialize(Classifier.Classify(english));
        var spanish = Classifier.Classify(ReportBuilder.Text("Tsunami en Japan: el gobierno de la isla ordena la evacuacion de los barrios de la costa"));

        Assert.Equal(CategoryId.Unclassified, spanish.Category);
        Assert.Empty(spanish.Evidence);
        Assert.Equal(before, System.Text.Json.JsonSerializer.Serialize(Classifier.Classify(english)));
    }

    [Theory]
    [InlineData("Jアラート：弾道ミサイル発射", "missile-launch")]
    [InlineData("死者13人、インドネシアで噴火", "international-disaster-relief")]
    [InlineData("Counterproliferationist fires ballistic missile", "missile-launch")]
    [InlineData("H5N1andmore: North Korea test-fires ballistic missile", "missile-launch")]
    [InlineData("NORTH\u00A0KOREA\tFIRES `ballistic` missile", "missile-launch")]
    public void Word_is_found_whatever_stands_beside_it(string title, string category) =>
        Assert.Equal(category, Classifier.Classify(ReportBuilder.Text(title)).Category.Value);

    [Theory]
    [InlineData("fr", "The embassy in Paris will be closed on Monday")]
    [InlineData("zh", "東京で桜が満開になった")]
    [InlineData("und", "首相会見詳報")]
    public void Declared_language_does_not_speak_against_the_text(string language, string title) =>
        Assert.Equal(CategoryId.None, Classifier.Classify(ReportBuilder.Text(title, language: language)).Category);

    [Theory]
    [InlineData("en", "Emergency at the harbour: many people collapsed, cause unknown")]
    [InlineData("ja", "駅前で多数の人が倒れている　原因不明　至急応援求む")]
    public void Alarm_that_nobody_can_explain_is_unclassified(string language, string title)
    {
        var result = Classifier.Classify(ReportBuilder.Text(title, language: language));
        Assert.Equal(CategoryId.Unclassified, result.Category);
        Assert.True(result.NeedsReview);
    }

    [Theory]
    [InlineData("TOKYO, March 5 (Agency) - A strong earthquake of magnitude 8.0 struck northern Chile, the Meteorological Agency here was told.", "international-disaster-relief")]
    [InlineData("SANTIAGO (Agency) - A strong earthquake of magnitude 7.1 struck off Iwate, Japan, toppling houses.", "large-scale-disaster")]
    public void Dateline_says_where_a_report_was_written_not_where_it_happened(string body, string category) =>
        Assert.Equal(category, Classifier.Classify(ReportBuilder.Text("Strong earthquake reported", body)).Category.Value);

    [Fact]
    public void Death_toll_is_read_far_from_its_number() =>
        Assert.Equal("international-disaster-relief", Classifier.Classify(ReportBuilder.Text(
            "The death toll from the sudden and violent eruption of the volcano on the Indonesian island has risen to 13")).Category.Value);

    [Fact]
    public void Place_decides_between_home_and_abroad()
    {
        var report = ReportBuilder.Text("M 7.2 earthquake").WithFacts(("magnitude", FactValue.Of(7.2)), ("pagerAlert", FactValue.Of("orange"))).WithCodes(("usgs:type", "earthquake"));
        Assert.Equal("large-scale-disaster", Classifier.Classify(report.At(37.5, 137.2)).Category.Value);
        Assert.Equal("international-disaster-relief", Classifier.Classify(report.At(-6.1, 105.4)).Category.Value);
        Assert.Equal("international-disaster-relief", Classifier.Classify(report.At(36.0, 127.5)).Category.Value);
    }

    [Theory]
    [InlineData("4", "none")]
    [InlineData("5-", "large-scale-disaster")]
    [InlineData("7", "large-scale-disaster")]
    public void Seismic_intensity_of_a_telegram_decides(string shindo, string category) =>
        Assert.Equal(category, Classifier.Classify(ReportBuilder.Text("震度速報", language: "ja")
            .WithCodes(("jma:telegram", "VXSE51")).WithFacts(("maxShindo", FactValue.Of(shindo)))).Category.Value);

    [Theory]
    [InlineData("01", "large-scale-disaster")]
    [InlineData("14", "large-scale-disaster")]
    [InlineData("15", "large-scale-disaster")]
    [InlineData("41", "large-scale-disaster")]
    [InlineData("42", "large-scale-disaster")]
    [InlineData("12", "none")]
    [InlineData("44", "none")]
    [InlineData("45", "none")]
    public void Volcano_kind_that_asks_people_to_leave_is_a_disaster(string kind, string category) =>
        Assert.Equal(category, Classifier.Classify(ReportBuilder.Text("火山名　諏訪之瀬島　噴火警報・予報", language: "ja")
            .WithCodes(("jma:telegram", "VFVO50"), ("jma:kind:volcano", kind))).Category.Value);

    [Theory]
    [InlineData("India hits India in cricket, says Indian captain under attack", "none")]
    [InlineData("Russian jets bomb Ukrainian port of Odesa overnight", "armed-attack-third-country")]
    [InlineData("US jets bomb nuclear sites in Iran, US president says", "armed-attack-third-country")]
    public void A_state_that_attacks_itself_is_no_attack_on_a_state(string title, string category) =>
        Assert.Equal(category, Classifier.Classify(ReportBuilder.Text(title)).Category.Value);

    [Fact]
    public void Words_of_the_learned_voice_are_shown_where_they_stand()
    {
        const string title = "Ransomware gang locks hospital servers";
        var result = Classifier.Classify(ReportBuilder.Text(title));

        Assert.Equal("cyber-incident", result.Category.Value);
        var learned = result.Evidence.Where(evidence => evidence.Signal.StartsWith("learned:", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(learned);
        Assert.All(learned, evidence => Assert.Equal(evidence.Text, title.Substring(evidence.Offset, evidence.Length)));
    }

    [Fact]
    public void A_none_whose_words_are_those_of_a_situation_goes_to_a_person()
    {
        var result = Classifier.Classify(ReportBuilder.Text(
            "Situation report no. 3, Noto Peninsula earthquake", "Deaths 64, injured 370 or more. 33,000 in 355 shelters. Roads to Wajima and Suzu cut."));

        Assert.True(result.Category.Value == "large-scale-disaster" || result.NeedsReview);
    }

    [Fact]
    public void Urgency_follows_the_evidence_and_keeps_the_floor()
    {
        Assert.Equal(Urgency.Flash, Classifier.Classify(ReportBuilder.Text("石川県に大津波警報を発表", language: "ja")).Urgency);
        Assert.Equal(Urgency.Urgent, Classifier.Classify(ReportBuilder.Text("熊本県で震度５強の地震、建物倒壊の被害", language: "ja")).Urgency);
        var minor = ReportBuilder.Text("North Korea fires ballistic missile").WithCodes(("cap:severity", "Minor"));
        Assert.Equal(Urgency.Flash, Classifier.Classify(minor).Urgency);
    }

    [Fact]
    public void Same_report_always_gets_the_same_answer()
    {
        var report = ReportBuilder.Text("北朝鮮が弾道ミサイルを発射、津波警報も発表", new string('あ', 1000) + "ランサムウェアに感染し病院のシステムが停止した。", "ja");
        var first = System.Text.Json.JsonSerializer.Serialize(Classifier.Classify(report));
        Parallel.For(0, 64, _ => Assert.Equal(first, System.Text.Json.JsonSerializer.Serialize(Classifier.Classify(report))));
    }

    [Fact]
    public void Hostile_text_is_bounded()
    {
        var millions = string.Concat(Enumerable.Repeat("missile fired ミサイル発射 ", 200_000));
        var result = Classifier.Classify(ReportBuilder.Text("x", millions));
        Assert.True(result.Evidence.Count <= ReportClassifier.MostEvidence);
        var surrogates = Classifier.Classify(ReportBuilder.Text("\uD800missile\uDC00 fires \uFFFF\uD83D", "\uDFFF北朝鮮\uD800が発射"));
        Assert.All(surrogates.Evidence, evidence => Assert.True(evidence.Offset >= 0));
        Assert.Equal(CategoryId.None, Classifier.Classify(ReportBuilder.Text("", "")).Category);
    }
}
