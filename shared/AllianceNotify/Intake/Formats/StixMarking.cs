using AllianceNotify.Reports;

namespace AllianceNotify.Intake.Formats;

/// <summary>
/// The marking of some STIX objects: the strictest of all that mark them or a part of them. A marking that is not in the bundle,
/// or that is no TLP, is what the strict default is for.
/// </summary>
internal sealed class StixMarking(IEnumerable<StixObject> definitions)
{
    /// <summary>Ids that STIX 2.1 §7.2.1.4 fixes for TLP 1.0.</summary>
    private static readonly Dictionary<string, Tlp> Fixed = new(StringComparer.Ordinal)
    {
        ["marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9"] = Tlp.Clear,
        ["marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da"] = Tlp.Green,
        ["marking-definition--f88d31f6-486f-44da-b317-01333bde0b82"] = Tlp.Amber,
        ["marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed"] = Tlp.Red,
    };

    private readonly Dictionary<string, List<string>> texts = definitions.GroupBy(each => each.Id, StringComparer.Ordinal)
        .ToDictionary(group => group.Key, group => group.SelectMany(each => each.MarkingTexts()).ToList(), StringComparer.Ordinal);

    public bool IsAboveUnclassified => texts.Values.SelectMany(each => each).Any(MarkingText.IsAboveUnclassified);

    public Marking Of(IEnumerable<StixObject> objects)
    {
        Tlp? strictest = null;
        foreach (var id in objects.SelectMany(each => each.Markings()).Distinct(StringComparer.Ordinal))
        {
            if (ColourOf(id) is { } colour && (strictest is null || colour > strictest))
            {
                strictest = colour;
            }
        }

        var marked = strictest ?? Marking.Default.Tlp;
        return new Marking(marked, marked <= Tlp.Green ? [] : Marking.Default.ReleasableTo);
    }

    /// <summary>Statements (copyright, terms) that mark the objects, to be kept with them.</summary>
    public IEnumerable<string> StatementsOf(IEnumerable<StixObject> objects) => objects.SelectMany(each => each.Markings()).Distinct(StringComparer.Ordinal)
        .SelectMany(id => texts.GetValueOrDefault(id) ?? []).Where(text => MarkingText.FindTlp(text) is null);

    /// <summary>Null for a statement, which is about use and not about who may read.</summary>
    private Tlp? ColourOf(string id)
    {
        if (Fixed.TryGetValue(id, out var colour))
        {
            return colour;
        }

        if (!texts.TryGetValue(id, out var stated))
        {
            return Marking.Default.Tlp;
        }

        return stated.Select(MarkingText.FindTlp).Max();
    }
}
