using System.Text.Json.Serialization;

namespace AllianceNotify.Reports;

/// <summary>FIRST Traffic Light Protocol 2.0, ordered from open to closed.</summary>
[JsonConverter(typeof(KebabEnumConverter<Tlp>))]
public enum Tlp
{
    Clear,
    Green,
    Amber,
    AmberStrict,
    Red,
}

/// <summary>
/// Who may read a text: a TLP 2.0 colour and a releasability. An entry of <see cref="ReleasableTo"/> is a nation
/// (ISO 3166-1 alpha-3, <c>JPN</c>), an agency (<c>agency:JCG</c>) or one person (<c>contact:ID</c>).
/// </summary>
public sealed record Marking(Tlp Tlp, IReadOnlyList<string> ReleasableTo)
{
    /// <summary>What a report without a marking gets: need to know inside the two governments.</summary>
    public static readonly Marking Default = new(Tlp.Amber, ["JPN", "USA"]);

    /// <summary>What an openly published warning carries.</summary>
    public static readonly Marking Public = new(Tlp.Clear, []);

    /// <summary>The label as TLP 2.0 writes it, never translated: <c>TLP:AMBER+STRICT</c>.</summary>
    public string Label => LabelOf(Tlp);

    /// <summary>A colour as TLP 2.0 writes it, never translated.</summary>
    public static string LabelOf(Tlp tlp) => tlp switch
    {
        Tlp.Clear => "TLP:CLEAR",
        Tlp.Green => "TLP:GREEN",
        Tlp.Amber => "TLP:AMBER",
        Tlp.AmberStrict => "TLP:AMBER+STRICT",
        Tlp.Red => "TLP:RED",
        _ => throw new InvalidOperationException($"Unknown TLP colour {tlp}."),
    };

    /// <summary>
    /// The mark of a text made from both: the stricter colour, and only those whom both allow. Under CLEAR and GREEN an
    /// empty releasability means everybody whom the colour allows; under the other colours it means nobody.
    /// </summary>
    public Marking Strictest(Marking other)
    {
        var colour = Tlp > other.Tlp ? Tlp : other.Tlp;
        var mineOpen = Tlp <= Tlp.Green && ReleasableTo.Count == 0;
        var othersOpen = other.Tlp <= Tlp.Green && other.ReleasableTo.Count == 0;
        return (mineOpen, othersOpen) switch
        {
            (true, true) => new Marking(colour, []),
            (true, false) => new Marking(colour, other.ReleasableTo),
            (false, true) => new Marking(colour, ReleasableTo),
            // Disjoint releasabilities must not turn into "everybody" under an open colour.
            _ => ReleasableTo.Intersect(other.ReleasableTo, StringComparer.OrdinalIgnoreCase).ToList() is { Count: > 0 } both
                ? new Marking(colour, both)
                : new Marking(Tlp.Red, []),
        };
    }
}
