using System.Reflection;
using Xunit;
using Xunit.Sdk;

namespace AllianceNotify.Contracts;

/// <summary>
/// Runs the facts of a contract suite without the test runner, so that a test can show that the suite fails where it must.
/// </summary>
public static class ContractRun
{
    /// <summary>The facts that fail, each with its message; at most <paramref name="enough"/> of them.</summary>
    /// <param name="suite">Makes the suite, anew for each fact, as the test runner does.</param>
    /// <param name="enough">Stop after so many failures.</param>
    public static async Task<IReadOnlyList<string>> FailuresAsync(Func<IAsyncLifetime> suite, int enough = int.MaxValue)
    {
        var failures = new List<string>();
        foreach (var (fact, arguments) in FactsOf(suite().GetType()))
        {
            if (await FailureAsync(suite(), fact, arguments) is { } failure)
            {
                failures.Add($"{fact.Name}({string.Join(", ", arguments)}): {failure.Message}");
                if (failures.Count >= enough)
                {
                    break;
                }
            }
        }

        return failures;
    }

    private static IEnumerable<(MethodInfo Fact, object?[] Arguments)> FactsOf(Type suite) =>
        from method in suite.GetMethods()
        where method.GetCustomAttribute<FactAttribute>() is not null
        from arguments in method.GetCustomAttribute<TheoryAttribute>() is null
            ? [[]]
            : method.GetCustomAttributes<DataAttribute>().SelectMany(data => data.GetData(method))
        select (method, arguments);

    private static async Task<Exception?> FailureAsync(IAsyncLifetime suite, MethodInfo fact, object?[] arguments)
    {
        try
        {
            await suite.InitializeAsync();
            await (Task)fact.Invoke(suite, arguments)!;
            return null;
        }
        catch (Exception error)
        {
            return error is TargetInvocationException { InnerException: { } inner } ? inner : error;
        }
        finally
        {
            await suite.DisposeAsync();
            (suite as IDisposable)?.Dispose();
        }
    }
}
