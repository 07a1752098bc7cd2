using System.Text;
using AllianceNotify.Intake;
using AllianceNotify.Reports;
using Xunit;

namespace AllianceNotify.Tests.Intake;

public sealed class StixFormatTests
{
    private const string Amber = "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82";

    [Fact]
    public void An_indicator_with_its_malware_is_one_report()
    {
        var report = Sample.ReadOne("stix/indicator-for-malicious-url.json", "application/stix+json;version=2.1");
        Assert.Equal(["malware", "indicator"], report.Codes("stix:type"));
        Assert.Equal(["malicious-activity"], report.Codes("stix:indicatorType"));
        Assert.Equal(["backdoor", "remote-access-trojan"], report.Codes("stix:malwareType"));
        Assert.Equal("[url:value = 'http://x4z9arb.cn/4712/']", report.Fact("indicatorPattern"));
        Assert.Equal("x4z9arb backdoor", report.Texts[0].Title);
        Assert.Contains("Malicious site hosting downloader", report.Texts[0].Body, StringComparison.Ordinal);
        Assert.Equal(["stix:indicator--d81f86b9-975b-4c0b-875e-810c5ad45a4f"], report.EventKeys);
        Assert.Equal(new DateTimeOffset(2014, 6, 30, 9, 15, 17, 182, TimeSpan.Zero), report.ObservedAt);
        Assert.Equal(Marking.Default, report.Marking);
        Assert.Empty(report.Codes("stix:victim"));
        Assert.Equal(["http://x4z9arb.cn/4712/"], report.Codes("ioc:url"));
    }

    [Fact]
    public void Addresses_names_and_hashes_are_codes_by_which_sources_agree()
    {
        var report = Assert.Single(Read(
            """{ "type": "incident", "id": "incident--1", "name": "Intrusion", "modified": "2026-11-24T05:00:00.000Z" }""",
            """{ "type": "indicator", "id": "indicator--1", "pattern_type": "stix", "pattern": "[ipv4-addr:value = '198.51.100.7'] OR [file:hashes.'SHA-256' = 'ABCDEF0123'] OR [domain-name:value LIKE '%x%']", "modified": "2026-11-24T05:00:00.000Z" }""",
            """{ "type": "indicator", "id": "indicator--2", "pattern_type": "snort", "pattern": "alert ip [ipv4-addr:value = '198.51.100.9']", "modified": "2026-11-24T05:00:00.000Z" }""",
            """{ "type": "file", "id": "file--1", "hashes": { "MD5": "00FF", "SHA-1": 7 } }""",
            """{ "type": "domain-name", "id": "domain-name--1", "value": "c2.example" }""",
            """{ "type": "report", "id": "report--1", "name": "All", "object_refs": [ "incident--1", "indicator--1", "indicator--2", "file--1", "domain-name--1" ], "modified": "2026-11-24T05:00:00.000Z" }"""));

        Assert.Equal(["198.51.100.7"], report.Codes("ioc:ip"));
        Assert.Equal(["abcdef0123", "00ff"], report.Codes("ioc:hash").Order().Reverse());
        Assert.Equal(["c2.example"], report.Codes("ioc:domain"));
    }

    [Fact]
    public void A_sighting_at_somebody_names_a_victim()
    {
        var report = Sample.ReadOne("stix/sighting-of-an-indicator.json");
        Assert.Equal("Sighting of Malicious URL", report.Texts[0].Title);
        Assert.Equal(["identity"], report.Codes("stix:victim"));
        Assert.Equal("1", report.Fact("sightings"));
        Assert.Equal("identity--5206ba14-478f-4b0b-9a48-395f690c20a2", report.Source);
        Assert.Contains("Beta Cyber Intelligence Company", report.Texts[0].Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("stix/malware-indicator-for-file-hash.json", "Poison Ivy")]
    [InlineData("stix/identifying-a-threat-actor-profile.json", "Disco Team Threat Actor Group")]
    [InlineData("stix/threat-actor-leveraging-attack-patterns-and-malware.json", "Poison Ivy Variant d1c6")]
    public void The_other_examples_are_read(string file, string title)
    {
        var report = Sample.ReadOne(file);
        Assert.Equal(title, report.Texts[0].Title);
        Assert.NotEmpty(report.Codes("stix:type"));
    }

    [Fact]
    public void External_ids_are_codes() =>
        Assert.Equal(["CAPEC-98"], Sample.ReadOne("stix/threat-actor-leveraging-attack-patterns-and-malware.json").Codes("capec"));

    [Fact]
    public void A_bare_list_of_observables_is_a_report_of_them()
    {
        var report = Sample.ReadOne("stix/sco-examples-bundle.json");
        Assert.EndsWith("cyber observables", report.Texts[0].Title, StringComparison.Ordinal);
        Assert.Equal(["observable"], report.Codes("stix:type"));
    }

    [Fact]
    public void A_bundle_of_a_marking_alone_reports_nothing() => Assert.Empty(Sample.Read("stix/tlp-amber.json"));

    [Theory]
    [InlineData("marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9", Tlp.Clear)]
    [InlineData("marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da", Tlp.Green)]
    [InlineData(Amber, Tlp.Amber)]
    [InlineData("marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed", Tlp.Red)]
    [InlineData("marking-definition--00000000-0000-4000-8000-000000000000", Tlp.Amber)]
    public void The_marking_of_TLP_1_is_known_by_id_and_an_unknown_one_is_strict(string id, Tlp colour) =>
        Assert.Equal(colour, Read(Incident(extra: $", \"object_marking_refs\": [\"{id}\"]"))[0].Marking.Tlp);

    [Fact]
    public void TLP_2_comes_as_an_extension_and_the_strictest_marking_of_any_part_holds()
    {
        const string strict = """{ "type": "marking-definition", "spec_version": "2.1", "id": "marking-definition--1", "name": "TLP:AMBER+STRICT", "extensions": { "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d": { "extension_type": "property-extension", "tlp_2_0": "amber+strict" } } }""";
        var report = Assert.Single(Read(Incident(extra: ", \"object_marking_refs\": [\"marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9\"], \"granular_markings\": [{ \"marking_ref\": \"marking-definition--1\", \"selectors\": [\"name\"] }]"), strict));
        Assert.Equal(Tlp.AmberStrict, report.Marking.Tlp);
    }

    [Fact]
    public void A_statement_is_kept_and_a_classification_in_one_refuses_the_bundle()
    {
        const string statement = """{ "type": "marking-definition", "id": "marking-definition--2", "definition_type": "statement", "definition": { "statement": "Copyright Sample Org" } }""";
        var marked = Incident(extra: ", \"object_marking_refs\": [\"marking-definition--2\"]");
        Assert.Equal("Copyright Sample Org", Read(marked, statement)[0].Fact("statement"));
        Assert.IsType<ReadResult.Refused>(Sample.Result(Bundle(marked, statement.Replace("Copyright Sample Org", "SECRET//NOFORN", StringComparison.Ordinal))));
    }

    [Fact]
    public void Each_incident_is_a_report_with_what_it_is_related_to_and_the_rest_is_another()
    {
        var reports = Read(
            Incident("1", "Ransomware at a sample port"), Incident("2", "Defacement of a sample site"),
            """{ "type": "malware", "id": "malware--1", "name": "SampleLocker", "malware_types": ["ransomware"], "modified": "2026-11-24T05:00:00.000Z" }""",
            """{ "type": "campaign", "id": "campaign--1", "name": "Unrelated", "modified": "2026-11-24T05:00:00.000Z" }""",
            """{ "type": "relationship", "id": "relationship--1", "relationship_type": "uses", "source_ref": "incident--1", "target_ref": "malware--1" }""",
            """{ "type": "relationship", "id": "relationship--2", "relationship_type": "targets", "source_ref": "incident--2", "target_ref": "identity--9" }""");
        Assert.Equal(["Ransomware at a sample port", "Defacement of a sample site", "Unrelated"], reports.Select(report => report.Texts[0].Title));
        Assert.Equal(["ransomware"], reports[0].Codes("stix:malwareType"));
        Assert.Empty(reports[0].Codes("stix:victim"));
        Assert.Equal(["identity"], reports[1].Codes("stix:victim"));
    }

    [Fact]
    public void A_newer_version_is_another_report_of_the_same_event_and_a_revoked_one_cancels()
    {
        var first = Read(Incident())[0];
        var revised = Read(Incident(modified: "2026-11-24T05:30:00.000Z"))[0];
        var revoked = Read(Incident(modified: "2026-11-24T05:40:00.000Z", extra: ", \"revoked\": true"))[0];
        Assert.NotEqual(first.Id, revised.Id);
        Assert.Equal(first.EventKeys, revised.EventKeys);
        Assert.Equal(ReportAction.Cancel, revoked.Action);
        var both = Assert.Single(Read(Incident(modified: "2026-11-24T05:30:00.000Z"), Incident()));
        Assert.Equal(revised.Id, both.Id);
    }

    [Fact]
    public void STIX_2_0_says_its_version_on_the_bundle_and_its_types_in_labels()
    {
        var report = Sample.ReadText("""
            { "type": "bundle", "id": "bundle--1", "spec_version": "2.0", "objects": [ { "type": "malware", "id": "malware--1", "created": "2017-01-01T00:00:00.000Z", "modified": "2017-01-01T00:00:00.000Z", "name": "Sample", "labels": ["worm"] } ] }
            """);
        Assert.Equal(["worm"], report.Codes("stix:malwareType"));
    }

    [Fact]
    public void A_vulnerability_is_known_by_its_CVE()
    {
        var report = Read("""{ "type": "vulnerability", "id": "vulnerability--1", "name": "CVE-2026-12345", "external_references": [ { "source_name": "cve", "external_id": "CVE-2026-12345" } ], "modified": "2026-11-24T05:00:00.000Z" }""")[0];
        Assert.Equal(["CVE-2026-12345"], report.Codes("cve"));
        Assert.Contains("cve:CVE-2026-12345", report.EventKeys);
    }

    [Fact]
    public void Ten_thousand_objects_in_a_circle_are_one_report()
    {
        var objects = Enumerable.Range(0, 5_000).Select(i => $$"""{ "type": "indicator", "id": "indicator--{{i}}", "modified": "2026-11-24T05:00:00.000Z", "created_by_ref": "identity--{{i}}" }""")
            .Concat(Enumerable.Range(0, 5_000).Select(i => $$"""{ "type": "relationship", "id": "relationship--{{i}}", "relationship_type": "related-to", "source_ref": "indicator--{{i}}", "target_ref": "indicator--{{(i + 1) % 5_000}}" }"""));
        var report = Assert.Single(Read([.. objects]));
        Assert.Equal("5000", report.Fact("objects"));
        Assert.Equal(100, report.EventKeys.Count);
        Assert.Contains("and 4900 more", report.Texts[0].Body, StringComparison.Ordinal);
    }

    [Fact]
    public void Custom_properties_and_extensions_are_kept_as_facts()
    {
        var report = Read(Incident(extra: """, "x_sample_case": "C-7", "x_sample_count": 3, "extensions": { "extension-definition--1": { "extension_type": "property-extension", "determination": "confirmed", "incident_types": ["ransomware"] } }"""))[0];
        Assert.Equal(("C-7", "3", "confirmed", "[\"ransomware\"]"), (report.Fact("ext:x_sample_case"), report.Fact("ext:x_sample_count"), report.Fact("ext:determination"), report.Fact("ext:incident_types")));
    }

    [Fact]
    public void Markings_bundles_and_reports_that_contain_themselves_end()
    {
        var reports = Sample.Read(Encoding.UTF8.GetBytes("""
            { "type": "bundle", "id": "bundle--1", "objects": [
              { "type": "bundle", "id": "bundle--1", "objects": [ { "type": "incident", "id": "incident--9", "name": "Hidden" } ] },
              { "type": "marking-definition", "id": "marking-definition--1", "object_marking_refs": ["marking-definition--2"], "definition_type": "statement", "definition": { "statement": "a" } },
              { "type": "marking-definition", "id": "marking-definition--2", "object_marking_refs": ["marking-definition--1"], "definition_type": "statement", "definition": { "statement": "b" } },
              { "type": "incident", "id": "incident--1", "name": "One", "object_marking_refs": ["marking-definition--1"], "created_by_ref": "incident--1" },
              { "type": "report", "id": "report--1", "name": "r", "object_refs": ["report--2", "incident--1"] }, { "type": "report", "id": "report--2", "name": "s", "object_refs": ["report--1"] } ] }
            """), "application/stix+json");
        Assert.Contains(reports, report => report.Texts[0].Title == "One");
        Assert.DoesNotContain(reports, report => report.Texts[0].Title == "Hidden");
    }

    [Fact]
    public void An_object_that_refers_to_itself_ends()
    {
        var report = Assert.Single(Read(
            Incident(),
            """{ "type": "relationship", "id": "relationship--1", "relationship_type": "related-to", "source_ref": "incident--1", "target_ref": "incident--1" }""",
            """{ "type": "report", "id": "report--1", "name": "r", "modified": "2026-11-24T05:00:00.000Z", "object_refs": ["report--1", "incident--1"] }"""));
        Assert.Equal(["incident", "report"], report.Codes("stix:type").Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("""{ "type": "bundle", "objects": 5 }""", "objects")]
    [InlineData("""{ "type": "bundle", "objects": [ 5 ] }""", "objects[0]")]
    [InlineData("""{ "type": "bundle", "objects": [ { "type": "indicator" } ] }""", "objects[0].id")]
    [InlineData("""{ "type": "bundle", "objects": [ { "type": "indicator", "id": "malware--1" } ] }""", "objects[0].id")]
    [InlineData("""{ "type": "bundle", "objects": [ { "type": "indicator", "id": "indicator--1", "modified": "yesterday" } ] }""", "objects[0].modified")]
    [InlineData("""{ "type": "bundle", "objects": [ { "type": "indicator", "id": "indicator--1", "valid_until": 7 } ] }""", "objects[0].valid_until")]
    public void What_is_no_STIX_object_is_named(string body, string field)
    {
        var invalid = Assert.IsType<ReadResult.Invalid>(Sample.Result(body, "application/stix+json"));
        Assert.Equal(field, Assert.Single(invalid.Errors).Field);
    }

    private static IReadOnlyList<SituationReport> Read(params string[] objects) => Sample.Read(Encoding.UTF8.GetBytes(Bundle(objects)), "application/stix+json");

    private static string Bundle(params string[] objects) => $$"""{ "type": "bundle", "id": "bundle--1", "objects": [ {{string.Join(",\n", objects)}} ] }""";

    private static string Incident(string id = "1", string name = "Sample incident", string modified = "2026-11-24T05:00:00.000Z", string extra = "") =>
        $$"""{ "type": "incident", "spec_version": "2.1", "id": "incident--{{id}}", "modified": "{{modified}}", "name": "{{name}}"{{extra}} }""";
}
