using System.Text.RegularExpressions;
using System.Xml.Linq;
using Xunit;

namespace AllianceNotify.Tests.Publishing;

/// <summary>
/// What the CAP 1.2 schema asks of an alert (OASIS CAP-v1.2 §3.2 and §3.4), as rules of this project's own: names and their order, how often,
/// listed values, times, pairs. They were compared with the schema; its file is not kept in this repository.
/// </summary>
internal static partial class CapRules
{
    private static readonly string[] Alert =
    [
        "identifier!", "sender!", "sent!", "status!", "msgType!", "source?", "scope!", "restriction?", "addresses?", "code*", "note?", "references?", "incidents?", "info*",
    ];

    private static readonly string[] Info =
    [
        "language?", "category+", "event!", "responseType*", "urgency!", "severity!", "certainty!", "audience?", "eventCode*", "effective?", "onset?", "expires?",
        "senderName?", "headline?", "description?", "instruction?", "web?", "contact?", "parameter*", "resource*", "area*",
    ];

    private static readonly string[] Area = ["areaDesc!", "polygon*", "circle*", "geocode*", "altitude?", "ceiling?"];

    private static readonly Dictionary<string, string[]> Listed = new()
    {
        ["status"] = ["Actual", "Exercise", "System", "Test", "Draft"],
        ["msgType"] = ["Alert", "Update", "Cancel", "Ack", "Error"],
        ["scope"] = ["Public", "Restricted", "Private"],
        ["category"] = ["Geo", "Met", "Safety", "Security", "Rescue", "Fire", "Health", "Env", "Transport", "Infra", "CBRNE", "Other"],
        ["responseType"] = ["Shelter", "Evacuate", "Prepare", "Execute", "Avoid", "Monitor", "Assess", "AllClear", "None"],
        ["urgency"] = ["Immediate", "Expected", "Future", "Past", "Unknown"],
        ["severity"] = ["Extreme", "Severe", "Moderate", "Minor", "Unknown"],
        ["certainty"] = ["Observed", "Likely", "Possible", "Unlikely", "Unknown"],
    };

    public static void Hold(XElement alert)
    {
        Assert.Equal("{urn:oasis:names:tc:emergency:cap:1.2}alert", alert.Name.ToString());
        Ordered(alert, Alert);
        foreach (var info in alert.Elements(alert.Name.Namespace + "info"))
        {
            Ordered(info, Info);
            Assert.All(info.Elements().Where(each => each.Name.LocalName is "eventCode" or "parameter"), each => Ordered(each, ["valueName!", "value!"]));
            foreach (var area in info.Elements(alert.Name.Namespace + "area"))
            {
                Ordered(area, Area);
                Assert.All(area.Elements().Where(each => each.Name.LocalName == "geocode"), each => Ordered(each, ["valueName!", "value!"]));
                Assert.All(area.Elements().Where(each => each.Name.LocalName == "polygon"), each => Assert.Matches(Polygon(), each.Value));
                Assert.All(area.Elements().Where(each => each.Name.LocalName == "circle"), each => Assert.Matches(Circle(), each.Value));
            }
        }

        foreach (var leaf in alert.Descendants().Where(each => !each.HasElements && each.Name.Namespace == alert.Name.Namespace))
        {
            Assert.NotEqual("", leaf.Value.Trim());
            if (Listed.TryGetValue(leaf.Name.LocalName, out var values))
            {
                Assert.Contains(leaf.Value, values);
            }

            if (leaf.Name.LocalName is "sent" or "effective" or "onset" or "expires")
            {
                Assert.Matches(Time(), leaf.Value);
            }
        }

        Assert.DoesNotMatch(@"[\s,<&]", alert.Element(alert.Name.Namespace + "identifier")!.Value);
        Assert.DoesNotMatch(@"[\s,<&]", alert.Element(alert.Name.Namespace + "sender")!.Value);
        var scope = alert.Element(alert.Name.Namespace + "scope")!.Value;
        Assert.Equal(scope == "Private", alert.Element(alert.Name.Namespace + "addresses") is not null);
        Assert.True(scope != "Restricted" || alert.Element(alert.Name.Namespace + "restriction") is not null);
    }

    /// <summary>Names in the order of the sequence, each as often as its mark says: <c>!</c> once, <c>?</c> at most once, <c>+</c> and <c>*</c> any number.</summary>
    private static void Ordered(XElement parent, string[] sequence)
    {
        var left = new Queue<string>(parent.Elements().Where(each => each.Name.LocalName != "Signature").Select(each => each.Name.LocalName));
        foreach (var (name, mark) in sequence.Select(each => (each[..^1], each[^1])))
        {
            var count = 0;
            while (left.TryPeek(out var next) && next == name)
            {
                left.Dequeue();
                count++;
            }

            Assert.True(mark switch { '!' => count == 1, '?' => count <= 1, '+' => count >= 1, _ => true }, $"{name} {count} times in {parent.Name.LocalName}");
        }

        Assert.Empty(left);
    }

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d$")]
    private static partial Regex Time();

    [GeneratedRegex(@"^-?\d+(\.\d+)?,-?\d+(\.\d+)?( -?\d+(\.\d+)?,-?\d+(\.\d+)?){3,}$")]
    private static partial Regex Polygon();

    [GeneratedRegex(@"^-?\d+(\.\d+)?,-?\d+(\.\d+)? \d+(\.\d+)?$")]
    private static partial Regex Circle();
}
