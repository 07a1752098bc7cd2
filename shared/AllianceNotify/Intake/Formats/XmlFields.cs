using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace AllianceNotify.Intake.Formats;

/// <summary>
/// Reads one XML element's children by local name in one namespace, and collects every error with its path and line. An
/// element that is empty or blank is the same as absent: real messages carry such.
/// </summary>
internal sealed class XmlFields(XElement element, string path, List<FieldError> errors)
{
    public XElement Element => element;

    public static XmlFields Root(XElement element, List<FieldError> errors) => new(element, element.Name.LocalName, errors);

    public void Error(string message) => errors.Add(ErrorAt(element, path, message));

    public void Error(XElement child, string message) => errors.Add(ErrorAt(child, $"{path}/{child.Name.LocalName}", message));

    /// <summary>The child's text, trimmed; null where absent or blank. Cut nothing: above <paramref name="max"/> is an error.</summary>
    public string? Text(string name, int max = Wording.MaxBody, bool required = false)
    {
        XElement? found = null;
        foreach (var child in All(name))
        {
            if (found is not null)
            {
                Error(child, "stands twice");
                break;
            }

            found = child;
        }

        if (found is null || string.IsNullOrWhiteSpace(found.Value))
        {
            if (required)
            {
                errors.Add(ErrorAt(found ?? element, $"{path}/{name}", "is required"));
            }

            return null;
        }

        var text = found.Value.Trim();
        if (text.Length > max)
        {
            Error(found, string.Create(CultureInfo.InvariantCulture, $"must be at most {max} characters"));
            return null;
        }

        return text;
    }

    /// <summary>One of the values that the standard lists, exactly.</summary>
    public string? Choice(string name, IReadOnlyList<string> values, bool required = false)
    {
        var text = Text(name, required: required);
        if (text is not null && !values.Contains(text))
        {
            Error(All(name).First(), $"must be one of {string.Join(", ", values)}");
            return null;
        }

        return text;
    }

    /// <summary>Every child of that name that holds one of the listed values; others are errors.</summary>
    public List<string> Choices(string name, IReadOnlyList<string> values, bool required = false)
    {
        var found = new List<string>();
        foreach (var child in Filled(name))
        {
            if (values.Contains(child.Value.Trim()))
            {
                found.Add(child.Value.Trim());
            }
            else
            {
                Error(child, $"must be one of {string.Join(", ", values)}");
            }
        }

        if (required && !All(name).Any())
        {
            errors.Add(ErrorAt(element, $"{path}/{name}", "is required"));
        }

        return found;
    }

    public DateTimeOffset? Time(string name, bool required = false)
    {
        if (Text(name, 60, required) is not { } text)
        {
            return null;
        }

        if (IsoTime.TryParse(text, out var time))
        {
            return time;
        }

        Error(All(name).First(), "must be a date and time with an offset, such as 2026-11-24T14:49:00+09:00");
        return null;
    }

    public IEnumerable<string> Texts(string name) => Filled(name).Select(child => child.Value.Trim());

    public IEnumerable<XElement> Filled(string name) => All(name).Where(child => !string.IsNullOrWhiteSpace(child.Value));

    public IEnumerable<XElement> All(string name) => element.Elements(element.Name.Namespace + name);

    public List<XmlFields> Blocks(string name)
    {
        var blocks = All(name).ToList();
        var index = 0;
        return blocks.ConvertAll(block => new XmlFields(
            block, blocks.Count == 1 ? $"{path}/{name}" : string.Create(CultureInfo.InvariantCulture, $"{path}/{name}[{++index}]"), errors));
    }

    /// <summary>The path with its place: <c>alert/info/urgency, line 12, column 6</c>.</summary>
    public static FieldError ErrorAt(XElement at, string path, string message) =>
        new(at is IXmlLineInfo place && place.HasLineInfo() ? $"{path}, {SafeXml.Place(place.LineNumber, place.LinePosition)}" : path, message);
}
