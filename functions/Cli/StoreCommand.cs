namespace AllianceNotify.Functions.Cli;

/// <summary>Verbs that work on the store directly, beside a hub that may be serving from it or without one.</summary>
internal static class StoreCommand
{
    /// <summary>Works on the store that is there; exit code 1, and nothing made, where there is none.</summary>
    public static Task<int> RunAsync(string? data, Func<IServiceProvider, Task<int>> work) =>
        RunAsync(new HubArguments(Data: data) { Serves = false, ExpectsStore = true }, work);

    /// <summary>Works on the store and the queues that are there.</summary>
    public static Task<int> RunOnQueuesAsync(string? data, Func<IServiceProvider, Task<int>> work) =>
        RunAsync(new HubArguments(Data: data) { Serves = false, ExpectsStore = true, ExpectsQueue = true }, work);

    /// <summary>Works on the store, which is made where there is none: what is set up before the first start.</summary>
    public static Task<int> RunOrMakeAsync(string? data, Func<IServiceProvider, Task<int>> work) =>
        RunAsync(new HubArguments(Data: data) { Serves = false }, work);

    /// <summary>Works with the settings alone, of the data folder too where it is named; no store need be there.</summary>
    public static Task<int> RunWithSettingsAsync(string? data, Func<IServiceProvider, Task<int>> work) => data is null || Directory.Exists(data)
        ? RunOrMakeAsync(data, work)
        : throw new CallFailed($"There is no folder '{data}'.", exitCode: 1);

    private static async Task<int> RunAsync(HubArguments arguments, Func<IServiceProvider, Task<int>> work)
    {
        await using var app = HubApplication.Build(arguments);
        return await work(app.Services);
    }
}
