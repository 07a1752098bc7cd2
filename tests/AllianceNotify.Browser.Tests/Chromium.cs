using Microsoft.Playwright;
using Xunit;

namespace AllianceNotify.Browser.Tests;

/// <summary>The distribution's Chromium, driven by Playwright. Missing: skipped with the reason, or failed where CI=true.</summary>
internal static class Chromium
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome"];

    public static string? Path { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(System.IO.Path.PathSeparator)
        .SelectMany(_ => Names, System.IO.Path.Combine)
        .FirstOrDefault(File.Exists);

    public static void Require()
    {
        const string Missing = "Chromium is not installed: tests/AllianceNotify.Browser.Tests/fetch installs it.";
        if (Path is null && Environment.GetEnvironmentVariable("CI") == "true")
        {
            Assert.Fail(Missing);
        }

        Skip.If(Path is null, Missing);
    }

    public static Task<IBrowser> LaunchAsync(IPlaywright playwright) =>
        playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = Path, Headless = true });
}
