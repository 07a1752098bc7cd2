namespace AllianceNotify.Classification.Learned;

/// <summary>
/// The part that the forms of an English word share: seizes, seized and seizing are <c>seiz</c>. Endings are only cut off, so that the
/// stem is always the beginning of the word; irregular forms keep stems of their own.
/// </summary>
internal static class Stem
{
    private const int Shortest = 3;

    public static ReadOnlySpan<char> Of(ReadOnlySpan<char> word)
    {
        var stem = word switch
        {
            [.., 'i', 'e', 's' or 'd'] when word.Length > Shortest + 2 => word[..^3],
            [.., 'i', 'n', 'g'] when word.Length > Shortest + 2 => Single(word[..^3]),
            [.., 'e', 'd'] when word.Length > Shortest + 1 => Single(word[..^2]),
            [.., 'e', 's'] when word.Length > Shortest + 1 => word[..^2],
            [.., not ('s' or 'u' or 'i'), 's'] when word.Length > Shortest => word[..^1],
            _ => word,
        };
        return stem is [.., 'e' or 'y'] && stem.Length > Shortest ? stem[..^1] : stem;
    }

    /// <summary>stopp is stop.</summary>
    private static ReadOnlySpan<char> Single(ReadOnlySpan<char> stem) => stem is [.., var before, var last] && before == last && stem.Length > Shortest && last is not ('s' or 'l') ? stem[..^1] : stem;
}
