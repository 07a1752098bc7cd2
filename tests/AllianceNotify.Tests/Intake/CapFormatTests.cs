using AllianceNotify.Intake;
using AllianceNotify.Reports;
using Xunit;

namespace AllianceNotify.Tests.Intake;

public sealed class CapFormatTests
{
    [Fact]
    public void The_advisory_of_the_standards_appendix_is_read_whole()
    {
        var report = Sample.ReadOne("cap/v1dot2_appendix_adot1.xml", "application/cap+xml");

        Assert.Equal(("cap", "hsas@dhs.gov", "43b080713727@2003-04-02T19:39:01Z"), (report.Format, report.Source, report.SourceId));
        Assert.Equal((ReportAction.New, ReportMode.Actual), (report.Action, report.Mode));
        Assert.Equal(new DateTimeOffset(2003, 4, 2, 19, 39, 1, TimeSpan.Zero), report.ObservedAt);
        Assert.Null(report.ExpiresAt);
        var text = Assert.Single(report.Texts);
        Assert.Equal(("en-US", "Homeland Security Sets Code ORANGE"), (text.Language, text.Title));
        Assert.Contains("Homeland Security Advisory System Update", text.Body, StringComparison.Ordinal);
        Assert.Contains("heightened", text.Body, StringComparison.Ordinal);
        Assert.Contains("Protective Measures", text.Body, StringComparison.Ordinal);
        Assert.Equal(["Immediate"], report.Codes("cap:urgency"));
        Assert.Equal(["Severe"], report.Codes("cap:severity"));
        Assert.Equal(["Likely"], report.Codes("cap:certainty"));
        Assert.Equal(["Security"], report.Codes("cap:category"));
        Assert.Equal("ORANGE", report.Fact("cap:HSAS"));
        Assert.Equal("Image file (GIF) image/gif http://www.dhs.gov/dhspublic/getAdvisoryImage", report.Fact("resources"));
        Assert.Equal("U.S. Government, Department of Homeland Security", report.Fact("sentBy"));
        Assert.Equal("unsigned", report.Fact("signature"));
        Assert.Equal("U.S. nationwide and interests worldwide", report.Location!.Name);
        Assert.Equal(Marking.Public, report.Marking);
    }

    [Fact]
    public void A_polygon_and_its_geocodes_are_the_place()
    {
        var report = Sample.ReadOne("cap/v1dot2_appendix_adot2.xml", "text/xml");
        var ring = Assert.Single(report.Location!.Polygons);
        Assert.Equal(new GeoPoint(38.47, -120.14), ring[0]);
        Assert.Equal(ring[0], ring[^1]);
        Assert.Contains("SAME:006109", report.Location.AreaCodes);
        Assert.InRange(report.Location.Latitude!.Value, 38.3, 38.6);
        Assert.Equal(["SVR"], report.Codes("cap:eventCode:SAME"));
        Assert.Equal(["Shelter"], report.Codes("cap:responseType"));
        Assert.NotNull(report.ExpiresAt);
    }

    [Fact]
    public void An_update_names_the_alert_that_it_updates()
    {
        var report = Sample.ReadOne("cap/v1dot2_appendix_adot3.xml");
        Assert.Equal(ReportAction.Update, report.Action);
        Assert.Equal([new ReportReference("trinet@caltech.edu", "TRI13970876.1@2003-06-12T03:30:00Z")], report.References);
        Assert.Contains("cap:trinet@caltech.edu,TRI13970876.1", report.EventKeys);
        Assert.Equal(("3.4", "Ml", "19"), (report.Fact("magnitude"), report.Fact("magnitudeType"), report.Fact("depthKm")));
        Assert.Equal((32.9525, -115.5527, 0.0), (report.Location!.Latitude!.Value, report.Location.Longitude!.Value, report.Location.RadiusKm!.Value));
    }

    [Fact]
    public void Each_language_of_one_event_is_a_text_of_one_report()
    {
        var report = Sample.ReadOne("cap/v1dot2_appendix_adot4.xml");
        Assert.Equal(["en-US", "es-US"], report.Texts.Select(text => text.Language));
        Assert.Equal("Alerta Amber en el condado de Los Ángeles", report.Texts[1].Title);
        Assert.Equal(["CAE"], report.Codes("cap:eventCode:SAME"));
        Assert.StartsWith("DET. SMITH", report.Contact!.Name, StringComparison.Ordinal);
        Assert.Equal(["SAME:006037"], report.Location!.AreaCodes);
    }

    [Fact]
    public void CAP_1_1_in_another_encoding_with_a_signature_is_read()
    {
        var report = Sample.ReadOne("cap/earthquake_signed.cap");
        Assert.Equal("unverified", report.Fact("signature"));
        Assert.Equal(("1.3", "3.2"), (report.Fact("magnitude"), report.Fact("depthKm")));
        Assert.Contains("usgs:nc71635010", report.EventKeys);
        Assert.Equal(["Past"], report.Codes("cap:urgency"));
    }

    [Fact]
    public void A_VTEC_string_is_a_code_and_names_the_event()
    {
        var report = Sample.ReadOne("cap/weather.cap");
        Assert.Equal(["/O.CON.KTFX.FF.A.0003.000000T0000Z-100830T1800Z/"], report.Codes("vtec"));
        Assert.Contains("vtec:KTFX.FF.A.0003.2010", report.EventKeys);
        Assert.Equal(new DateTimeOffset(2010, 8, 30, 18, 0, 0, TimeSpan.Zero), report.ExpiresAt);
        Assert.Contains("UGC:MTZ014", report.Location!.AreaCodes);
    }

    [Theory]
    [InlineData("Actual", ReportMode.Actual)]
    [InlineData("Exercise", ReportMode.Exercise)]
    [InlineData("Test", ReportMode.Test)]
    [InlineData("System", ReportMode.Test)]
    [InlineData("Draft", ReportMode.Test)]
    public void The_status_is_the_mode(string status, ReportMode mode) => Assert.Equal(mode, Read(Alert(status: status)).Mode);

    [Theory]
    [InlineData("RWT", "Flood", "Flood warning", ReportMode.Test)]
    [InlineData("RMT", "Flood", "Flood warning", ReportMode.Test)]
    [InlineData("NPT", "Flood", "Flood warning", ReportMode.Test)]
    [InlineData("NMN", "Flood", "Flood warning", ReportMode.Test)]
    [InlineData("DMO", "Flood", "Flood warning", ReportMode.Test)]
    [InlineData("TOR", "Required Monthly Test", "Monthly", ReportMode.Test)]
    [InlineData("TOR", "Test Message", "x", ReportMode.Test)]
    [InlineData("TOR", "テスト配信", "x", ReportMode.Test)]
    [InlineData("TOR", "Tsunami Warning", "TEST... Tsunami Warning ...TEST", ReportMode.Test)]
    [InlineData("TOR", "Tsunami Warning", "This is a test of the warning system", ReportMode.Test)]
    [InlineData("TOR", "津波警報", "これは配信テストです", ReportMode.Test)]
    [InlineData("TOR", "Tsunami Warning", "THIS IS NOT A TEST", ReportMode.Actual)]
    [InlineData("TOR", "Nuclear test", "North Korea conducts nuclear test", ReportMode.Actual)]
    [InlineData("TOR", "Missile", "TEST-FIRING OF A MISSILE TOWARD THE SEA OF JAPAN", ReportMode.Actual)]
    [InlineData("TOR", "Missile", "Test firing of a ballistic missile", ReportMode.Actual)]
    [InlineData("TOR", "Testing capacity exceeded", "Hospitals overwhelmed", ReportMode.Actual)]
    [InlineData("ADR", "Administrative message", "Follow-up", ReportMode.Actual)]
    public void A_system_test_issued_as_Actual_is_a_test_and_a_tested_weapon_is_not(string same, string name, string headline, ReportMode mode) =>
        Assert.Equal(mode, Read(Alert(info: Info(same, name, headline))).Mode);

    [Fact]
    public void An_exercise_stays_an_exercise_whatever_its_event_code() =>
        Assert.Equal(ReportMode.Exercise, Read(Alert(status: "Exercise", info: Info("RWT"))).Mode);

    [Fact]
    public void One_real_block_beside_a_test_block_keeps_the_alert_actual() =>
        Assert.Equal(ReportMode.Actual, Read(Alert(info: Info("RWT") + Info("TOR"))).Mode);

    [Fact]
    public void A_cancel_without_information_is_applied_by_its_references()
    {
        var report = Read(Alert(messageType: "Cancel", info: "", extra: "<note>Sent in error</note><references>a@example.org,first,2026-11-24T14:00:00+09:00\n b@example.org,second</references>"));
        Assert.Equal(ReportAction.Cancel, report.Action);
        Assert.Equal([new ReportReference("a@example.org", "first@2026-11-24T05:00:00Z"), new ReportReference("b@example.org", "second")], report.References);
        Assert.Contains("cap:b@example.org,second", report.EventKeys);
        Assert.Equal("Sent in error", report.Texts[0].Title);
    }

    [Theory]
    [InlineData("Ack")]
    [InlineData("Error")]
    public void A_message_about_messages_is_refused(string messageType) =>
        Assert.IsType<ReadResult.Refused>(Sample.Result(Alert(messageType: messageType)));

    [Theory]
    [InlineData("Public", "", "", Tlp.Clear, "")]
    [InlineData("Restricted", "<restriction>Emergency managers</restriction>", "", Tlp.Amber, "JPN USA")]
    [InlineData("Restricted", "<restriction>TLP:RED REL TO USA</restriction>", "", Tlp.Red, "USA")]
    [InlineData("Restricted", "<restriction/>", "", Tlp.Amber, "JPN USA")]
    [InlineData("Restricted", "<restriction>TLP:GREEN</restriction>", "", Tlp.Green, "")]
    [InlineData("Restricted", "<restriction>TLP:CLEAR</restriction>", "", Tlp.Amber, "JPN USA")]
    [InlineData("Restricted", "<restriction>TLP:AMBER REL TO AUS, JPN</restriction>", "", Tlp.Amber, "AUS JPN")]
    [InlineData("Restricted", "<restriction>REL TO JPN</restriction>", "", Tlp.Amber, "JPN")]
    [InlineData("Restricted", "<restriction>TLP:GREEN</restriction>", "<code>TLP:RED REL TO USA</code>", Tlp.Red, "USA")]
    [InlineData("Private", "<addresses>agency:JCG JPN duty@example.org</addresses>", "", Tlp.Red, "agency:JCG JPN contact:duty@example.org")]
    [InlineData("Public", "", "<code>TLP:AMBER+STRICT</code>", Tlp.AmberStrict, "JPN USA")]
    public void Scope_restriction_and_addresses_are_the_marking(string scope, string after, string code, Tlp colour, string readers)
    {
        var marking = Read(Alert(scope: scope, extra: after + code)).Marking;
        Assert.Equal(colour, marking.Tlp);
        Assert.Equal(readers, string.Join(' ', marking.ReleasableTo));
    }

    [Fact]
    public void A_private_alert_that_names_nobody_is_invalid()
    {
        var invalid = Assert.IsType<ReadResult.Invalid>(Sample.Result(Alert(scope: "Private", extra: "<addresses/>")));
        Assert.StartsWith("alert/addresses", Assert.Single(invalid.Errors).Field, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<restriction>SECRET//REL TO USA, JPN</restriction>")]
    [InlineData("<code>極秘</code>")]
    public void An_alert_marked_above_unclassified_is_refused(string extra) =>
        Assert.IsType<ReadResult.Refused>(Sample.Result(Alert(scope: "Restricted", extra: extra)));

    [Fact]
    public void CAP_1_0_writes_its_pairs_in_one_text()
    {
        var text = Alert(info: """
            <info><event>Earthquake</event><urgency>Immediate</urgency><severity>Severe</severity><certainty>Very Likely</certainty>
            <eventCode>SAME=EQW</eventCode><parameter>Magnitude=6.1</parameter><area><areaDesc>Off the coast</areaDesc><geocode>FIPS6=006109</geocode></area></info>
            """).Replace("urn:oasis:names:tc:emergency:cap:1.2", "http://www.incident.com/cap/1.0", StringComparison.Ordinal);
        var report = Read(text);
        Assert.Equal(["EQW"], report.Codes("cap:eventCode:SAME"));
        Assert.Equal(["Likely"], report.Codes("cap:certainty"));
        Assert.Equal("6.1", report.Fact("magnitude"));
        Assert.Equal(["FIPS6:006109"], report.Location!.AreaCodes);
    }

    [Fact]
    public void Prefixes_and_unknown_extensions_do_not_matter()
    {
        var text = Alert(extra: "<x:more xmlns:x='urn:example'>1</x:more>");
        var prefixed = System.Text.RegularExpressions.Regex.Replace(text, "<(/?)([a-zA-Z]+)(?=[ >/])", "<$1cap:$2").Replace("xmlns=", "xmlns:cap=", StringComparison.Ordinal);
        Assert.Contains("<cap:alert xmlns:cap=", prefixed, StringComparison.Ordinal);
        Assert.Equal(Read(text).Id, Read(prefixed).Id);
    }

    [Fact]
    public void Every_error_is_named_with_its_element_and_line()
    {
        var invalid = Assert.IsType<ReadResult.Invalid>(Sample.Result("""
            <alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
              <identifier>1</identifier>
              <sent>2026-11-24T14:49:00</sent>
              <status>Real</status>
              <msgType>Alert</msgType>
              <msgType>Update</msgType>
              <scope>Public</scope>
              <info>
                <category>Weather</category>
                <event>Flood</event>
                <urgency>Now</urgency>
                <severity>Severe</severity>
                <expires>later</expires>
                <area><areaDesc>x</areaDesc><polygon>1,2 3,4</polygon><circle>95,0 1</circle></area>
              </info>
            </alert>
            """));
        Assert.Equal(
            [
                "alert/info/area/circle, line 14", "alert/info/area/polygon, line 14", "alert/info/category, line 9", "alert/info/certainty, line 8", "alert/info/expires, line 13",
                "alert/info/urgency, line 11", "alert/msgType, line 6", "alert/sender, line 1", "alert/sent, line 3", "alert/status, line 4",
            ],
            invalid.Errors.Select(error => error.Field[..error.Field.IndexOf(", column", StringComparison.Ordinal)]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_sender_that_reuses_an_identifier_at_another_time_sent_another_report() =>
        Assert.NotEqual(Read(Alert()).Id, Read(Alert().Replace("14:49:00", "14:50:00", StringComparison.Ordinal)).Id);

    internal static string Alert(string status = "Actual", string messageType = "Alert", string scope = "Public", string? info = null, string extra = "") => $"""
        <?xml version="1.0" encoding="UTF-8"?>
        <alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
        <identifier>sample-1</identifier><sender>sample@example.org</sender><sent>2026-11-24T14:49:00+09:00</sent>
        <status>{status}</status><msgType>{messageType}</msgType><scope>{scope}</scope>{extra}{info ?? Info()}
        </alert>
        """;

    internal static string Info(string same = "TSW", string name = "Tsunami Warning", string headline = "Tsunami warning for the sample coast") => $"""
        <info><category>Geo</category><event>{name}</event><urgency>Immediate</urgency><severity>Extreme</severity><certainty>Likely</certainty>
        <eventCode><valueName>SAME</valueName><value>{same}</value></eventCode><headline>{headline}</headline><area><areaDesc>Sample coast</areaDesc></area></info>
        """;

    private static SituationReport Read(string text) => Sample.ReadText(text, "application/cap+xml");
}
