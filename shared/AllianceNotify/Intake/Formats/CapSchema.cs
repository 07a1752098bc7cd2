using System.Collections.Frozen;
using System.Xml;
using System.Xml.Linq;
using System.Xml.Schema;

namespace AllianceNotify.Intake.Formats;

/// <summary>
/// Checks a CAP alert against the schema of its version (<c>Schemas/</c>), element by element as it stands. What real senders do beside the
/// schema is taken out first: elements of other namespaces and attributes are extensions, empty optional elements are absent, white space
/// around a value is none of it, and a time is any that <see cref="IsoTime"/> reads.
/// </summary>
internal static class CapSchema
{
    private static readonly FrozenDictionary<string, Lazy<XmlSchemaSet>> Schemas = new Dictionary<string, Lazy<XmlSchemaSet>>(StringComparer.Ordinal)
    {
        [CapVocabulary.V12] = new(() => Compiled("cap-1.2.xsd")),
        [CapVocabulary.V11] = new(() => Compiled("cap-1.1.xsd")),
        [CapVocabulary.V10] = new(() => Compiled("cap-1.0.xsd")),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The compiled schema of a version, by its namespace.</summary>
    public static XmlSchemaSet Of(string namespaceName) => Schemas[namespaceName].Value;

    /// <summary>Adds every breach of the schema that <paramref name="errors"/> does not name yet, with its element, line and column.</summary>
    public static void Check(XElement alert, List<FieldError> errors) => new Check(alert.Name.NamespaceName, errors).Run(alert);

    private static XmlSchemaSet Compiled(string name)
    {
        using var stream = typeof(CapSchema).Assembly.GetManifestResourceStream($"schemas/{name}") ?? throw new InvalidOperationException($"The schema {name} is missing.");
        using var reader = XmlReader.Create(stream, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
        var schemas = new XmlSchemaSet { XmlResolver = null };
        schemas.Add(null, reader);
        schemas.Compile();
        return schemas;
    }
}

/// <summary>One walk through one document, handing the schema's validator what it should see.</summary>
file sealed class Check
{
    private readonly string ns;
    private readonly List<FieldError> errors;
    private readonly HashSet<string> named;
    private readonly XmlSchemaValidator validator;
    private bool fault;

    public Check(string ns, List<FieldError> errors)
    {
        this.ns = ns;
        this.errors = errors;
        named = errors.Select(error => error.Field).ToHashSet(StringComparer.Ordinal);
        var names = new NameTable();
        validator = new XmlSchemaValidator(names, CapSchema.Of(ns), new XmlNamespaceManager(names), XmlSchemaValidationFlags.None) { XmlResolver = null };
        validator.ValidationEventHandler += (_, _) => fault = true;
    }

    public void Run(XElement root)
    {
        validator.Initialize();
        Element(root, root.Name.LocalName);
    }

    private void Element(XElement element, string path)
    {
        var seen = new XmlSchemaInfo();
        validator.ValidateElement(element.Name.LocalName, ns, seen);
        validator.ValidateEndOfAttributes(null);
        if (seen.SchemaType is XmlSchemaComplexType type)
        {
            Children(element, path, type);
        }
        else
        {
            Value(element, path, seen.SchemaType!);
        }
    }

    private void Children(XElement element, string path, XmlSchemaComplexType type)
    {
        if (element.Nodes().OfType<XText>().Any(text => !string.IsNullOrWhiteSpace(text.Value)))
        {
            Add(element, path, "has text of its own between its elements");
        }

        var counts = element.Elements().Where(child => child.Name.NamespaceName == ns).CountBy(child => child.Name.LocalName).ToDictionary();
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        string? before = null;
        var broken = false;
        foreach (var child in element.Elements().Where(child => child.Name.NamespaceName == ns))
        {
            var name = child.Name.LocalName;
            var index = places[name] = places.GetValueOrDefault(name) + 1;
            var expected = validator.GetExpectedParticles().OfType<XmlSchemaElement>().ToList();
            var declared = expected.Find(each => each.QualifiedName.Name == name);
            if (declared is not null && IsAbsent(child, declared, isRepeated: name == before))
            {
                continue;
            }

            if (declared is not null)
            {
                Element(child, counts[name] > 1 && declared.ElementSchemaType is XmlSchemaComplexType ? FormattableString.Invariant($"{path}/{name}[{index}]") : $"{path}/{name}");
                before = name;
            }
            else if (!broken)
            {
                // The first that does not fit tells what is wrong; those after it are misplaced because of it.
                broken = true;
                Misfit(element, child, path, type, expected, before, counts);
            }
        }

        if (broken)
        {
            validator.SkipToEndElement(null);
        }
        else
        {
            var expected = validator.GetExpectedParticles().OfType<XmlSchemaElement>().ToList();
            if (Fails(() => validator.ValidateEndElement(null)))
            {
                Add(element, $"{path}/{Missing(expected, before)}", "is required");
            }
        }
    }

    private void Value(XElement element, string path, XmlSchemaType type)
    {
        if (element.Elements().Any(child => child.Name.NamespaceName == ns))
        {
            Add(element, path, "holds text, no elements");
            validator.SkipToEndElement(null);
            return;
        }

        var text = element.Value.Trim();
        validator.ValidateText(type.TypeCode == XmlTypeCode.DateTime && IsoTime.TryParse(text, out var time) ? $"{time.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss}-00:00" : text);
        if (Fails(() => validator.ValidateEndElement(null)))
        {
            Add(element, path, Wanted(type));
        }
    }

    private void Misfit(XElement parent, XElement child, string path, XmlSchemaComplexType type, List<XmlSchemaElement> expected, string? before, Dictionary<string, int> counts)
    {
        var name = child.Name.LocalName;
        if (Missing(expected, before) is { } missing && !counts.ContainsKey(missing))
        {
            Add(parent, $"{path}/{missing}", "is required");
        }
        else if (!Declared(type).Contains(name))
        {
            Add(child, $"{path}/{name}", $"is no element of {parent.Name.LocalName}; what CAP does not have belongs into parameters or a namespace of its own");
        }
        else if (name == before)
        {
            Add(child, $"{path}/{name}", "stands twice");
        }
        else
        {
            var names = string.Join(", ", expected.Select(each => each.QualifiedName.Name));
            Add(child, $"{path}/{name}", names.Length > 0 ? $"stands out of order: the schema has {names} here" : "stands out of order: the schema has nothing more here");
        }
    }

    /// <summary>Empty where it may be left out, and where its type is no plain text, in which an empty value is one.</summary>
    private static bool IsAbsent(XElement child, XmlSchemaElement declared, bool isRepeated) =>
        declared.ElementSchemaType is XmlSchemaSimpleType type && type.QualifiedName.Namespace + type.QualifiedName.Name != XmlSchema.Namespace + "string"
        && (declared.MinOccurs == 0 || isRepeated) && !child.HasElements && string.IsNullOrWhiteSpace(child.Value);

    /// <summary>The required element among those that may come next.</summary>
    private static string? Missing(List<XmlSchemaElement> expected, string? before) =>
        expected.Find(each => each.MinOccurs > 0 && each.QualifiedName.Name != before)?.QualifiedName.Name;

    private static IEnumerable<string> Declared(XmlSchemaComplexType type) =>
        type.ContentTypeParticle is XmlSchemaSequence sequence ? sequence.Items.OfType<XmlSchemaElement>().Select(each => each.QualifiedName.Name) : [];

    private static string Wanted(XmlSchemaType type) => type.TypeCode switch
    {
        XmlTypeCode.DateTime => "must be a date and time with an offset, such as 2026-11-24T14:49:00+09:00",
        XmlTypeCode.Language => "must be a language tag, such as ja-JP",
        XmlTypeCode.AnyUri => "must be an address (URI)",
        XmlTypeCode.Integer => "must be a whole number",
        XmlTypeCode.Decimal => "must be a number",
        _ when type is XmlSchemaSimpleType { Content: XmlSchemaSimpleTypeRestriction list } =>
            $"must be one of {string.Join(", ", list.Facets.OfType<XmlSchemaEnumerationFacet>().Select(each => each.Value))}",
        _ => "is not what the schema has here",
    };

    private bool Fails(Action step)
    {
        fault = false;
        step();
        return fault;
    }

    private void Add(XElement at, string path, string message)
    {
        var error = XmlFields.ErrorAt(at, path, message);
        if (named.Add(error.Field))
        {
            errors.Add(error);
        }
    }
}
