using AllianceNotify.Contacts;
using AllianceNotify.Contacts.Forms;
using AllianceNotify.Intake;

namespace AllianceNotify.Functions.Endpoints;

/// <summary>What happens when nobody answers. A policy stored under <c>default</c> takes the place of the built-in one.</summary>
internal static class PolicyEndpoints
{
    private static readonly DirectoryResource<PolicyId, EscalationPolicy, PolicyForm> Policies = new()
    {
        Path = "/api/policies",
        Noun = "policy",
        Table = tables => tables.Policies,
        Check = form => form.Check(),
        FormOf = PolicyForm.Of,
        IdOf = form => form.Id,
        WithId = (form, id) => form with { Id = id },
        Missing = MissingAsync,
        InUse = IsNamedAsync,
    };

    public static void MapPolicies(this WebApplication app) => Policies.Map(app);

    private static async Task<IReadOnlyList<FieldError>> MissingAsync(DirectoryTables tables, EscalationPolicy policy, CancellationToken cancellationToken)
    {
        var errors = new List<FieldError>();
        foreach (var (index, step) in policy.Steps.Index())
        {
            if (step.List is { } list && await tables.Lists.GetAsync(list, cancellationToken) is null)
            {
                errors.Add(new FieldError($"steps[{index}].list", "There is no list of this id."));
            }

            if (step.Rota is { } rota && await tables.Rotas.GetAsync(rota, cancellationToken) is null)
            {
                errors.Add(new FieldError($"steps[{index}].rota", "There is no rota of this id."));
            }
        }

        return errors;
    }

    private static async Task<string?> IsNamedAsync(DirectoryTables tables, PolicyId policy, CancellationToken cancellationToken)
    {
        if (policy == EscalationPolicy.Default.Id)
        {
            // Gone, the built-in one is in force again: nothing is left without a policy.
            return null;
        }

        await foreach (var (subscription, _, _) in tables.Subscriptions.AllAsync(cancellationToken))
        {
            if (subscription.Policy == policy)
            {
                return $"Subscription {subscription.Id} names this policy: change the subscription first.";
            }
        }

        return null;
    }
}
