using AllianceNotify.Messaging;
using AllianceNotify.Reports;
using AllianceNotify.Storage;
using AllianceNotify.Triage;

namespace AllianceNotify.Situations;

/// <summary>
/// A duty officer's word on which reports are about one event: two situations made one, or reports taken out into a situation of their own.
/// Both can be ordered again after a crash in between, and then do what was left undone.
/// </summary>
public sealed class RegroupSituations(
    SituationTable situations, CorrelationTable correlation, ReportTable reports, IMessageQueue queue, TimeProvider time)
{
    /// <summary>Reports that are split off in one order.</summary>
    public const int MaxReports = 40;

    /// <summary>
    /// <paramref name="id"/> is the same event as <paramref name="into"/>, which goes on. Nobody hears an all-clear; who was told of the
    /// one hears of the other from now on. Those told of <paramref name="into"/> hear at once where the merger makes it more urgent
    /// or adds a category.
    /// </summary>
    public async Task<DirectionResult> MergeAsync(SituationId id, SituationId into, string reason, string actor, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await situations.GetAsync(id, cancellationToken).ConfigureAwait(false) is not { } from)
            {
                return new DirectionResult.UnknownSituation();
            }

            var target = await situations.CurrentIdAsync(into, cancellationToken).ConfigureAwait(false);
            if (await situations.GetAsync(target, cancellationToken).ConfigureAwait(false) is not { } goesOn)
            {
                return new DirectionResult.UnknownSituation();
            }

            if (from.Value.MergedInto is { } done && await situations.CurrentIdAsync(done, cancellationToken).ConfigureAwait(false) == target)
            {
                return new DirectionResult.Done(goesOn.Value, null);
            }

            if (Objection(from.Value, goesOn.Value) is { } objection)
            {
                return new DirectionResult.NotPossible(objection);
            }

            var now = time.GetUtcNow();
            if (await TakeInAsync(goesOn, from.Value, reason, actor, now, cancellationToken).ConfigureAwait(false) is not { } taken)
            {
                continue;
            }

            var closed = from.Value with
            {
                Status = SituationStatus.Closed,
                MergedInto = target,
                ClosedAt = now,
                ClosedReason = $"Merged into {target}: {reason}",
                NeedsReview = false,
                ReviewReason = null,
                UpdatedAt = now,
            };
            var line = new TimelineEntry { At = now, Kind = TimelineKind.Merged, Actor = actor, Situation = target, Detail = $"Goes on as {target}: {reason}" };
            var change = new SituationChange { Situation = closed, IfMatch = from.ETag, Timeline = [(line, About(target, from.ETag))] };
            if (await situations.WriteAsync(id, change, cancellationToken).ConfigureAwait(false) is WriteResult.Applied)
            {
                return new DirectionResult.Done(taken.Situation, taken.Alert);
            }
        }
    }

    /// <summary>
    /// These reports of the situation, or of one merged into it, are another event: they become a situation of their own, which is told as
    /// any new one; later reports under their names go there.
    /// </summary>
    public async Task<DirectionResult> SplitAsync(
        SituationId id, IReadOnlyList<ReportId> chosen, string reason, string actor, CancellationToken cancellationToken)
    {
        if (await situations.GetAsync(id, cancellationToken).ConfigureAwait(false) is not { } origin)
        {
            return new DirectionResult.UnknownSituation();
        }

        if (origin.Value.MergedInto is { } successor)
        {
            return new DirectionResult.NotPossible($"The situation was merged into {successor}: split that.");
        }

        if (origin.Value.Status == SituationStatus.Held)
        {
            return new DirectionResult.NotPossible("The situation is held: say first what it is.");
        }

        var partId = new SituationId(DeterministicId.Of("s-", ["split", id.Value, .. chosen.Select(report => report.Value).Order(StringComparer.Ordinal)]));
        var (leaving, staying) = await DividedAsync(origin.Value, chosen, partId, cancellationToken).ConfigureAwait(false);
        if (leaving.Count != chosen.Distinct().Count())
        {
            return new DirectionResult.NotPossible("Not all of these reports are the situation's.");
        }

        if (staying.Count == 0)
        {
            return new DirectionResult.NotPossible("At least one report must stay: this would only rename the situation.");
        }

        var now = time.GetUtcNow();
        var part = await OpenPartAsync(partId, origin.Value, leaving, reason, actor, now, cancellationToken).ConfigureAwait(false);

        // A name that those who stay go by as well keeps leading to them.
        var kept = staying.SelectMany(stored => CorrelationTable.NamesOf(stored.Report)).ToHashSet(StringComparer.Ordinal);
        await correlation.MoveAsync(leaving.SelectMany(stored => CorrelationTable.NamesOf(stored.Report)).Where(name => !kept.Contains(name)), partId, cancellationToken)
            .ConfigureAwait(false);
        foreach (var stored in leaving)
        {
            await reports.UpsertOutcomeAsync(
                stored.Report.Id,
                stored.Outcome! with { Situation = partId, Reason = $"{stored.Outcome!.Reason} Split off by a duty officer: {reason}" },
                cancellationToken).ConfigureAwait(false);
        }

        await LeaveAsync(id, partId, leaving, staying, reason, actor, now, cancellationToken).ConfigureAwait(false);
        return part;
    }

    private static string? Objection(Situation from, Situation into)
    {
        if (from.Id == into.Id)
        {
            return "A situation cannot be merged into itself.";
        }

        if (from.Mode != into.Mode)
        {
            return $"One is {from.Mode}, the other {into.Mode}: what is real and what is exercised never meet.";
        }

        if (from.Status != SituationStatus.Open || into.Status != SituationStatus.Open)
        {
            return from.Status == SituationStatus.Held || into.Status == SituationStatus.Held
                ? "One of them is held: say first what it is."
                : "One of them is closed.";
        }

        // Each being merged into the other at once would close both: the lesser id goes on.
        return from.Merged?.Contains(into.Id) == true && string.CompareOrdinal(into.Id.Value, from.Id.Value) > 0
            ? $"{into.Id} is being merged into {from.Id}."
            : null;
    }

    /// <summary>The situation that goes on takes in what the other has. First of the two writes: better told of twice than of neither.</summary>
    private async Task<(Situation Situation, Alert? Alert)?> TakeInAsync(
        Versioned<Situation> goesOn, Situation from, string reason, string actor, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var before = goesOn.Value;
        if (before.Merged?.Contains(from.Id) == true)
        {
            return (before, null);
        }

        var added = from.Categories.Where(score => before.Categories.All(known => known.Category != score.Category)).ToList();
        var after = before with
        {
            Merged = [.. (before.Merged ?? []).Append(from.Id).Concat(from.Merged ?? []).Distinct().Where(merged => merged != before.Id)],
            Urgency = from.Urgency > before.Urgency ? from.Urgency : before.Urgency,
            Categories = [.. before.Categories, .. added],
            Marking = before.Marking.Strictest(from.Marking),
            Hazards = HazardGrades.Highest(before.Hazards, from.Hazards),
            Voices = Voices(before, from),
            NeedsReview = before.NeedsReview && from.NeedsReview,
            UpdatedAt = now,
        };
        Alert? alert = null;
        if (before.Revision > 0 && !after.NeedsReview && (after.Urgency > before.Urgency || added.Count > 0 || before.NeedsReview))
        {
            (after, alert) = AlertGate.Make(
                after, DirectSituation.ContentOf(after, before.NeedsReview ? AlertKind.New : AlertKind.Update, after.Urgency, after.Texts, actor), now);
            await AlertMessages.SendAsync(queue, alert, round: 0, cancellationToken, notBefore: now.AddSeconds(30)).ConfigureAwait(false);
        }

        var lines = new List<(TimelineEntry, string)>
        {
            (new TimelineEntry { At = now, Kind = TimelineKind.Merged, Actor = actor, Situation = from.Id, Detail = $"Takes in {from.Id}: {reason}" }, About(from.Id, goesOn.ETag)),
        };
        if (alert is not null)
        {
            lines.Add((new TimelineEntry { At = now, Kind = TimelineKind.AlertMade, Actor = actor, Alert = alert.Id }, alert.Id.Value));
        }

        var change = new SituationChange { Situation = after, IfMatch = goesOn.ETag, Alert = alert, Timeline = lines };
        if (await situations.WriteAsync(before.Id, change, cancellationToken).ConfigureAwait(false) is not WriteResult.Applied)
        {
            return null;
        }

        if (alert is not null)
        {
            await AlertMessages.SendAsync(queue, alert, round: 0, cancellationToken).ConfigureAwait(false);
        }

        return (after, alert);
    }

    /// <summary>Of a line that is tried again on what the situation has become: a key of its own each time, at the same instant too.</summary>
    private static string About(SituationId other, ETag version) => DeterministicId.Of("", other.Value, version.Value);

    private static Dictionary<string, SourceVoice> Voices(Situation one, Situation other)
    {
        var voices = new Dictionary<string, SourceVoice>(StringComparer.Ordinal);
        foreach (var (source, voice) in new[] { one, other }.SelectMany(each => each.Voices ?? new Dictionary<string, SourceVoice> { [each.Source] = new(each.ObservedAt, "") }))
        {
            if (!voices.TryGetValue(source, out var known) || voice.ObservedAt > known.ObservedAt)
            {
                voices[source] = voice;
            }
        }

        return voices;
    }

    /// <summary>The reports that leave and those that stay, of the situation and of those merged into it, oldest first.</summary>
    private async Task<(List<StoredReport> Leaving, List<StoredReport> Staying)> DividedAsync(
        Situation origin, IReadOnlyList<ReportId> chosen, SituationId part, CancellationToken cancellationToken)
    {
        var (leaving, staying) = (new List<StoredReport>(), new List<StoredReport>());
        foreach (var group in (origin.Merged ?? []).Prepend(origin.Id))
        {
            await foreach (var applied in situations.ListAppliedAsync(group, cancellationToken).ConfigureAwait(false))
            {
                if (await reports.GetWithOutcomeAsync(applied.Value.Report, cancellationToken).ConfigureAwait(false) is { Outcome: not null } stored)
                {
                    (chosen.Contains(stored.Report.Id) ? leaving : staying).Add(stored);
                }
            }
        }

        // What an earlier split took out is not there any more; what this one took out before it was cut off is.
        staying.RemoveAll(stored => IsElsewhere(stored, null));
        leaving.RemoveAll(stored => IsElsewhere(stored, part));
        leaving.Sort((one, other) => one.Report.ObservedAt.CompareTo(other.Report.ObservedAt));
        staying.Sort((one, other) => one.Report.ObservedAt.CompareTo(other.Report.ObservedAt));
        return (leaving, staying);

        bool IsElsewhere(StoredReport stored, SituationId? besides) =>
            stored.Outcome!.Situation is { } at && at != origin.Id && at != besides && origin.Merged?.Contains(at) != true;
    }

    private async Task<DirectionResult> OpenPartAsync(
        SituationId partId, Situation origin, List<StoredReport> leaving, string reason, string actor, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (await situations.GetAsync(partId, cancellationToken).ConfigureAwait(false) is { } opened)
        {
            return new DirectionResult.Done(opened.Value, null);
        }

        // The newest that says what is; what it withdrew before is history.
        var lead = leaving.FindLast(stored => stored.Report.Action != ReportAction.Cancel) ?? leaving[^1];
        var report = lead.Report with { Marking = leaving.Select(stored => stored.Report.Marking).Aggregate((one, other) => one.Strictest(other)) };
        var decision = TriageDecision.Decide(partId, null, report, lead.Outcome!.Classification!, now);
        var part = (decision.Situation ?? TriageDecision.Untold(partId, report, lead.Outcome.Classification!, now)) with { SplitFrom = origin.Id };
        foreach (var stored in leaving.Where(stored => stored != lead && stored.Report.Action != ReportAction.Cancel))
        {
            part = part.WithVoice(stored.Report);
        }

        var alert = decision.Alert;
        await situations.ListNewAsync(part, cancellationToken).ConfigureAwait(false);
        if (alert is not null)
        {
            await AlertMessages.SendAsync(queue, alert, round: 0, cancellationToken, notBefore: now.AddSeconds(30)).ConfigureAwait(false);
        }

        var lines = new List<(TimelineEntry, string)>
        {
            (new TimelineEntry { At = now, Kind = TimelineKind.Split, Actor = actor, Situation = origin.Id, Detail = $"Split off {origin.Id}: {reason}" }, origin.Id.Value),
        };
        lines.AddRange(leaving.Select(stored => (
            new TimelineEntry { At = now, Kind = TimelineKind.ReportApplied, Report = stored.Report.Id, Detail = stored == lead ? decision.Reason : "Came with the split." },
            stored.Report.Id.Value)));
        if (alert is not null)
        {
            lines.Add((new TimelineEntry { At = now, Kind = TimelineKind.AlertMade, Actor = actor, Alert = alert.Id }, alert.Id.Value));
        }

        var change = new SituationChange
        {
            Situation = part,
            Alert = alert,
            Applied = new AppliedReport(lead.Report.Id, alert?.Id, decision.Reason, now),
            AlsoApplied = [.. leaving.Where(stored => stored != lead).Select(stored => new AppliedReport(stored.Report.Id, null, "Came with the split.", now))],
            Timeline = lines,
        };
        if (await situations.WriteAsync(partId, change, cancellationToken).ConfigureAwait(false) is not WriteResult.Applied)
        {
            return new DirectionResult.Done((await situations.GetAsync(partId, cancellationToken).ConfigureAwait(false))!.Value.Value, null);
        }

        if (alert is not null)
        {
            await AlertMessages.SendAsync(queue, alert, round: 0, cancellationToken).ConfigureAwait(false);
        }

        return new DirectionResult.Done(part, alert);
    }

    /// <summary>What stays shows the newest of the reports that stay; category and urgency are the duty officer's to change.</summary>
    private async Task LeaveAsync(
        SituationId id, SituationId partId, List<StoredReport> leaving, List<StoredReport> staying, string reason, string actor, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var shown = staying.FindLast(stored => stored.Report.Action != ReportAction.Cancel)?.Report ?? staying[^1].Report;
        var gone = leaving.Select(stored => stored.Report.Source).Except(staying.Select(stored => stored.Report.Source), StringComparer.Ordinal).ToHashSet(StringComparer.Ordinal);
        while (await situations.GetAsync(id, cancellationToken).ConfigureAwait(false) is { } current)
        {
            if (await situations.TimelineAsync(id, cancellationToken).AnyAsync(row => row.Value.Kind == TimelineKind.Split && row.Value.Situation == partId, cancellationToken).ConfigureAwait(false))
            {
                return;
            }

            var rest = current.Value with
            {
                UpdatedAt = now,
                Voices = current.Value.Voices?.Where(voice => !gone.Contains(voice.Key)).ToDictionary(StringComparer.Ordinal),
            };
            if (leaving.Exists(stored => stored.Report.Id == rest.LatestReport))
            {
                rest = rest with
                {
                    LatestReport = shown.Id,
                    ObservedAt = shown.ObservedAt,
                    Texts = [.. shown.Texts.Select(TriageDecision.Shorten)],
                    Location = shown.Location,
                    Facts = shown.Facts,
                    Source = gone.Contains(rest.Source) ? shown.Source : rest.Source,
                };
            }

            var line = new TimelineEntry
            {
                At = now,
                Kind = TimelineKind.Split,
                Actor = actor,
                Situation = partId,
                Detail = $"{leaving.Count} reports split off into {partId}: {reason}",
            };
            var change = new SituationChange { Situation = rest, IfMatch = current.ETag, Timeline = [(line, About(partId, current.ETag))] };
            if (await situations.WriteAsync(id, change, cancellationToken).ConfigureAwait(false) is WriteResult.Applied)
            {
                return;
            }
        }
    }
}
