using System.Text.Json.Serialization;
using System.Xml;

namespace AllianceNotify.Contacts.Forms;

/// <summary>An <see cref="EscalationPolicy"/> in writing. Durations are ISO 8601: <c>PT5M</c>.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record PolicyForm
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(7);

    public string? Id { get; init; }

    public LocalizedForm? Name { get; init; }

    /// <summary>1 to 20, none earlier than the one before it.</summary>
    public IReadOnlyList<StepForm?>? Steps { get; init; }

    /// <summary><c>stop</c> or <c>narrow-to-other-agencies</c>.</summary>
    public string? OnAnswer { get; init; }

    /// <summary>10 seconds to 7 days; missing: not repeated.</summary>
    public string? RepeatEvery { get; init; }

    public static PolicyForm Of(EscalationPolicy policy) => new()
    {
        Id = policy.Id.Value,
        Name = new LocalizedForm(policy.Name.En, policy.Name.Ja),
        Steps =
        [
            .. policy.Steps.Select(step => new StepForm(
                XmlConvert.ToString(step.After), FormErrors.NameOf(step.Target), step.List?.Value, step.Rota?.Value)),
        ],
        OnAnswer = FormErrors.NameOf(policy.OnAnswer),
        RepeatEvery = policy.RepeatEvery is { } every ? XmlConvert.ToString(every) : null,
    };

    /// <summary>The policy, or every error of the form.</summary>
    public FormResult<EscalationPolicy> Check()
    {
        var errors = new FormErrors();
        var id = errors.Id("id", Id);
        var name = errors.Localized("name", Name);
        var steps = errors.Each("steps", Steps, 20, (path, form) => CheckStep(errors, path, form));
        var repeatEvery = errors.OptionalDuration("repeatEvery", RepeatEvery, TimeSpan.FromSeconds(10), Longest);
        for (var i = 1; i < steps.Count && steps.Count == Steps?.Count; i++)
        {
            if (steps[i].After > TimeSpan.Zero && steps[i].After < steps[i - 1].After)
            {
                errors.Add($"steps[{i}].after", "Earlier than the step before it.");
            }
        }

        if (Steps is null or { Count: 0 })
        {
            errors.Add("steps", "Required: at least one, or nobody is ever asked again.");
        }

        var onAnswer = errors.OneOf<OnAnswer>("onAnswer", OnAnswer);
        return FormResult<EscalationPolicy>.Of(errors, () => new EscalationPolicy
        {
            Id = new PolicyId(id),
            Name = name,
            Steps = steps,
            OnAnswer = onAnswer,
            RepeatEvery = repeatEvery,
        });
    }

    private static EscalationStep CheckStep(FormErrors errors, string path, StepForm form)
    {
        if (form.After is null)
        {
            errors.Add($"{path}.after", "Required.");
        }

        var after = errors.OptionalDuration($"{path}.after", form.After, TimeSpan.FromSeconds(1), Longest) ?? default;
        var target = errors.OneOf<EscalationTarget>($"{path}.target", form.Target);
        var known = FormErrors.IsOneOf<EscalationTarget>(form.Target);
        var list = NamedFor(errors, $"{path}.list", form.List, known, target == EscalationTarget.List);
        var rota = NamedFor(errors, $"{path}.rota", form.Rota, known, target == EscalationTarget.OnCall);
        return new EscalationStep
        {
            After = after,
            Target = target,
            List = list is null ? null : new ListId(list),
            Rota = rota is null ? null : new RotaId(rota),
        };
    }

    private static string? NamedFor(FormErrors errors, string path, string? value, bool targetKnown, bool belongs)
    {
        if (targetKnown && belongs)
        {
            return errors.Id(path, value);
        }

        if (targetKnown && value is not null)
        {
            errors.Add(path, "Does not belong to this target.");
        }

        return null;
    }
}

/// <param name="After">After the alert was made: 1 second to 7 days.</param>
/// <param name="Target"><c>again</c>, <c>on-call</c>, <c>list</c> or <c>whole-list</c>.</param>
/// <param name="List">For <c>list</c>.</param>
/// <param name="Rota">For <c>on-call</c>.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record StepForm(string? After, string? Target, string? List = null, string? Rota = null);
