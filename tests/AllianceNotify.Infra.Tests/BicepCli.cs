using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;

namespace AllianceNotify.Infra.Tests;

/// <summary>The Bicep compiler out of its NuGet package. It needs no network and no sign-in for what is asked of it here.</summary>
internal static class BicepCli
{
    private static readonly string Executable = Metadata("BicepCli");

    /// <summary>Why the compiler cannot run on this machine; null where it can.</summary>
    public static string? Missing { get; } =
        !OperatingSystem.IsLinux() || RuntimeInformation.OSArchitecture != Architecture.X64 ? "The Bicep package that is referenced is for Linux on x64."
        : !File.Exists(Executable) ? $"{Executable} is missing; restore the solution."
        : null;

    public static string Metadata(string key) => typeof(BicepCli).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == key).Value!;

    public static async Task<CliAnswer> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(Executable, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return new CliAnswer(process.ExitCode, await output, await error);
    }
}

internal sealed record CliAnswer(int ExitCode, string Output, string Error);
