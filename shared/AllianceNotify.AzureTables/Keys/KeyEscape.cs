using System.Text;

namespace AllianceNotify.AzureTables.Keys;

/// <summary>
/// Keys in a few ASCII characters that Table Storage takes, that no client, emulator or batch parser spoils, and that sort as the keys
/// do by ordinal UTF-16. The service forbids <c>/ \ # ?</c>; <c>% ' + ( ) ,</c> and spaces are known to come to grief; half surrogates do not travel
/// in UTF-8; and the SDK cannot read a batch's answer whose address, percent-encoded, is longer than 4096 characters.
/// </summary>
/// <remarks>
/// A run of neighbouring characters shares a lead, the lowest of them that may stand, and each is the lead and a digit. From
/// <c>~</c> on every UTF-16 unit is <c>~</c> and three digits of base 64 in an alphabet that sorts as it counts.
/// </remarks>
internal static class KeyEscape
{
    private const string Digits = "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
    private const char UnitLead = '~';
    private const int UnitDigits = 3;

    private static readonly Run[] Runs = [new(' ', ',', '!'), new('.', '/', '.'), new(';', '?', ';'), new('[', '^', '[')];

    // By character: the run it is in, or null where it stands for itself.
    private static readonly Run?[] RunOf = [.. Enumerable.Range(0, UnitLead).Select(c => Runs.FirstOrDefault(run => run.First <= c && c <= run.Last))];

    public static string Encode(string key)
    {
        if (IsPlain(key))
        {
            return key;
        }

        var text = new StringBuilder(key.Length + 16);
        foreach (var c in key)
        {
            if (c >= UnitLead)
            {
                text.Append(UnitLead).Append(Digits[c >> 12]).Append(Digits[(c >> 6) & 63]).Append(Digits[c & 63]);
            }
            else if (RunOf[c] is { } run)
            {
                text.Append(run.Lead).Append(Digits[c - run.First]);
            }
            else
            {
                text.Append(c);
            }
        }

        return text.ToString();
    }

    /// <exception cref="InvalidDataException">The text is not one that <see cref="Encode"/> makes.</exception>
    public static string Decode(string text)
    {
        if (IsPlain(text))
        {
            return text;
        }

        var key = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length;)
        {
            var c = text[i++];
            if (c == UnitLead)
            {
                var unit = 0;
                for (var digit = 0; digit < UnitDigits; digit++)
                {
                    unit = (unit << 6) | DigitAt(text, i++);
                }

                key.Append((char)unit);
            }
            else if (c < UnitLead && RunOf[c] is { } run)
            {
                key.Append((char)(run.First + DigitAt(text, i++)));
            }
            else
            {
                key.Append(c);
            }
        }

        return key.ToString();
    }

    private static int DigitAt(string text, int at) => at < text.Length && Digits.IndexOf(text[at], StringComparison.Ordinal) is >= 0 and var digit
        ? digit
        : throw new InvalidDataException("A stored key ends in the middle of an escape.");

    private static bool IsPlain(string text)
    {
        foreach (var c in text)
        {
            if (c >= UnitLead || RunOf[c] is not null)
            {
                return false;
            }
        }

        return true;
    }

    private sealed record Run(char First, char Last, char Lead);
}
