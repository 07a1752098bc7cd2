using System.Globalization;
using System.Text.Json.Serialization;
using AllianceNotify.Classification;
using AllianceNotify.Reports;

namespace AllianceNotify.Situations;

[JsonConverter(typeof(KebabEnumConverter<SituationStatus>))]
public enum SituationStatus
{
    Open,

    /// <summary>Its mode is in doubt: shown, pages nobody, waits for a person.</summary>
    Held,

    Closed,
}

/// <summary>One event in the world (or in one exercise) that reports, alerts and answers belong to.</summary>
public sealed record Situation
{
    /// <summary>Sources whose last word is kept; more than that never report one event.</summary>
    private const int MaxVoices = 100;

    public required SituationId Id { get; init; }

    /// <summary>Fixed when the situation is opened.</summary>
    public required ReportMode Mode { get; init; }

    public required SituationStatus Status { get; init; }

    public required CategoryId Category { get; init; }

    public IReadOnlyList<CategoryScore> Categories { get; init; } = [];

    public required Urgency Urgency { get; init; }

    public required Marking Marking { get; init; }

    /// <summary>Title in each language known; the first is the source's own.</summary>
    public required IReadOnlyList<ReportText> Texts { get; init; }

    /// <summary>The titles it was opened under (bodies empty): subjects keep them, so that mail clients thread.</summary>
    public IReadOnlyList<ReportText> ThreadTitles { get; init; } = [];

    public ReportLocation? Location { get; init; }

    public required DateTimeOffset OpenedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>When the newest report applied was observed; older ones do not overwrite what is shown.</summary>
    public required DateTimeOffset ObservedAt { get; init; }

    public required ReportId FirstReport { get; init; }

    public required ReportId LatestReport { get; init; }

    /// <summary>What the newest applied report stated, to tell news from repetition.</summary>
    public IReadOnlyDictionary<string, FactValue> Facts { get; init; } = SituationReport.EmptyFacts;

    public required string Source { get; init; }

    /// <summary>Revision of the latest alert; 0 where none was made.</summary>
    public int Revision { get; init; }

    public bool NeedsReview { get; init; }

    public string? ReviewReason { get; init; }

    /// <summary>Why it is in doubt whether this is real or played, while no person has said; pages then claim neither.</summary>
    public string? ModeDoubt { get; init; }

    [JsonIgnore]
    public Content.ShownMode ShownMode => Content.ShownModes.Of(Mode, ModeDoubt is not null);

    public DateTimeOffset? ClosedAt { get; init; }

    public string? ClosedReason { get; init; }

    /// <summary>What each source said last; null in records from before this was kept, where only <see cref="Source"/> is known.</summary>
    public IReadOnlyDictionary<string, SourceVoice>? Voices { get; init; }

    /// <summary>The gravest grade stated so far of each graded hazard (<see cref="HazardGrades"/>).</summary>
    public IReadOnlyDictionary<string, int>? Hazards { get; init; }

    /// <summary>The situation that goes on in its place; set where a duty officer merged it.</summary>
    public SituationId? MergedInto { get; init; }

    /// <summary>Situations that were merged into this one, and into them: who was told of those hears of this.</summary>
    public IReadOnlyList<SituationId>? Merged { get; init; }

    /// <summary>The situation that a duty officer split this one off.</summary>
    public SituationId? SplitFrom { get; init; }

    /// <summary>What the source said last; null where it has said nothing of this.</summary>
    internal SourceVoice? VoiceOf(string source) =>
        Voices is null ? source == Source ? new SourceVoice(ObservedAt, "") : null : Voices.GetValueOrDefault(source);

    /// <summary>With what the report's source says now; a report older than what it said before does not take that back.</summary>
    internal Situation WithVoice(SituationReport report, bool withdrawn = false)
    {
        var voices = Voices is null
            ? new Dictionary<string, SourceVoice>(StringComparer.Ordinal)
            : new Dictionary<string, SourceVoice>(Voices, StringComparer.Ordinal);
        if (Voices is null && LatestReport != report.Id)
        {
            voices[Source] = new SourceVoice(ObservedAt, "");
        }

        var before = voices.GetValueOrDefault(report.Source);
        if (before is not null || voices.Count < MaxVoices)
        {
            var observed = report.ObservedAt > before?.ObservedAt ? report.ObservedAt : before?.ObservedAt ?? report.ObservedAt;
            voices[report.Source] = new SourceVoice(observed, SourceVoice.DigestOf(report), withdrawn);
        }

        return this with { Voices = voices };
    }
}

/// <summary>What one source said last of a situation.</summary>
/// <param name="ObservedAt">When that was observed or issued.</param>
/// <param name="Digest">Of its texts, facts and place, to tell news from repetition.</param>
/// <param name="Withdrawn">It has cancelled what it reported.</param>
public sealed record SourceVoice(DateTimeOffset ObservedAt, string Digest, bool Withdrawn = false)
{
    internal static string DigestOf(SituationReport report) => DeterministicId.Of(
        "",
        [
            .. report.Texts.SelectMany(text => new[] { text.Language, text.Title, text.Body }),
            .. report.Facts.OrderBy(fact => fact.Key, StringComparer.Ordinal).SelectMany(fact => new[] { fact.Key, fact.Value.ToString() }),
            report.Location?.Name ?? "",
            string.Create(CultureInfo.InvariantCulture, $"{report.Location?.Latitude},{report.Location?.Longitude}"),
        ]);
}

[JsonConverter(typeof(KebabEnumConverter<AlertKind>))]
public enum AlertKind
{
    /// <summary>First word of a situation.</summary>
    New,

    /// <summary>What is known has changed.</summary>
    Update,

    /// <summary>It is over or was wrong; goes to everybody who was told.</summary>
    AllClear,

    /// <summary>To the duty desk: a person must decide what this is.</summary>
    Review,
}

/// <summary>
/// What is to be told, fixed when it is made. Everything a reader sees comes from here, so that every delivery of one
/// alert says the same. <b>The mode is copied from the situation and nothing later can change it.</b>
/// </summary>
public sealed record Alert
{
    public required AlertId Id { get; init; }

    public required SituationId Situation { get; init; }

    /// <summary>1 for the first alert of a situation.</summary>
    public required int Revision { get; init; }

    public required AlertKind Kind { get; init; }

    public required ReportMode Mode { get; init; }

    public required CategoryId Category { get; init; }

    public IReadOnlyList<CategoryScore> Categories { get; init; } = [];

    public required double Confidence { get; init; }

    public required Urgency Urgency { get; init; }

    public required Marking Marking { get; init; }

    public required IReadOnlyList<ReportText> Texts { get; init; }

    /// <summary>
    /// Titles that the situation was first told under, in each language known (bodies empty): subjects keep them, so that
    /// mail clients thread. Empty: <see cref="Texts"/> are the first.
    /// </summary>
    public IReadOnlyList<ReportText> ThreadTitles { get; init; } = [];

    public ReportLocation? Location { get; init; }

    public IReadOnlyDictionary<string, FactValue> Facts { get; init; } = SituationReport.EmptyFacts;

    public required DateTimeOffset ObservedAt { get; init; }

    public required DateTimeOffset MadeAt { get; init; }

    public required string Source { get; init; }

    public ReportId? Report { get; init; }

    /// <summary>Why it was in doubt, when the alert was made, whether this is real or played; whoever shows the alert then claims neither.</summary>
    public string? ModeDoubt { get; init; }

    [JsonIgnore]
    public Content.ShownMode ShownMode => Content.ShownModes.Of(Mode, ModeDoubt is not null);

    /// <summary>Why a person is asked to look, for <see cref="AlertKind.Review"/>.</summary>
    public string? ReviewReason { get; init; }

    /// <summary>Somebody must answer it: the escalation policy applies. False for all-clears and news that raises nothing.</summary>
    public required bool ExpectsAnswer { get; init; }

    /// <summary>Set where a duty officer made the alert: their name.</summary>
    public string? MadeBy { get; init; }

    /// <summary>Lists to tell in place of the subscriptions; null for the ordinary audience.</summary>
    public IReadOnlyList<Contacts.ListId>? Lists { get; init; }

    public static AlertId IdOf(SituationId situation, int revision) =>
        new(string.Create(CultureInfo.InvariantCulture, $"a-{situation.Value[2..]}-{revision}"));

    /// <summary>The situation and revision that an id names; false where it is not an alert's id.</summary>
    public static bool TryParseId(AlertId id, out SituationId situation, out int revision)
    {
        var dash = id.Value.LastIndexOf('-');
        if (dash > 2
            && id.Value.StartsWith("a-", StringComparison.Ordinal)
            && int.TryParse(id.Value.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out revision)
            && revision > 0)
        {
            situation = new SituationId(string.Concat("s-", id.Value.AsSpan(2, dash - 2)));
            return true;
        }

        (situation, revision) = (default, 0);
        return false;
    }
}
