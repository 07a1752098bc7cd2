using AllianceNotify.Reports;

namespace AllianceNotify.Content;

/// <summary>A marking's releasability as readers see it.</summary>
public static class MarkingWords
{
    private const int MaxShown = 12;

    /// <summary>"Releasable to JPN, USA"; empty where the colour alone decides.</summary>
    public static string ReleasableIn(Marking marking, string language) =>
        GroupsIn(marking, language) is { Length: > 0 } groups ? $"{Words.Releasable.In(language)} {groups}" : "";

    private static string GroupsIn(Marking marking, string language)
    {
        var groups = marking.ReleasableTo
            .Where(entry => !entry.StartsWith("contact:", StringComparison.OrdinalIgnoreCase))
            .Select(entry => entry.StartsWith("agency:", StringComparison.OrdinalIgnoreCase) ? entry["agency:".Length..] : entry)
            .Select(entry => SafeText.Line(entry, 40))
            .ToList();
        // Whom else it names is not every reader's business.
        if (groups.Count < marking.ReleasableTo.Count)
        {
            groups.Add(Words.NamedPersons.In(language));
        }

        return Words.Listed([.. groups.Take(MaxShown)], groups.Count, language);
    }
}
