namespace AllianceNotify.Classification.Text;

/// <summary>
/// Writes out the regular forms of an English lexicon word: <c>launch/v</c> is launch, launches, launched, launching;
/// <c>missile/n</c> is missile, missiles. Irregular forms stand in the lexicon themselves.
/// </summary>
internal static class Inflection
{
    /// <summary>All forms of a phrase of marked and unmarked words.</summary>
    public static IEnumerable<string[]> FormsOf(string phrase)
    {
        IEnumerable<string[]> forms = [[]];
        foreach (var word in phrase.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var endings = WordForms(word);
            forms = forms.SelectMany(_ => endings, (head, ending) => (string[])[.. head, .. ending.Split('-')]);
        }

        return forms;
    }

    private static string[] WordForms(string word) => word switch
    {
        [.. var noun, '/', 'n'] => [noun, Plural(noun)],
        [.. var verb, '/', 'v'] => [verb, Plural(verb), Past(verb), Gerund(verb)],
        _ => [word],
    };

    private static string Plural(string word) => word switch
    {
        _ when EndsInSibilant(word) => word + "es",
        [.., var before, 'y'] when !IsVowel(before) => word[..^1] + "ies",
        _ => word + "s",
    };

    private static string Past(string verb) => verb switch
    {
        [.., 'e'] => verb + "d",
        [.., var before, 'y'] when !IsVowel(before) => verb[..^1] + "ied",
        _ when Doubles(verb) => verb + verb[^1] + "ed",
        _ => verb + "ed",
    };

    private static string Gerund(string verb) => verb switch
    {
        [.., 'e', 'e'] => verb + "ing",
        [.. var stem, 'e'] => stem + "ing",
        _ when Doubles(verb) => verb + verb[^1] + "ing",
        _ => verb + "ing",
    };

    private static bool EndsInSibilant(string word) =>
        word.EndsWith('s') || word.EndsWith('x') || word.EndsWith('z')
        || word.EndsWith("ch", StringComparison.Ordinal) || word.EndsWith("sh", StringComparison.Ordinal);

    /// <summary>One short syllable (<c>hit</c>, <c>scan</c>): the last consonant doubles.</summary>
    private static bool Doubles(string verb) =>
        verb is [.., var before, var vowel, var last] && !IsVowel(last) && last is not ('w' or 'x' or 'y') && IsVowel(vowel) && !IsVowel(before)
        && verb.Count(IsVowel) == 1;

    private static bool IsVowel(char c) => c is 'a' or 'e' or 'i' or 'o' or 'u';
}
