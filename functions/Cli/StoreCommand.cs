namespace AllianceNotify.Functions.Cli;

/// <summary>Verbs that work on the store directly, beside a hub that may be serving from it or without one.</summary>
internal static class StoreCommand
{
    public static async Task<int> RunAsync(string? data, Func<IServiceProvider, Task<int>> work)
    {
        await using var app = HubApplication.Build(new HubArguments(Data: data) { Serves = false });
        return await work(app.Services);
    }
}
