using System.Text;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using AllianceNotify.Intake;
using AllianceNotify.Intake.Formats;
using Xunit;

namespace AllianceNotify.Tests.Intake;

/// <summary>What of the CAP schema intake insists on, and what it lets pass, shown on the real alerts in <c>samples/</c>.</summary>
public sealed class CapSchemaTests
{
    private const string Advisory = "cap/v1dot2_appendix_adot1.xml";
    private const string Storm = "cap/v1dot2_appendix_adot2.xml";
    private const string Quake = "cap/v1dot2_appendix_adot3.xml";
    private const string Flood = "cap/weather.cap";

    [Theory]
    [InlineData(Advisory)]
    [InlineData(Storm)]
    [InlineData(Quake)]
    [InlineData("cap/v1dot2_appendix_adot4.xml")]
    [InlineData(Flood)]
    public void A_sample_that_keeps_the_standard_is_valid_to_the_letter(string file) => Assert.Empty(Breaches(Sample.Text(file)));

    /// <summary>CAP 1.1 has no place for a signature; its senders signed all the same.</summary>
    [Fact]
    public void A_signed_sample_of_the_old_version_is_not_valid_to_the_letter_and_is_read()
    {
        Assert.Contains("Signature", Assert.Single(Breaches(Encoding.Latin1.GetString(Sample.Bytes("cap/earthquake_signed.cap")))), StringComparison.Ordinal);
        Assert.Equal("unverified", Sample.ReadOne("cap/earthquake_signed.cap").Fact("signature"));
    }

    /// <summary>Deviations of real senders: each is a breach of the schema or at its edge, and the report is the same as without it.</summary>
    [Theory]
    [InlineData("UTC as Z", Flood, "2010-08-30T04:07:00-06:00", "2010-08-30T10:07:00Z")]
    [InlineData("UTC as Z in 1.2", Advisory, "2003-04-02T14:39:01-05:00", "2003-04-02T19:39:01Z")]
    [InlineData("fractions of seconds", Advisory, "2003-04-02T14:39:01-05:00", "2003-04-02T14:39:01.000-05:00")]
    [InlineData("an empty restriction and empty addresses", Advisory, "<scope>Public</scope>", "<scope>Public</scope><restriction/><addresses></addresses>")]
    [InlineData("empty references", Advisory, "<scope>Public</scope>", "<scope>Public</scope><references/>")]
    [InlineData("an empty end", Advisory, "<senderName>", "<expires/><senderName>")]
    [InlineData("an empty response", Storm, "<responseType>Shelter</responseType>", "<responseType>Shelter</responseType><responseType/>")]
    [InlineData("an empty altitude", Advisory, "</areaDesc>", "</areaDesc><altitude> </altitude>")]
    [InlineData("white space around a value", Advisory, "<status>Actual</status>", "<status>\n  Actual\n</status>")]
    [InlineData("an attribute", Advisory, "<info>", "<info xml:lang=\"en\" id=\"i1\">")]
    [InlineData("a schema's address", Advisory, "<identifier>", "<identifier xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:schemaLocation=\"urn:x http://127.0.0.1:9/x.xsd\">")]
    public void What_real_senders_do_beside_the_schema_changes_nothing(string what, string file, string before, string after)
    {
        var text = Sample.Text(file);
        Assert.True(text.Contains(before, StringComparison.Ordinal), what);
        var report = Sample.ReadText(text.Replace(before, after, StringComparison.Ordinal), "application/cap+xml");
        Assert.Equal(Encoding.UTF8.GetString(OwnJson.Write(Sample.ReadOne(file))), Encoding.UTF8.GetString(OwnJson.Write(report)));
    }

    [Theory]
    [InlineData(Advisory)]
    [InlineData(Quake)]
    [InlineData(Flood)]
    public void A_prefix_in_place_of_the_default_namespace_changes_nothing(string file)
    {
        var bare = Regex.Replace(Sample.Text(file), "<(/?)([a-zA-Z]+)(?=[\\s>/])", "<$1cap:$2");
        var prefixed = Regex.Replace(bare, "\\sxmlns\\s*=", " xmlns:cap=");
        Assert.Contains("<cap:alert", prefixed, StringComparison.Ordinal);
        Assert.Equal(Encoding.UTF8.GetString(OwnJson.Write(Sample.ReadOne(file))), Encoding.UTF8.GetString(OwnJson.Write(Sample.ReadText(prefixed))));
    }

    [Theory]
    [InlineData("<note>n</note><references>a@x,1,2026-01-01T00:00:00-00:00</references>", null)]
    [InlineData("<references>a@x,1,2026-01-01T00:00:00-00:00</references><note>n</note>", "alert/note")]
    [InlineData("<x:y xmlns:x='urn:x'/><note>n</note><x:z xmlns:x='urn:x'/>", null)]
    public void The_order_of_elements_is_the_schemas(string extra, string? misplaced)
    {
        var result = Sample.Result(Sample.Text(Advisory).Replace("<scope>Public</scope>", "<scope>Public</scope>" + extra, StringComparison.Ordinal));
        Assert.Equal(misplaced is null ? [] : [misplaced], result is ReadResult.Invalid invalid ? invalid.Errors.Select(error => error.Field.Split(',')[0]) : []);
    }

    /// <summary>One change of a real alert, and the one thing that is said of it: element, line and rule.</summary>
    [Theory]
    [InlineData(Advisory, "<category>Security</category>", "", "alert/info/category", "is required")]
    [InlineData(Advisory, "<event>", "<event>Warning</event><event>", "alert/info/event", "twice")]
    [InlineData(Advisory, "<category>Security</category>", "<category>Weather</category>", "alert/info/category", "one of Geo, Met")]
    [InlineData(Advisory, "<urgency>Immediate</urgency>", "<urgency/>", "alert/info/urgency", "is required")]
    [InlineData(Advisory, "<certainty>Likely</certainty>", "<certainty>Very Likely</certainty>", "alert/info/certainty", "one of Observed, Likely")]
    [InlineData(Advisory, "<mimeType>image/gif</mimeType>", "", "alert/info/resource/mimeType", "is required")]
    [InlineData(Advisory, "<mimeType>image/gif</mimeType>", "<mimeType>image/gif</mimeType><size>2 kB</size>", "alert/info/resource/size", "whole number")]
    [InlineData(Advisory, "<valueName>HSAS</valueName>", "", "alert/info/parameter/valueName", "is required")]
    [InlineData(Advisory, "<value>ORANGE</value>", "<value>ORANGE</value><value>RED</value>", "alert/info/parameter/value", "twice")]
    [InlineData(Advisory, "<area>", "<area><geocode><valueName>A</valueName><value>1</value></geocode>", "alert/info/area/geocode", "the schema has areaDesc here")]
    [InlineData(Advisory, "</areaDesc>", "</areaDesc><ceiling>high</ceiling>", "alert/info/area/ceiling", "a number")]
    [InlineData(Advisory, "<info>", "<info><language>English (US)</language>", "alert/info/language", "language tag")]
    [InlineData(Advisory, "<senderName>", "<expires>tomorrow</expires><senderName>", "alert/info/expires", "date and time")]
    [InlineData(Advisory, "<headline>", "<severty>Extreme</severty><headline>", "alert/info/severty", "no element of info")]
    [InlineData(Advisory, "</info>", "words</info>", "alert/info", "text of its own")]
    [InlineData(Advisory, "<headline>", "<headline><event>x</event>", "alert/info/headline", "no elements")]
    [InlineData(Advisory, "<status>Actual</status>", "<status>actual</status>", "alert/status", "one of Actual")]
    [InlineData(Flood, "<status>Actual</status>", "", "alert/status", "is required")]
    public void A_breach_is_refused_with_its_element_its_place_and_the_rule(string file, string before, string after, string field, string rule)
    {
        var text = Sample.Text(file);
        var changed = text.Replace(before, after, StringComparison.Ordinal);
        Assert.NotEqual(text, changed);
        var error = Assert.Single(Assert.IsType<ReadResult.Invalid>(Sample.Result(changed, "application/cap+xml")).Errors);
        Assert.Matches($"^{Regex.Escape(field)}, line [1-9]\\d*, column [1-9]\\d*$", error.Field);
        Assert.Contains(rule, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_line_and_column_are_those_of_the_element()
    {
        var changed = Sample.Text(Storm).Replace("<severity>Severe</severity>", "<severity>Bad</severity>", StringComparison.Ordinal);
        var lines = changed.Split('\n');
        var line = Array.FindIndex(lines, each => each.Contains("<severity>", StringComparison.Ordinal));
        var error = Assert.Single(Assert.IsType<ReadResult.Invalid>(Sample.Result(changed)).Errors);
        Assert.Equal($"alert/info/severity, line {line + 1}, column {lines[line].IndexOf("severity", StringComparison.Ordinal) + 1}", error.Field);
    }

    [Fact]
    public void The_second_of_two_blocks_is_named_by_its_number()
    {
        var text = CapFormatTests.Alert(info: CapFormatTests.Info() + CapFormatTests.Info().Replace("<areaDesc>Sample coast</areaDesc>", "<polygon>1,1 2,2 3,3 1,1</polygon>", StringComparison.Ordinal));
        Assert.StartsWith("alert/info[2]/area/areaDesc, line", Assert.Single(Assert.IsType<ReadResult.Invalid>(Sample.Result(text)).Errors).Field, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/atom+xml")]
    [InlineData("application/xml")]
    public void An_alert_inside_a_feed_or_an_envelope_is_held_to_the_schema_as_well(string contentType)
    {
        var alert = XElement.Parse(Sample.Text(Advisory));
        alert.Descendants().First(each => each.Name.LocalName == "mimeType").Remove();
        var around = contentType == "application/xml"
            ? $"<d:EDXLDistribution xmlns:d='urn:oasis:names:tc:emergency:EDXL:DE:1.0'><d:distributionID>1</d:distributionID><d:senderID>a@x</d:senderID><d:dateTimeSent>2026-11-24T05:00:00Z</d:dateTimeSent><d:distributionStatus>Actual</d:distributionStatus><d:distributionType>Report</d:distributionType><d:contentObject><d:xmlContent><d:embeddedXMLContent>{alert}</d:embeddedXMLContent></d:xmlContent></d:contentObject></d:EDXLDistribution>"
            : $"<feed xmlns='http://www.w3.org/2005/Atom'><entry><id>1</id><content>{alert}</content></entry></feed>";
        var error = Assert.Single(Assert.IsType<ReadResult.Invalid>(Sample.Result(around, contentType)).Errors);
        Assert.Contains("alert/info/resource/mimeType, line", error.Field, StringComparison.Ordinal);
    }

    [Fact]
    public void Extensions_are_kept_as_facts_wherever_they_stand()
    {
        var text = Sample.Text(Advisory)
            .Replace("<scope>", "<x:tier xmlns:x='urn:example:x'>2</x:tier><scope>", StringComparison.Ordinal)
            .Replace("</areaDesc>", "</areaDesc><x:cells xmlns:x='urn:example:x'><x:cell n='1'>a</x:cell></x:cells>", StringComparison.Ordinal);
        var report = Sample.ReadText(text);
        Assert.Equal("2", report.Fact("ext:tier"));
        Assert.Equal("<x:cells xmlns:x=\"urn:example:x\"><x:cell n=\"1\">a</x:cell></x:cells>", report.Fact("ext:cells"));
        Assert.Equal(Sample.ReadOne(Advisory).Facts.Count + 2, report.Facts.Count);
    }

    /// <summary>
    /// Real alerts with elements left out, doubled, swapped, renamed and emptied: whatever the schema refuses is refused, except for what
    /// <see cref="What_real_senders_do_beside_the_schema_changes_nothing"/> names; the reverse need not hold, as the standard's prose asks for more.
    /// </summary>
    [Fact]
    public void Nothing_that_breaks_the_schema_gets_in_but_what_is_tolerated()
    {
        var random = new Random(1);
        var originals = new[] { Advisory, Storm, Quake, "cap/v1dot2_appendix_adot4.xml" }.Select(file => XElement.Parse(Sample.Text(file))).ToList();
        var (refused, accepted) = (0, 0);
        for (var run = 0; run < 2_000; run++)
        {
            var alert = new XElement(originals[random.Next(originals.Count)]);
            var elements = alert.Descendants().ToList();
            var one = elements[random.Next(elements.Count)];
            var other = elements[random.Next(elements.Count)];
            switch (random.Next(5))
            {
                case 0:
                    one.Remove();
                    break;
                case 1:
                    one.AddAfterSelf(new XElement(one));
                    break;
                case 2:
                    one.ReplaceWith(new XElement(other));
                    break;
                case 3:
                    one.AddAfterSelf(new XElement(other));
                    break;
                default:
                    one.Name = other.Name;
                    break;
            }

            var text = alert.ToString();
            var isValid = Breaches(text).Count == 0;
            var isRead = Sample.Result(text) is ReadResult.Reports;
            Assert.True(isValid || !isRead, text);
            (refused, accepted) = isRead ? (refused, accepted + 1) : (refused + 1, accepted);
        }

        Assert.InRange(refused, 500, 2_000);
        Assert.InRange(accepted, 200, 2_000);
    }

    /// <summary>Everything that breaks the letter of the schema, as .NET's own validator finds it.</summary>
    internal static List<string> Breaches(string alert)
    {
        var found = new List<string>();
        var settings = new XmlReaderSettings
        {
            ValidationType = ValidationType.Schema,
            Schemas = CapSchema.Of(XElement.Parse(alert).Name.NamespaceName),
            XmlResolver = null,
        };
        settings.ValidationEventHandler += (_, e) => found.Add(e.Message);
        using var reader = XmlReader.Create(new StringReader(alert), settings);
        while (reader.Read())
        {
        }

        return found;
    }
}
