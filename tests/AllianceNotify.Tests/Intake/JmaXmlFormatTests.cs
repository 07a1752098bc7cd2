using AllianceNotify.Intake;
using AllianceNotify.Intake.Formats;
using AllianceNotify.Reports;
using Xunit;

namespace AllianceNotify.Tests.Intake;

public sealed class JmaXmlFormatTests
{
    [Fact]
    public void The_major_tsunami_warning_of_2011_is_read_without_loss_though_its_numbers_are_unknown()
    {
        var report = Sample.ReadOne("jma/32-39_11_02_250206_VTSE41.xml", "application/xml");

        Assert.Equal(("jma-xml", "www.jma.go.jp"), (report.Format, report.Source));
        Assert.Equal((ReportAction.New, ReportMode.Actual), (report.Action, report.Mode));
        Assert.Equal(new DateTimeOffset(2011, 3, 11, 5, 49, 0, TimeSpan.Zero), report.ObservedAt);
        Assert.Equal(["jma:20110311144640"], report.EventKeys);
        Assert.Equal(["VTSE41"], report.Codes("jma:telegram"));
        Assert.Equal(["51", "53", "62", "71"], report.Codes("jma:kind:tsunami").Order(StringComparer.Ordinal));
        Assert.Empty(report.Codes("jma:kind:tsunami:continued"));
        Assert.Equal(("major-warning", "major-warning", "巨大"), (report.Fact("tsunamiGrade"), report.Fact("tsunamiGradeRaised"), report.Fact("tsunamiMaxHeightText")));
        Assert.Null(report.Fact("tsunamiMaxHeightM"));
        Assert.Null(report.Fact("magnitude"));
        Assert.Equal("Ｍ８を超える巨大地震", report.Fact("magnitudeText"));
        Assert.Equal("10", report.Fact("depthKm"));
        Assert.Equal("2011-03-11T05:46:00Z", report.Fact("originTime"));
        Assert.Equal((38.0, 142.9), (report.Location!.Latitude!.Value, report.Location.Longitude!.Value));
        Assert.StartsWith("岩手県; 宮城県; 福島県", report.Location.Name, StringComparison.Ordinal);
        Assert.Contains("jma-tsunami:210", report.Location.AreaCodes);
        var text = Assert.Single(report.Texts);
        Assert.Equal(("ja", "大津波警報・津波警報・津波注意報・津波予報"), (text.Language, text.Title));
        Assert.StartsWith("東日本大震災クラスの津波が来襲します。", text.Body, StringComparison.Ordinal);
        Assert.Contains("【大津波警報：発表】岩手県、宮城県、福島県", text.Body, StringComparison.Ordinal);
        Assert.Contains("震源：三陸沖", text.Body, StringComparison.Ordinal);
        Assert.Equal(Marking.Public, report.Marking);
        Assert.Equal("気象庁", report.Fact("sentBy"));
    }

    [Fact]
    public void A_tsunami_advisory_as_received_in_2023_is_an_advisory()
    {
        var report = Sample.ReadOne("jma/20231009064018_06274659_VTSE41.xml");
        Assert.Equal("advisory", report.Fact("tsunamiGrade"));
        Assert.Contains("62", report.Codes("jma:kind:tsunami").Concat(report.Codes("jma:kind:tsunami:continued")));
        Assert.Equal((29.7, 139.9), (report.Location!.Latitude!.Value, report.Location.Longitude!.Value));
        Assert.Equal("0", report.Fact("depthKm"));
    }

    [Fact]
    public void A_drill_that_only_its_status_betrays_is_an_exercise()
    {
        var report = Sample.ReadOne("jma/32-39_12_11_250206_VTSE51.xml");
        Assert.Equal((ReportMode.Exercise, ReportAction.Update), (report.Mode, report.Action));
        Assert.Equal(("9.1", "11.8"), (report.Fact("magnitude"), report.Fact("tsunamiMaxHeightM")));
        Assert.Equal("major-warning", report.Fact("tsunamiGrade"));
    }

    [Fact]
    public void Withdrawn_arrival_times_are_no_all_clear_for_the_tsunami()
    {
        var report = Sample.ReadOne("jma/38-39_03_02_210805_VTSE51.xml");
        Assert.Equal(["取消"], report.Codes("jma:infoType"));
        Assert.Equal(ReportAction.Update, report.Action);
        Assert.Equal([new ReportReference("www.jma.go.jp", "20210805103531")], report.References);
        Assert.Equal(["jma:20210805103531"], report.EventKeys);
    }

    [Fact]
    public void A_withdrawn_warning_cancels()
    {
        var withdrawn = Sample.Text("jma/38-39_03_02_210805_VTSE51.xml").Replace("津波情報a", "津波警報・注意報・予報a", StringComparison.Ordinal);
        Assert.Equal(ReportAction.Cancel, Sample.ReadText(withdrawn).Action);
    }

    [Fact]
    public void Lifting_the_last_tsunami_warning_cancels_and_lifting_some_does_not()
    {
        const string lifted = """<Item><Area><Name>岩手県</Name><Code>210</Code></Area><Category><Kind><Name>警報解除</Name><Code>50</Code></Kind><LastKind><Name>津波警報</Name><Code>51</Code></LastKind></Category></Item>""";
        const string advisory = """<Item><Area><Name>宮城県</Name><Code>220</Code></Area><Category><Kind><Name>津波注意報</Name><Code>62</Code></Kind><LastKind><Name>津波警報</Name><Code>51</Code></LastKind></Category></Item>""";
        const string forecast = """<Item><Area><Name>宮城県</Name><Code>220</Code></Area><Category><Kind><Name>津波予報（若干の海面変動）</Name><Code>72</Code></Kind><LastKind><Name>津波注意報</Name><Code>62</Code></LastKind></Category></Item>""";

        Assert.Equal(ReportAction.Cancel, Sample.ReadText(Tsunami(lifted)).Action);
        Assert.Equal(ReportAction.Cancel, Sample.ReadText(Tsunami(lifted + forecast)).Action);
        var some = Sample.ReadText(Tsunami(lifted + advisory));
        Assert.Equal(ReportAction.New, some.Action);
        Assert.Equal(["50"], some.Codes("jma:kind:tsunami:ended"));
        Assert.Equal(["62"], some.Codes("jma:kind:tsunami:continued"));
        Assert.Empty(some.Codes("jma:kind:tsunami"));
        Assert.Null(some.Fact("tsunamiGradeRaised"));
    }

    [Fact]
    public void An_earthquake_with_intensities_is_read_as_received()
    {
        var report = Sample.ReadOne("jma/20210217140958_0_VXSE53_010000.xml");
        Assert.Equal(("4.5", "Mj", "3"), (report.Fact("magnitude"), report.Fact("magnitudeType"), report.Fact("maxShindo")));
        Assert.Equal("none", report.Fact("tsunamiComment"));
        Assert.NotNull(report.Fact("originTime"));
        Assert.Equal(["VXSE53"], report.Codes("jma:telegram"));
        Assert.NotNull(report.Location!.Latitude);
        Assert.Contains(report.Location.AreaCodes, code => code.StartsWith("jma-quake:", StringComparison.Ordinal));
    }

    [Fact]
    public void A_strong_earthquake_keeps_its_intensity_and_what_has_not_reported_yet()
    {
        var report = Sample.ReadOne("jma/32-35_07_07_240613_VXSE53.xml");
        Assert.Equal(("6-", "true", ReportAction.Update), (report.Fact("maxShindo"), report.Fact("shindoUnreported"), report.Action));
        Assert.Equal(Sample.ReadOne("jma/32-35_07_01_100915_VXSE51.xml").EventKeys, report.EventKeys);
    }

    [Theory]
    [InlineData("jma/32-35_07_01_100915_VXSE51.xml", "6-")]
    [InlineData("jma/20210219010859_0_VXSE51_010000.xml", "3")]
    public void An_intensity_flash_names_the_areas_and_the_strongest(string file, string shindo)
    {
        var report = Sample.ReadOne(file);
        Assert.Equal(shindo, report.Fact("maxShindo"));
        Assert.NotEmpty(report.Location!.AreaCodes);
        Assert.NotNull(report.Location.Name);
    }

    [Fact]
    public void An_unknown_magnitude_keeps_its_words()
    {
        var report = Sample.ReadOne("jma/33_12_01_240613_VXSE52.xml");
        Assert.Null(report.Fact("magnitude"));
        Assert.Equal("Ｍ８を超える巨大地震", report.Fact("magnitudeText"));
        Assert.Equal(("岐阜県美濃中西部", 35.6), (report.Location!.Name, report.Location.Latitude!.Value));
    }

    [Fact]
    public void An_earthquake_early_warning_is_a_warning_with_its_forecast()
    {
        var report = Sample.ReadOne("jma/37_01_01_240613_VXSE43.xml");
        Assert.Equal(["31"], report.Codes("jma:kind:eew"));
        Assert.Equal(("true", "5-", "5-", "5.8"), (report.Fact("eewWarning"), report.Fact("maxShindo"), report.Fact("maxShindoForecast"), report.Fact("magnitude")));
        Assert.Equal("豊後水道", report.Location!.Name);
        Assert.Contains("jma-eew:9943", report.Location.AreaCodes);
    }

    [Fact]
    public void Special_warnings_of_the_old_scheme_are_raised()
    {
        var report = Sample.ReadOne("jma/15_13_01_161226_VPWW54.xml");
        Assert.Subset(report.Codes("jma:kind:weather").ToHashSet(), new HashSet<string> { "33", "35", "37", "38", "04", "05", "07", "14" });
        Assert.Equal(("special-warning", "special-warning", "5"), (report.Fact("weatherLevel"), report.Fact("weatherLevelRaised"), report.Fact("alertLevel")));
        Assert.Contains("jma:130000", report.Location!.AreaCodes);
        Assert.Equal(["jma:weather:気象庁本庁:東京都気象警報・注意報"], report.EventKeys);
    }

    [Fact]
    public void Special_warnings_all_lifted_end_the_situation()
    {
        var report = Sample.ReadOne("jma/15_08_05_130412_VPWW53.xml");
        Assert.Equal(ReportAction.Cancel, report.Action);
        Assert.Equal("none", report.Fact("weatherLevel"));
        Assert.Contains("33", report.Codes("jma:kind:weather:ended"));
        Assert.Empty(report.Codes("jma:kind:weather"));
    }

    [Fact]
    public void A_warning_of_the_new_scheme_that_only_continues_is_marked_so()
    {
        var report = Sample.ReadOne("jma/15_17_01_250630_VPWW55.xml");
        Assert.Equal(["VPWW55"], report.Codes("jma:telegram"));
        Assert.Equal(["03", "10"], report.Codes("jma:kind:weather:continued"));
        Assert.Equal(["10"], report.Codes("jma:kind:weather:ended"));
        Assert.Empty(report.Codes("jma:kind:weather"));
        Assert.Equal(("warning", "3"), (report.Fact("weatherLevel"), report.Fact("alertLevel")));
        Assert.Null(report.Fact("weatherLevelRaised"));
        Assert.Equal(ReportAction.New, report.Action);
    }

    [Theory]
    [InlineData("レベル４大雨危険警報", "43", "発表", "danger-warning")]
    [InlineData("レベル５大雨特別警報", "33", "発表", "special-warning")]
    [InlineData("レベル３土砂災害警報", "09", "発表", "warning")]
    [InlineData("レベル３大雨警報", "03", "危険警報から警報", null)]
    [InlineData("レベル４大雨危険警報", "43", "警報から危険警報", "danger-warning")]
    public void Levels_of_the_new_scheme_are_known_by_name(string name, string code, string status, string? raised)
    {
        var text = Sample.Text("jma/15_17_01_250630_VPWW55.xml")
            .Replace("<Name>レベル３大雨警報</Name>", $"<Name>{name}</Name>", StringComparison.Ordinal)
            .Replace("<Code>03</Code>", $"<Code>{code}</Code>", StringComparison.Ordinal)
            .Replace("<Status>継続</Status>", $"<Status>{status}</Status>", StringComparison.Ordinal);
        Assert.Equal(raised, Sample.ReadText(text).Fact("weatherLevelRaised"));
    }

    [Fact]
    public void A_volcanic_warning_keeps_its_level_and_the_one_before()
    {
        var report = Sample.ReadOne("jma/45_01_01_200522_VFVO50.xml");
        Assert.Equal(("3", "1"), (report.Fact("volcanoLevel"), report.Fact("volcanoLevelBefore")));
        Assert.Equal(["02", "13", "43"], report.Codes("jma:kind:volcano").Order(StringComparer.Ordinal));
        Assert.Equal(["jma:volcano:306"], report.EventKeys);
        Assert.Equal((36.4063, 138.523), (report.Location!.Latitude!.Value, report.Location.Longitude!.Value));
        Assert.Contains("jma-volcano:306", report.Location.AreaCodes);
        Assert.DoesNotContain("避難の準備等が必要", report.Texts[0].Body, StringComparison.Ordinal);
    }

    [Fact]
    public void An_eruption_flash_names_the_volcano()
    {
        var report = Sample.ReadOne("jma/67_01_02_140927_VFVO56.xml");
        Assert.Equal(["62"], report.Codes("jma:kind:volcano"));
        Assert.Equal(["jma:volcano:312"], report.EventKeys);
        Assert.Contains("噴火が発生したもよう", report.Texts[0].Body, StringComparison.Ordinal);
    }

    [Fact]
    public void A_withdrawn_eruption_is_no_eruption()
    {
        var report = Sample.ReadText(Sample.Text("jma/67_01_02_140927_VFVO56.xml").Replace("<InfoType>発表</InfoType>", "<InfoType>取消</InfoType>", StringComparison.Ordinal));
        Assert.Equal(ReportAction.Cancel, report.Action);
        Assert.Empty(report.Codes("jma:kind:volcano"));
        Assert.Equal(["62"], report.Codes("jma:kind:volcano:ended"));
    }

    [Theory]
    [InlineData("府県気象防災速報", "気象解説情報", "VPBS50")]
    [InlineData("気象警報・注意報時系列情報（Ｒ０６）", "気象警報・注意報時系列", "VPWP50")]
    public void Telegrams_of_the_new_scheme_beside_the_warnings_are_known_and_are_no_warning(string title, string kind, string code)
    {
        var text = Sample.Text("jma/15_17_01_250630_VPWW55.xml")
            .Replace("<Title>気象警報・注意報（Ｒ０６）（大雨）</Title>", $"<Title>{title}</Title>", StringComparison.Ordinal)
            .Replace("<InfoKind>気象警報・注意報</InfoKind>", $"<InfoKind>{kind}</InfoKind>", StringComparison.Ordinal);
        var report = Sample.ReadText(text);
        Assert.Equal([code], report.Codes("jma:telegram"));
        Assert.Null(report.Fact("weatherLevel"));
        Assert.DoesNotContain(report.EventKeys, key => key.StartsWith("jma:weather:", StringComparison.Ordinal));
    }

    [Fact]
    public void A_river_flood_forecast_that_calls_itself_a_sample_says_so()
    {
        var report = Sample.ReadOne("jma/16_06_01_220728_VXKOii.xml");
        Assert.Equal(["41"], report.Codes("jma:kind:flood"));
        Assert.Equal(("4", "true", ReportAction.Update), (report.Fact("alertLevel"), report.Fact("sampleTelegram"), report.Action));
        Assert.Equal(["jma:flood:123456789012"], report.EventKeys);
        Assert.Contains("氾濫危険水位", report.Texts[0].Body, StringComparison.Ordinal);
    }

    [Fact]
    public void A_landslide_alert_that_partly_ends_is_an_update()
    {
        var report = Sample.ReadOne("jma/17_01_01_190529_VXWW50.xml");
        Assert.Equal(["3"], report.Codes("jma:kind:landslide:continued"));
        Assert.Equal(["1", "0"], report.Codes("jma:kind:landslide:ended"));
        Assert.Equal((ReportAction.Update, "4"), (report.Action, report.Fact("alertLevel")));
    }

    [Fact]
    public void Nankai_trough_information_keeps_its_keyword()
    {
        var report = Sample.ReadOne("jma/74_01_06_200512_VYSE50.xml");
        Assert.Equal(["130"], report.Codes("jma:nankaiTrough"));
        Assert.Equal("南海トラフ地震臨時情報（巨大地震注意）", report.Texts[0].Title);
        Assert.Equal(["jma:nankai:20200512163400"], report.EventKeys);
    }

    [Theory]
    [InlineData("通常", ReportMode.Actual)]
    [InlineData("訓練", ReportMode.Exercise)]
    [InlineData("試験", ReportMode.Test)]
    public void The_status_is_the_mode_of_every_telegram(string status, ReportMode mode)
    {
        foreach (var file in Directory.GetFiles(Path.Combine(Sample.Root, "jma")).Where(file => new FileInfo(file).Length < 50_000))
        {
            var text = System.Text.RegularExpressions.Regex.Replace(Sample.Text($"jma/{Path.GetFileName(file)}"), "<Status>(通常|訓練|試験)</Status>", $"<Status>{status}</Status>");
            Assert.Equal(mode, Sample.ReadText(text).Mode);
        }
    }

    [Fact]
    public void A_drill_telegram_is_not_the_same_report_as_the_real_one()
    {
        var real = Sample.Text("jma/33_12_01_240613_VXSE52.xml");
        Assert.NotEqual(Sample.ReadText(real).Id, Sample.ReadText(real.Replace("通常", "訓練", StringComparison.Ordinal)).Id);
    }

    [Fact]
    public void A_delivery_test_of_the_early_warning_is_a_test_though_its_status_is_ordinary() =>
        Assert.Equal(ReportMode.Test, Sample.ReadText(Sample.Text("jma/37_01_01_240613_VXSE43.xml").Replace("<Control><Title>緊急地震速報（警報）", "<Control><Title>緊急地震速報配信テスト", StringComparison.Ordinal)).Mode);

    [Fact]
    public void What_a_telegram_lacks_is_named_with_its_line()
    {
        var text = Sample.Text("jma/33_12_01_240613_VXSE52.xml")
            .Replace("<Status>通常</Status>", "<Status>本番</Status>", StringComparison.Ordinal)
            .Replace("<InfoType>発表</InfoType>", "", StringComparison.Ordinal)
            .Replace("2012-02-14T21:42:00+09:00</ReportDateTime>", "2012-02-14</ReportDateTime>", StringComparison.Ordinal);
        var invalid = Assert.IsType<ReadResult.Invalid>(Sample.Result(text));
        Assert.Equal(
            ["Report/Control/Status, line 6", "Report/Head/InfoType, line 10", "Report/Head/ReportDateTime, line 12"],
            invalid.Errors.Select(error => error.Field[..error.Field.IndexOf(", column", StringComparison.Ordinal)]).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("+38.0+142.9-10000/", 38.0, 142.9, -10000.0)]
    [InlineData("+29.7+139.9+0/", 29.7, 139.9, 0.0)]
    [InlineData("-8.1-075.0/", -8.1, -75.0, null)]
    [InlineData("+3624.38+13831.38+2568/", 36.4063, 138.523, 2568.0)]
    public void Coordinates_are_degrees_or_degrees_and_minutes(string text, double latitude, double longitude, double? height)
    {
        var found = JmaMeasures.Coordinate(text);
        Assert.Equal((new GeoPoint(latitude, longitude), height), found);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("+99.0+142.9/")]
    [InlineData("北緯38度")]
    public void What_is_no_coordinate_gives_none(string text) => Assert.Null(JmaMeasures.Coordinate(text));

    private static string Tsunami(string items) => $"""
        <Report xmlns="http://xml.kishou.go.jp/jmaxml1/"><Control><Title>津波警報・注意報・予報a</Title><DateTime>2026-11-24T05:00:00Z</DateTime><Status>通常</Status>
        <EditorialOffice>気象庁本庁</EditorialOffice><PublishingOffice>気象庁</PublishingOffice></Control>
        <Head xmlns="http://xml.kishou.go.jp/jmaxml1/informationBasis1/"><Title>津波注意報・津波予報</Title><ReportDateTime>2026-11-24T14:00:00+09:00</ReportDateTime>
        <TargetDateTime>2026-11-24T14:00:00+09:00</TargetDateTime><EventID>20261124120000</EventID><InfoType>発表</InfoType><Serial/><InfoKind>津波警報・注意報・予報</InfoKind>
        <InfoKindVersion>1.0_1</InfoKindVersion><Headline><Text>津波警報を解除しました。</Text></Headline></Head>
        <Body xmlns="http://xml.kishou.go.jp/jmaxml1/body/seismology1/"><Tsunami><Forecast>{items}</Forecast></Tsunami></Body></Report>
        """;
}
