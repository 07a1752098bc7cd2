using System.Buffers;

namespace AllianceNotify.Classification.Text;

/// <summary>
/// A text folded for matching (<see cref="TextFolding"/>) with the way back: every position of the folded text knows where it
/// came from in the original, in UTF-16 units. Behind the characters stand a NUL and room for <see cref="Room"/> more. Buffers are rented; <see cref="Return"/> gives them back.
/// </summary>
internal ref struct FoldedText
{
    /// <summary>So many characters behind the text may be read; what they are is not said.</summary>
    public const int Room = LexiconIndex.LongestKey;

    /// <summary>Room for all but long texts.</summary>
    public const int Common = 2048;

    private readonly char[]? lent;
    private char[] characters;
    private int[]? origins;
    private readonly int originalLength;

    private FoldedText(int originalLength, char[]? lent)
    {
        this.originalLength = originalLength;
        this.lent = lent;
        characters = lent is not null && originalLength + 16 + Room <= lent.Length ? lent : ArrayPool<char>.Shared.Rent(originalLength + 16 + Room);
    }

    public int Length { get; private set; }

    /// <summary>Of plain characters (U+0000 to U+007F) alone.</summary>
    public bool IsPlain { get; private set; }

    public readonly ReadOnlySpan<char> Characters => characters.AsSpan(0, Length);

    /// <summary>Folds into <paramref name="lent"/> where that is given and has room.</summary>
    public static FoldedText Of(ReadOnlySpan<char> text, char[]? lent = null)
    {
        var folded = new FoldedText(text.Length, lent);
        folded.Fill(text);
        folded.characters[folded.Length] = '\0';
        return folded;
    }

    /// <summary>Where in the original the folded position begins; the original's length for the end.</summary>
    public readonly int OriginOf(int position) =>
        position >= Length ? originalLength : origins is null ? position : origins[position];

    public readonly void Return()
    {
        GiveBack();
        if (origins is not null)
        {
            ArrayPool<int>.Shared.Return(origins);
        }
    }

    private readonly void GiveBack()
    {
        if (characters != lent)
        {
            ArrayPool<char>.Shared.Return(characters);
        }
    }

    private void Fill(ReadOnlySpan<char> text)
    {
        var plain = TextFolding.FoldPlain(text, characters);
        Length = plain;
        IsPlain = plain == text.Length;
        for (var at = plain; at < text.Length; at++)
        {
            if (TextFolding.IsItself(text[at]))
            {
                Append(text[at], at);
                continue;
            }

            var c = TextFolding.Simple(text[at]);
            if (c == TextFolding.Expanding)
            {
                foreach (var part in TextFolding.ExpansionOf(text[at]))
                {
                    Append(part, at);
                }

                continue;
            }

            if (c is '゛' or '゜' or '\u3099' or '\u309A' && Length > 0 && TextFolding.Compose(characters[Length - 1], c) is not '\0' and var composed)
            {
                Diverge();
                characters[Length - 1] = composed;
                continue;
            }

            if (c is '\u200B' or '\u200C' or '\u200D' or '\u2060' or '\u00AD' or '\uFEFF')
            {
                Diverge();
                continue;
            }

            Append(c, at);
        }
    }

    private void Append(char c, int origin)
    {
        if (Length == characters.Length - Room - 1)
        {
            Grow();
        }

        if (origins is null && origin != Length)
        {
            Diverge();
        }

        characters[Length] = c;
        if (origins is not null)
        {
            origins[Length] = origin;
        }

        Length++;
    }

    /// <summary>From here on positions and origins differ.</summary>
    private void Diverge()
    {
        if (origins is not null)
            return;
        origins = ArrayPool<int>.Shared.Rent(characters.Length);
        for (var at = 0; at < Length; at++)
        {
            origins[at] = at;
        }
    }

    private void Grow()
    {
        var larger = ArrayPool<char>.Shared.Rent(characters.Length * 2);
        characters.AsSpan(0, Length).CopyTo(larger);
        GiveBack();
        characters = larger;
        if (origins is not null)
        {
            var largerOrigins = ArrayPool<int>.Shared.Rent(larger.Length);
            origins.AsSpan(0, Length).CopyTo(largerOrigins);
            ArrayPool<int>.Shared.Return(origins);
            origins = largerOrigins;
        }
    }
}
