using System.Text;
using AllianceNotify.Intake;
using AllianceNotify.Reports;
using Xunit;

namespace AllianceNotify.Tests.Intake;

/// <summary>CloudEvents and EDXL-DE around the other formats.</summary>
public sealed class EnvelopeFormatTests
{
    [Theory]
    [InlineData("application/cloudevents+json; charset=utf-8")]
    [InlineData("application/json")]
    [InlineData(null)]
    public void A_report_in_a_CloudEvent_is_read_as_itself(string? contentType)
    {
        var report = Sample.ReadText(Event($"\"data\": {IntakeHarness.Json("e-1")}"), contentType);
        Assert.Equal(("own-json", "sample-radar", "e-1", ReportMode.Actual), (report.Format, report.Source, report.SourceId, report.Mode));
        Assert.Equal(("A-1", "/sample/radar", "org.example.report.received.v1"), (report.Fact("cloudEventId"), report.Fact("cloudEventSource"), report.Fact("cloudEventType")));
    }

    [Fact]
    public void Any_format_may_be_the_data_as_JSON_text_or_base_64()
    {
        var stix = Sample.ReadText(Event($"\"data\": {Sample.Text("stix/indicator-for-malicious-url.json")}, \"datacontenttype\": \"application/stix+json;version=2.1\""));
        Assert.Equal("stix", stix.Format);
        var jma = Sample.ReadText(Event($"\"data_base64\": \"{Convert.ToBase64String(Sample.Bytes("jma/67_01_02_140927_VFVO56.xml"))}\", \"datacontenttype\": \"application/xml\""));
        Assert.Equal("jma-xml", jma.Format);
        var xml = System.Text.Json.JsonSerializer.Serialize(CapFormatTests.Alert());
        Assert.Equal("cap", Sample.ReadText(Event($"\"data\": {xml}, \"datacontenttype\": \"application/cap+xml\"")).Format);
    }

    [Theory]
    [InlineData("actual", "exercise", ReportMode.Exercise)]
    [InlineData("exercise", "actual", ReportMode.Exercise)]
    [InlineData("actual", "test", ReportMode.Test)]
    [InlineData("test", "actual", ReportMode.Test)]
    [InlineData("actual", "actual", ReportMode.Actual)]
    public void The_stricter_of_the_two_modes_holds(string inner, string outer, ReportMode mode) =>
        Assert.Equal(mode, Sample.ReadText(Event($"\"status\": \"{outer}\", \"data\": {IntakeHarness.Json(mode: inner)}")).Mode);

    [Theory]
    [InlineData("red", Tlp.Red)]
    [InlineData("clear", Tlp.Amber)]
    public void The_stricter_of_the_two_colours_holds(string tlp, Tlp colour)
    {
        var marking = Sample.ReadText(Event($"\"tlp\": \"{tlp}\", \"data\": {IntakeHarness.Json()}")).Marking;
        Assert.Equal(colour, marking.Tlp);
        Assert.Equal(["JPN", "USA"], marking.ReleasableTo);
    }

    [Fact]
    public void Extension_attributes_are_kept_as_facts()
    {
        var report = Sample.ReadText(Event($"\"sequence\": 7, \"partitionkey\": \"north\", \"Odd_name\": \"x\", \"data\": {IntakeHarness.Json()}"));
        Assert.Equal(("7", "north", null), (report.Fact("ext:sequence"), report.Fact("ext:partitionkey"), report.Fact("ext:Odd_name")));
    }

    [Fact]
    public void A_batch_is_read_event_by_event()
    {
        var body = $"[ {Event($"\"data\": {IntakeHarness.Json("1")}")}, {{ \"specversion\": \"1.0\" }}, {Event($"\"data\": {IntakeHarness.Json("2")}")} ]";
        var result = Assert.IsType<ReadResult.Reports>(Sample.Result(body, "application/cloudevents-batch+json"));
        Assert.Equal(["1", "2"], result.Items.Select(report => report.SourceId));
        Assert.All(result.SkippedEntries, error => Assert.StartsWith("[1]: ", error.Field, StringComparison.Ordinal));
    }

    [Fact]
    public void An_event_in_an_event_is_not_opened()
    {
        var invalid = Assert.IsType<ReadResult.Invalid>(Sample.Result(Event($"\"data\": {Event($"\"data\": {IntakeHarness.Json()}")}"), "application/cloudevents+json"));
        Assert.NotEmpty(invalid.Errors);
        var named = Sample.Result(Event($"\"datacontenttype\": \"application/cloudevents+json\", \"data\": {Event($"\"data\": {IntakeHarness.Json()}")}"), "application/cloudevents+json");
        Assert.Equal("data", Assert.Single(Assert.IsType<ReadResult.Invalid>(named).Errors).Field);
    }

    /// <summary>Attributes in headers and an event in the body: which of the two modes holds is nobody's guess to make.</summary>
    [Theory]
    [InlineData("application/cloudevents+json")]
    [InlineData("application/json")]
    public async Task An_event_in_the_body_of_an_event_in_headers_is_not_opened(string contentType)
    {
        var (attributes, _) = CloudEventAttributes.Of(name => name switch { "specversion" => "1.0", "status" => "exercise", "tlp" => null, _ => "x" }, name => name);
        var hub = new IntakeHarness();
        var body = Encoding.UTF8.GetBytes(Event($"\"data\": {IntakeHarness.Json()}"));
        var result = await hub.Accept.AcceptAsync(body, contentType, attributes, IntakeHarness.Caller, default);
        Assert.Contains("inside a CloudEvent", Assert.Single(Assert.IsType<IntakeResult.Invalid>(result).Errors).Message, StringComparison.Ordinal);
        Assert.Empty(await hub.QueuedAsync());
    }

    [Fact]
    public void An_event_hidden_in_base_64_or_in_a_batch_in_an_event_is_not_opened()
    {
        var inner = Convert.ToBase64String(Encoding.UTF8.GetBytes(Event($"\"data\": {IntakeHarness.Json()}")));
        foreach (var type in new[] { "application/octet-stream", "application/cloudevents+json", "application/cloudevents-batch+json", "text/plain" })
        {
            Assert.IsType<ReadResult.Invalid>(Sample.Result(Event($"\"datacontenttype\": \"{type}\", \"data_base64\": \"{inner}\""), "application/cloudevents+json"));
        }

        Assert.IsType<ReadResult.Invalid>(Sample.Result(
            Edxl2($"<otherContent><mimeType>application/cloudevents+json</mimeType><contentData>{inner}</contentData></otherContent>"), "application/xml"));
    }

    [Theory]
    [InlineData("{ \"specversion\": \"0.3\", \"id\": \"1\", \"source\": \"s\", \"type\": \"t\", \"data\": {} }", "specversion")]
    [InlineData("{ \"specversion\": \"1.0\", \"source\": \"s\", \"type\": \"t\", \"data\": {} }", "id")]
    [InlineData("{ \"specversion\": \"1.0\", \"id\": \"1\", \"source\": \"s\", \"type\": \"t\" }", "data")]
    [InlineData("{ \"specversion\": \"1.0\", \"id\": \"1\", \"source\": \"s\", \"type\": \"t\", \"data_base64\": \"!\" }", "data")]
    [InlineData("{ \"specversion\": \"1.0\", \"id\": \"1\", \"source\": \"s\", \"type\": \"t\", \"status\": \"drill\", \"data\": {} }", "status")]
    [InlineData("[ 5 ]", "[0]: $")]
    [InlineData("5", "$")]
    public void What_an_event_lacks_is_named(string body, string field) =>
        Assert.Equal([field], Assert.IsType<ReadResult.Invalid>(Sample.Result(body, "application/cloudevents+json")).Errors.Select(error => error.Field));

    [Fact]
    public async Task In_binary_mode_the_attributes_come_as_headers()
    {
        var headers = new Dictionary<string, string> { ["ce-specversion"] = "1.0", ["ce-id"] = "B-1", ["ce-source"] = "/sample%20radar", ["ce-type"] = "t", ["ce-status"] = "exercise" };
        var (attributes, errors) = CloudEventAttributes.FromHeaders(name => headers.GetValueOrDefault(name));
        Assert.Empty(errors);

        var hub = new IntakeHarness();
        var result = await hub.Accept.AcceptAsync(Encoding.UTF8.GetBytes(IntakeHarness.Json("b-1")), "application/json", attributes, IntakeHarness.Caller, default);
        var stored = await hub.Reports.GetAsync(Assert.Single(Assert.IsType<IntakeResult.Accepted>(result).Items).Id, default);
        Assert.Equal((ReportMode.Exercise, "/sample radar"), (stored!.Mode, stored.Fact("cloudEventSource")));
    }

    [Fact]
    public void Headers_without_a_version_are_no_event_and_incomplete_ones_are_named()
    {
        Assert.Equal((null, 0), Count(CloudEventAttributes.FromHeaders(_ => null)));
        var (attributes, errors) = CloudEventAttributes.FromHeaders(name => name == "ce-specversion" ? "1.0" : null);
        Assert.Null(attributes);
        Assert.Equal(["ce-id", "ce-source", "ce-type"], errors.Select(error => error.Field));

        static (CloudEventAttributes?, int) Count((CloudEventAttributes? Attributes, IReadOnlyList<FieldError> Errors) read) => (read.Attributes, read.Errors.Count);
    }

    [Fact]
    public void An_alert_in_EDXL_2_0_is_read_as_itself()
    {
        var report = Sample.ReadText(Edxl2(Xml(CapFormatTests.Alert())), "application/xml");
        Assert.Equal(("cap", "sample@example.org", ReportMode.Actual, ReportAction.New), (report.Format, report.Source, report.Mode, report.Action));
        Assert.Equal(["Report"], report.Codes("edxl:kind"));
        Assert.Contains("edxl:desk@example.org,D-1", report.EventKeys);
    }

    [Fact]
    public void An_alert_in_EDXL_1_0_is_read_and_a_telegram_too()
    {
        const string envelope = """
            <EDXLDistribution xmlns="urn:oasis:names:tc:emergency:EDXL:DE:1.0"><distributionID>D-1</distributionID><senderID>desk@example.org</senderID><dateTimeSent>2026-11-24T14:49:00+09:00</dateTimeSent>
            <distributionStatus>Exercise</distributionStatus><distributionType>Update</distributionType><combinedConfidentiality>UNCLASSIFIED AND NOT SENSITIVE</combinedConfidentiality>
            <contentObject><contentDescription>x</contentDescription><xmlContent><embeddedXMLContent>{0}</embeddedXMLContent></xmlContent></contentObject></EDXLDistribution>
            """;
        var alert = Sample.ReadText(envelope.Replace("{0}", Xml(CapFormatTests.Alert()), StringComparison.Ordinal));
        Assert.Equal((ReportMode.Exercise, ReportAction.Update), (alert.Mode, alert.Action));
        var telegram = Sample.ReadText(envelope.Replace("{0}", Xml(Sample.Text("jma/67_01_02_140927_VFVO56.xml")), StringComparison.Ordinal));
        Assert.Equal(("jma-xml", ReportMode.Exercise), (telegram.Format, telegram.Mode));
    }

    [Theory]
    [InlineData("Actual", "Exercise", ReportMode.Exercise)]
    [InlineData("Test", "Actual", ReportMode.Test)]
    [InlineData("System", "Actual", ReportMode.Test)]
    [InlineData("Unknown", "Actual", ReportMode.Actual)]
    public void The_stricter_of_the_two_statuses_holds(string outer, string inner, ReportMode mode) =>
        Assert.Equal(mode, Sample.ReadText(Edxl2(Xml(CapFormatTests.Alert(status: inner)), status: outer)).Mode);

    [Fact]
    public void Base_64_content_is_read_by_its_media_type()
    {
        var content = $"<otherContent><mimeType>application/json</mimeType><contentData>{Convert.ToBase64String(Encoding.UTF8.GetBytes(IntakeHarness.Json()))}</contentData></otherContent>";
        Assert.Equal("own-json", Sample.ReadText(Edxl2(content)).Format);
    }

    [Fact]
    public void Confidentiality_makes_stricter_or_refuses()
    {
        var marked = Edxl2(Xml(CapFormatTests.Alert())).Replace("<combinedConfidentiality>", "<combinedConfidentiality>TLP:AMBER ", StringComparison.Ordinal);
        Assert.Equal(Tlp.Amber, Sample.ReadText(marked).Marking.Tlp);
        Assert.IsType<ReadResult.Refused>(Sample.Result(marked.Replace("TLP:AMBER", "SECRET", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("Ack")]
    [InlineData("Request")]
    [InlineData("SensorStatus")]
    public void A_distribution_about_messages_is_refused(string kind) =>
        Assert.IsType<ReadResult.Refused>(Sample.Result(Edxl2(Xml(CapFormatTests.Alert()), kind: kind)));

    [Fact]
    public void What_an_envelope_lacks_is_named()
    {
        var invalid = Assert.IsType<ReadResult.Invalid>(Sample.Result("""
            <EDXLDistribution xmlns="urn:oasis:names:tc:emergency:EDXL:DE:1.0"><distributionStatus>Maybe</distributionStatus></EDXLDistribution>
            """));
        Assert.Equal(6, invalid.Errors.Count);
        Assert.All(invalid.Errors, error => Assert.Contains("line 1", error.Field, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_alert_in_one_content_is_read()
    {
        var two = string.Concat(new[] { "first", "second" }.Select(id => Xml(CapFormatTests.Alert()).Replace("sample-1", id, StringComparison.Ordinal)));
        Assert.Equal(["first", "second"], Sample.Read(Encoding.UTF8.GetBytes(Edxl2(two))).Select(report => report.SourceId.Split('@')[0]));
        var feed = $"<feed xmlns='http://www.w3.org/2005/Atom'><entry><id>1</id><content>{two}</content></entry></feed>";
        Assert.Equal(["first", "second"], Sample.Read(Encoding.UTF8.GetBytes(feed)).Select(report => report.SourceId.Split('@')[0]));
    }

    [Fact]
    public void An_envelope_in_an_envelope_is_not_opened() =>
        Assert.IsType<ReadResult.Invalid>(Sample.Result(Edxl2($"<contentXML><embeddedXMLContent>{Edxl2(Xml(CapFormatTests.Alert()))}</embeddedXMLContent></contentXML>")));

    private static string Event(string rest) => $$"""{ "specversion": "1.0", "id": "A-1", "source": "/sample/radar", "type": "org.example.report.received.v1", {{rest}} }""";

    private static string Xml(string text) => text.Replace("<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "", StringComparison.Ordinal).TrimStart();

    private static string Edxl2(string content, string status = "Actual", string kind = "Report") => $"""
        <EDXLDistribution xmlns="urn:oasis:names:tc:emergency:EDXL:DE:2.0" xmlns:ct="urn:oasis:names:tc:emergency:edxl:ct:1.0"><distributionID>D-1</distributionID><senderID>desk@example.org</senderID>
        <dateTimeSent>2026-11-24T14:49:00+09:00</dateTimeSent><distributionStatus><StatusKindDefault><ct:value>{status}</ct:value></StatusKindDefault></distributionStatus>
        <distributionKind><DistributionKindDefault><ct:value>{kind}</ct:value></DistributionKindDefault></distributionKind><combinedConfidentiality>UNCLASSIFIED</combinedConfidentiality>
        <content><contentObject>{(content.StartsWith("<alert", StringComparison.Ordinal) ? $"<contentXML><embeddedXMLContent>{content}</embeddedXMLContent></contentXML>" : content)}</contentObject></content></EDXLDistribution>
        """;
}
