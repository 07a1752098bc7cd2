namespace AllianceNotify.Reports;

/// <summary>The same words in English and in Japanese.</summary>
public sealed record LocalizedText(string En, string Ja)
{
    /// <summary>The words for a reader of <paramref name="language"/> (BCP 47): Japanese for <c>ja*</c>, else English.</summary>
    public string In(string language) => language.StartsWith("ja", StringComparison.OrdinalIgnoreCase) ? Ja : En;
}
