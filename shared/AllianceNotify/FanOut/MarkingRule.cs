using AllianceNotify.Contacts;
using AllianceNotify.Reports;

namespace AllianceNotify.FanOut;

/// <summary>
/// Who may read a text. FIRST Traffic Light Protocol 2.0 says how far a colour travels; the releasability says to whom
/// within that. Whatever is not clearly allowed is withheld.
/// </summary>
/// <remarks>
/// No contact reads above its <see cref="Contact.MaxTlp"/>. Then, by colour: CLEAR and GREEN, everybody where the
/// releasability is empty, else whose nation, agency or self it names. AMBER, whose nation, agency or self it names.
/// AMBER+STRICT, whose agency or self it names. RED, whom it names in person.
/// Above GREEN an empty releasability names nobody.
/// </remarks>
public static class MarkingRule
{
    /// <summary>
    /// Null: may read. Else why not, as a sentence for administrators: it speaks of the colour and of the contact, never of
    /// the text or of who else may read it.
    /// </summary>
    public static string? Withholds(Contact contact, Marking marking)
    {
        if (!Enum.IsDefined(marking.Tlp))
        {
            return "The text's colour is not one of TLP 2.0.";
        }

        if (marking.Tlp != Tlp.Clear && contact.MaxTlp < marking.Tlp)
        {
            return $"The text is {marking.Label} and this contact may read up to {Marking.LabelOf(contact.MaxTlp)}.";
        }

        if (marking.Tlp <= Tlp.Green && marking.ReleasableTo.Count == 0)
        {
            return null;
        }

        var named = marking.ReleasableTo.Any(entry => Names(entry, contact, marking.Tlp));
        return (named, marking.Tlp) switch
        {
            (true, _) => null,
            (_, Tlp.Red) => $"The text is {marking.Label} and is not released to this contact in person.",
            (_, Tlp.AmberStrict) => $"The text is {marking.Label} and is not released to this contact's agency or to this contact in person.",
            _ => $"The text is {marking.Label} and is not released to this contact's nation or agency.",
        };
    }

    private static bool Names(string entry, Contact contact, Tlp colour)
    {
        const string Agency = "agency:";
        const string Person = "contact:";
        if (entry.StartsWith(Person, StringComparison.OrdinalIgnoreCase))
        {
            return IsSame(entry.AsSpan(Person.Length), contact.Id.Value, StringComparison.Ordinal);
        }

        if (entry.StartsWith(Agency, StringComparison.OrdinalIgnoreCase))
        {
            return colour < Tlp.Red && IsSame(entry.AsSpan(Agency.Length), contact.Agency, StringComparison.OrdinalIgnoreCase);
        }

        return colour < Tlp.AmberStrict && IsSame(entry, contact.Nation, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>An entry that names nobody is not the name of a reader without nation or agency.</summary>
    private static bool IsSame(ReadOnlySpan<char> named, string own, StringComparison comparison) => own.Length > 0 && named.Equals(own, comparison);
}
