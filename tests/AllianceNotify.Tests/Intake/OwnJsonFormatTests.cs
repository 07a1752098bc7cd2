using System.Text;
using AllianceNotify.Intake;
using AllianceNotify.Intake.Formats;
using AllianceNotify.Reports;
using Xunit;

namespace AllianceNotify.Tests.Intake;

public sealed class OwnJsonFormatTests
{
    private const string Full = """
        {
          "source": "coastal-radar-7", "sourceId": "2026-11-24-0031", "action": "update",
          "references": [ { "source": "coastal-radar-7", "sourceId": "2026-11-24-0030" } ],
          "mode": "exercise", "observedAt": "2026-11-24T14:49:00.250+09:00", "expiresAt": "2026-11-25T00:00:00Z",
          "texts": [ { "title": "弾道ミサイルの可能性があるものが発射された", "body": "一行目\r\n二行目" }, { "language": "en-US", "title": "Launch" } ],
          "codes": [ { "scheme": "cap:eventCode:SAME", "value": "CDW" } ],
          "eventKeys": [ "radar:77" ],
          "location": { "name": "日本海", "latitude": 40.5, "longitude": 134.2, "radiusKm": 50, "areaCodes": ["jma:050"],
                        "polygons": [ { "points": [ {"latitude":1,"longitude":2}, {"latitude":1,"longitude":3}, {"latitude":2,"longitude":3}, {"latitude":1,"longitude":2} ] } ] },
          "marking": { "tlp": "amber+strict", "releasableTo": ["JPN", "agency:JCG", "contact:c-1"] },
          "facts": { "magnitude": 7.1, "confirmed": true, "unit": "km" },
          "contact": { "name": "Sample watch officer", "phone": "+81-00-0000-0000" },
          "somethingNew": { "kept": false }
        }
        """;

    [Fact]
    public void A_full_report_is_read_with_everything_it_says()
    {
        var report = ReadOne(Full);

        Assert.Equal(SituationReport.IdOf("coastal-radar-7", "2026-11-24-0031"), report.Id);
        Assert.Equal(ReportAction.Update, report.Action);
        Assert.Equal(ReportMode.Exercise, report.Mode);
        Assert.Equal(new DateTimeOffset(2026, 11, 24, 5, 49, 0, 250, TimeSpan.Zero), report.ObservedAt);
        Assert.Equal(TimeSpan.Zero, report.ObservedAt.Offset);
        Assert.Equal(IntakeHarness.Now, report.ReceivedAt);
        Assert.Equal([new ReportReference("coastal-radar-7", "2026-11-24-0030")], report.References);
        Assert.Equal([new ReportText("ja", "弾道ミサイルの可能性があるものが発射された", "一行目\n二行目"), new ReportText("en-US", "Launch", "")], report.Texts);
        Assert.Equal([new ReportCode("cap:eventCode:SAME", "CDW")], report.Codes);
        Assert.Equal(["radar:77"], report.EventKeys);
        Assert.Equal(50, report.Location!.RadiusKm);
        Assert.Equal(new GeoPoint(2, 3), report.Location.Polygons[0][2]);
        Assert.Equal(Tlp.AmberStrict, report.Marking.Tlp);
        Assert.Equal(["JPN", "agency:JCG", "contact:c-1"], report.Marking.ReleasableTo);
        Assert.Equal(FactValue.Of(7.1), report.Facts["magnitude"]);
        Assert.Equal(FactValue.Of(true), report.Facts["confirmed"]);
        Assert.Equal("Sample watch officer", report.Contact!.Name);
        Assert.Equal("own-json", report.Format);
    }

    [Fact]
    public void What_is_written_reads_back_as_the_same_report()
    {
        var report = ReadOne(Full);
        var again = ReadOne(Encoding.UTF8.GetString(OwnJson.Write(report)));
        Assert.Equal(OwnJson.Write(report), OwnJson.Write(again));
        Assert.Equal(report.Texts, again.Texts);
        Assert.Equal(report.Location!.Polygons[0], again.Location!.Polygons[0]);
        Assert.Equal(report.ObservedAt, again.ObservedAt);
    }

    [Fact]
    public void A_report_without_a_marking_gets_the_strict_default() =>
        Assert.Equal(Marking.Default, ReadOne(IntakeHarness.Json()).Marking);

    [Theory]
    [InlineData("clear", Tlp.Clear, 0)]
    [InlineData("TLP:GREEN", Tlp.Green, 0)]
    [InlineData("white", Tlp.Clear, 0)]
    [InlineData("amber", Tlp.Amber, 2)]
    [InlineData("amber-strict", Tlp.AmberStrict, 2)]
    [InlineData("TLP:AMBER+STRICT", Tlp.AmberStrict, 2)]
    public void A_colour_alone_gets_the_nations_of_the_default_unless_it_is_open(string tlp, Tlp colour, int readers)
    {
        var marking = ReadOne(IntakeHarness.Json(extra: $$""", "marking": { "tlp": "{{tlp}}" }""")).Marking;
        Assert.Equal(colour, marking.Tlp);
        Assert.Equal(readers, marking.ReleasableTo.Count);
    }

    [Theory]
    [InlineData("Missile launched", "en")]
    [InlineData("ミサイル発射", "ja")]
    [InlineData("発射", "ja")]
    [InlineData("ﾐｻｲﾙ", "ja")]
    [InlineData("M7.1", "en")]
    [InlineData("Запуск ракеты", "und")]
    public void The_language_is_told_from_the_script_when_it_is_not_given(string title, string language) =>
        Assert.Equal(language, ReadOne(IntakeHarness.Json(title: title)).Texts[0].Language);

    [Fact]
    public void All_field_errors_come_at_once_with_their_paths()
    {
        var invalid = Assert.IsType<ReadResult.Invalid>(Read("""
            {
              "sourceId": " ", "action": "replace", "mode": "Actual", "observedAt": "2026-11-24T05:49:00", "expiresAt": "soon",
              "references": [ { "source": "a" }, 3 ], "texts": [ { "title": "x", "language": "???" }, { "body": 5 } ],
              "codes": [ { "scheme": "s" } ], "location": { "latitude": 91, "radiusKm": -1, "areaCodes": "x" },
              "marking": { "tlp": "purple", "releasableTo": [ "Japan" ] }, "facts": { "a": [1], "b": 1e999 }, "contact": "me"
            }
            """));

        Assert.Equal(
            [
                "action", "codes[0].value", "contact", "expiresAt", "facts.a", "facts.b", "location.areaCodes", "location.latitude", "location.longitude",
                "location.radiusKm", "marking.releasableTo[0]", "marking.tlp", "mode", "observedAt", "references[0].sourceId", "references[1]", "source", "sourceId",
                "texts[0].language", "texts[1].body", "texts[1].title",
            ],
            invalid.Errors.Select(error => error.Field).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_report_that_does_not_say_whether_it_is_real_is_refused()
    {
        var invalid = Assert.IsType<ReadResult.Invalid>(Read("""{ "source": "s", "sourceId": "1", "observedAt": "2026-11-24T05:49:00Z", "title": "t" }"""));
        Assert.Equal([new FieldError("mode", "is required")], invalid.Errors);
    }

    [Theory]
    [InlineData("update")]
    [InlineData("cancel")]
    public void An_update_or_cancel_names_the_earlier_report(string action)
    {
        var invalid = Assert.IsType<ReadResult.Invalid>(Read(IntakeHarness.Json(extra: $", \"action\": \"{action}\"")));
        Assert.Equal("references", Assert.Single(invalid.Errors).Field);
    }

    [Theory]
    [InlineData("1969-12-31T23:59:59Z")]
    [InlineData("2026-11-25T06:00:01Z")]
    [InlineData("9999-12-31T23:59:59Z")]
    [InlineData("0001-01-01T00:00:00+14:00")]
    [InlineData("2026-02-30T00:00:00Z")]
    [InlineData("2026-11-24T05:49:00")]
    [InlineData("2026-11-24")]
    [InlineData("1764000000")]
    public void A_time_out_of_range_or_without_offset_is_an_error(string time)
    {
        var invalid = Assert.IsType<ReadResult.Invalid>(Read(IntakeHarness.Json().Replace("2026-11-24T05:49:00Z", time, StringComparison.Ordinal)));
        Assert.Equal("observedAt", Assert.Single(invalid.Errors).Field);
    }

    [Theory]
    [InlineData(""", "marking": { "tlp": "SECRET" }""")]
    [InlineData(""", "marking": { "tlp": "amber", "banner": "TOP SECRET//REL TO USA, JPN" }""")]
    [InlineData(""", "marking": "S//NF" """)]
    [InlineData(""", "marking": { "caveats": [ "ＣＯＮＦＩＤＥＮＴＩＡＬ" ] }""")]
    [InlineData(""", "classification": "極秘" """)]
    [InlineData(""", "classification": "秘" """)]
    [InlineData(""", "classification": "機密" """)]
    public void A_report_marked_above_unclassified_is_refused(string extra) =>
        Assert.IsType<ReadResult.Refused>(Read(IntakeHarness.Json(extra: extra)));

    [Theory]
    [InlineData(""", "classification": "UNCLASSIFIED//FOUO" """)]
    [InlineData(""", "classification": "機密性２情報" """)]
    [InlineData(""", "body": "SECRET documents were found; 極秘" """)]
    public void Words_of_secrecy_outside_the_marking_or_below_it_are_no_reason_to_refuse(string extra) =>
        Assert.IsType<ReadResult.Reports>(Read(IntakeHarness.Json(title: "TOP SECRET plan leaked", extra: extra)));

    [Fact]
    public void A_title_becomes_one_line_without_control_characters()
    {
        var report = ReadOne(IntakeHarness.Json(title: "Launch\\r\\nBcc: someone@example.org\\u0000\\u202E tail"));
        Assert.Equal("Launch Bcc: someone@example.org tail", report.Texts[0].Title);
    }

    [Theory]
    [InlineData("", "$")]
    [InlineData("{", "$")]
    [InlineData("nonsense", "$")]
    [InlineData("[]", "$")]
    [InlineData("null", "$")]
    [InlineData("{ \"source\": \"a\", \"source\": \"b\" }", "$")]
    [InlineData("{ /* why */ }", "$")]
    [InlineData("{ \"source\": \"a\", }", "$")]
    [InlineData("{ \"\\ud800\": 1 }", "$")]
    public void What_is_not_one_JSON_object_is_answered_with_the_place(string body, string field) =>
        Assert.Contains(Assert.IsType<ReadResult.Invalid>(Read(body)).Errors, error => error.Field == field);

    [Fact]
    public void Half_a_surrogate_pair_is_an_error_of_its_field()
    {
        var invalid = Assert.IsType<ReadResult.Invalid>(Read(IntakeHarness.Json(title: "x \\ud83d y")));
        Assert.Equal("title", Assert.Single(invalid.Errors).Field);
    }

    [Fact]
    public void Other_encodings_than_UTF_8_are_named()
    {
        var utf16 = new OwnJsonFormat().Read(Encoding.Unicode.GetBytes(IntakeHarness.Json()), IntakeHarness.Context);
        Assert.Contains("UTF-16", Assert.Single(Assert.IsType<ReadResult.Invalid>(utf16).Errors).Message, StringComparison.Ordinal);

        var latin1 = new OwnJsonFormat().Read(Encoding.Latin1.GetBytes(IntakeHarness.Json(title: "Orléans")), IntakeHarness.Context);
        Assert.Contains("UTF-8", Assert.Single(Assert.IsType<ReadResult.Invalid>(latin1).Errors).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_byte_order_mark_is_tolerated() =>
        Assert.IsType<ReadResult.Reports>(Read("\uFEFF" + IntakeHarness.Json()));

    [Fact]
    public void Nesting_is_bounded()
    {
        var deep = IntakeHarness.Json(extra: $", \"x\": {new string('[', 100_000)}{new string(']', 100_000)}");
        Assert.IsType<ReadResult.Invalid>(Read(deep));
    }

    private static ReadResult Read(string body) => new OwnJsonFormat().Read(Encoding.UTF8.GetBytes(body), IntakeHarness.Context);

    private static SituationReport ReadOne(string body)
    {
        var result = Read(body);
        return Assert.Single(Assert.IsType<ReadResult.Reports>(result).Items);
    }
}
