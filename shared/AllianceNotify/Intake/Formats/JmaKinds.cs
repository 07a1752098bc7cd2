using System.Xml.Linq;

namespace AllianceNotify.Intake.Formats;

/// <summary>How what a telegram names stands to what was in force before it.</summary>
internal enum JmaStanding
{
    /// <summary>Newly issued, or raised.</summary>
    Raised,

    /// <summary>In force before, or stepped down to.</summary>
    Continued,

    /// <summary>Lifted, or no warning at all.</summary>
    Ended,
}

/// <summary>One warning, advisory or phenomenon that a telegram names for an area.</summary>
internal sealed record JmaKind(string Code, string Name, JmaStanding Standing, IReadOnlyList<JmaArea> Areas)
{
    /// <summary>Grades of tsunami and weather, and anything else by how grave its name is; 0 is nothing in force.</summary>
    public int Grade { get; init; }
}

internal sealed record JmaArea(string Name, string Code, string CodeType);

/// <summary>
/// Reads the Item elements of a telegram's head and body: what is in force where, and whether that is new. The standing comes from
/// the item's Status or Condition where it has one, else from comparing Kind with LastKind.
/// </summary>
internal static class JmaKinds
{
    public static List<JmaKind> Read(XElement head, XElement? body, JmaFamily family)
    {
        // Tsunami and weather items carry what was in force before (LastKind, Status) in the body only.
        var fromBody = family is JmaFamily.Tsunami or JmaFamily.Weather or JmaFamily.Landslide ? BodyItems(body, family) : [];
        var items = fromBody.Count > 0 ? fromBody : [.. JmaXml.All(head, "Information").SelectMany(information => JmaXml.Children(information, "Item"))];
        return [.. items.SelectMany(item => KindsOf(item, family))];
    }

    private static List<XElement> BodyItems(XElement? body, JmaFamily family) => body is null
        ? []
        : family == JmaFamily.Tsunami
            ? [.. JmaXml.All(body, "Forecast").SelectMany(forecast => JmaXml.Children(forecast, "Item"))]
            : [.. JmaXml.All(body, "Warning").SelectMany(warning => JmaXml.Children(warning, "Item"))];

    private static IEnumerable<JmaKind> KindsOf(XElement item, JmaFamily family)
    {
        var holder = JmaXml.Child(item, "Category") ?? item;
        var last = JmaXml.Child(holder, "LastKind");
        var areas = Areas(item);
        foreach (var kind in JmaXml.Children(holder, "Kind"))
        {
            var (name, code) = (JmaXml.Text(kind, "Name") ?? "", JmaXml.Text(kind, "Code") ?? "");
            if (code.Length == 0)
            {
                // An intensity (震度３) has a name only, "no warning in force" has neither.
                continue;
            }

            var grade = GradeOf(family, code, name);
            yield return new JmaKind(code, name, StandingOf(kind, last, family, grade), areas) { Grade = grade };
        }
    }

    private static JmaStanding StandingOf(XElement kind, XElement? last, JmaFamily family, int grade)
    {
        if (grade == 0)
        {
            return JmaStanding.Ended;
        }

        var status = JmaXml.Text(kind, "Status") ?? JmaXml.Text(kind, "Condition") ?? "";
        if (status is "解除" or "なし" || status.StartsWith("発表警報・注意報はなし", StringComparison.Ordinal))
        {
            return JmaStanding.Ended;
        }

        if (status.Split("から") is [var before, var after])
        {
            return GradeOf(family, "", after) > GradeOf(family, "", before) ? JmaStanding.Raised : JmaStanding.Continued;
        }

        if (status is "継続" or "引下げ")
        {
            return JmaStanding.Continued;
        }

        if (status is "発表" or "引上げ" || last is null)
        {
            return JmaStanding.Raised;
        }

        return grade > GradeOf(family, JmaXml.Text(last, "Code") ?? "00", JmaXml.Text(last, "Name") ?? "") ? JmaStanding.Raised : JmaStanding.Continued;
    }

    private static int GradeOf(JmaFamily family, string code, string name) => family switch
    {
        JmaFamily.Tsunami => code switch { "52" or "53" => 4, "51" => 3, "62" => 2, "71" or "72" or "73" => 1, _ => 0 },
        JmaFamily.Weather => WeatherGrade(code, name),
        JmaFamily.EarthquakeEarlyWarning => code == "00" ? 0 : name.Contains("警報", StringComparison.Ordinal) ? 2 : 1,
        JmaFamily.Landslide => code == "3" ? 1 : 0,
        JmaFamily.Flood => code is "10" or "00" or "" ? 0 : code[0] - '0' is >= 1 and <= 9 and var level ? level : 1,
        JmaFamily.Volcano => VolcanoGrade(code, name),
        _ => code is "00" or "0" ? 0 : 1,
    };

    /// <summary>The level that it is or corresponds to; a forecast, and "note that this is an active volcano", is no warning.</summary>
    private static int VolcanoGrade(string code, string name)
    {
        if (code is "00" or "04" or "05" or "11" || name.Contains("留意", StringComparison.Ordinal) || name.StartsWith("噴火予報", StringComparison.Ordinal))
        {
            return 0;
        }

        return code switch { ['1', >= '2' and <= '5' and var level] => level - '0', "41" => 5, "01" or "42" => 4, "02" or "03" or "23" or "43" => 3, _ => 2 };
    }

    /// <summary>4 special warning, 3 level-4 warning (危険警報), 2 warning, 1 advisory.</summary>
    private static int WeatherGrade(string code, string name)
    {
        if (code == "00")
        {
            return 0;
        }

        return name switch
        {
            _ when name.Contains("特別警報", StringComparison.Ordinal) => 4,
            _ when name.Contains("危険警報", StringComparison.Ordinal) => 3,
            _ when name.Contains("注意報", StringComparison.Ordinal) => 1,
            _ when name.Contains("警報", StringComparison.Ordinal) => 2,
            _ => code switch { ['3', >= '2' and <= '8'] => 4, "43" or "48" or "49" => 3, ['0', >= '2' and <= '9'] => 2, _ => 1 },
        };
    }

    private static List<JmaArea> Areas(XElement item)
    {
        var holder = JmaXml.Child(item, "Areas");
        var type = holder?.Attribute("codeType")?.Value ?? JmaXml.Child(item, "Area")?.Attribute("codeType")?.Value ?? "";
        return [.. JmaXml.Children(holder ?? item, "Area").Select(area => new JmaArea(JmaXml.Text(area, "Name") ?? "", JmaXml.Text(area, "Code") ?? "", type))];
    }
}

/// <summary>Elements of JMA XML by local name: what is in one telegram's namespaces does not clash.</summary>
internal static class JmaXml
{
    public static XElement? Child(XElement? parent, string name) => parent?.Elements().FirstOrDefault(child => child.Name.LocalName == name);

    public static IEnumerable<XElement> Children(XElement parent, string name) => parent.Elements().Where(child => child.Name.LocalName == name);

    public static IEnumerable<XElement> All(XElement? parent, string name) => parent?.Descendants().Where(element => element.Name.LocalName == name) ?? [];

    /// <summary>The child's text, trimmed; null where absent or blank.</summary>
    public static string? Text(XElement? parent, string name) => Child(parent, name)?.Value.Trim() is { Length: > 0 } text ? text : null;
}
