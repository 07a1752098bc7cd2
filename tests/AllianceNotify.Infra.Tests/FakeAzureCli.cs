using System.Diagnostics;

namespace AllianceNotify.Infra.Tests;

/// <summary>
/// A folder with an <c>az</c> that knows one tenant, keeps the permissions it is told to grant in a file, and writes down every
/// call. The permissions that the tenant's Graph offers have made-up ids.
/// </summary>
internal sealed class FakeAzureCli : IDisposable
{
    public const string ClientId = "11111111-1111-1111-1111-111111111111";
    public const string ObjectId = "22222222-2222-2222-2222-222222222222";
    public const string GraphObjectId = "33333333-3333-3333-3333-333333333333";
    public const string TeamsRole = "44444444-4444-4444-4444-444444444444";
    public const string MailRole = "55555555-5555-5555-5555-555555555555";

    private const string Script = """
        #!/usr/bin/env bash
        set -eu
        here="$(dirname "$0")"
        printf '%s\n' "$*" >>"$here/calls"
        case "$*" in
          "account show "*) [ ! -e "$here/signed-out" ] || exit 1; echo tenant-of-nobody ;;
          "cloud show "*) cat "$here/graph" ;;
          "ad sp show --id 11111111-"*) printf '%s\n' 22222222-2222-2222-2222-222222222222 id-anotify-test ;;
          "ad sp show --id 00000003-0000-0000-c000-000000000000 --query id "*) echo 33333333-3333-3333-3333-333333333333 ;;
          "ad sp show --id 00000003-0000-0000-c000-000000000000 "*"'TeamsActivity.Send'"*) echo 44444444-4444-4444-4444-444444444444 ;;
          "ad sp show --id 00000003-0000-0000-c000-000000000000 "*"'Mail.Send'"*) echo 55555555-5555-5555-5555-555555555555 ;;
          "rest --method get "*) while read -r role; do printf 'assignment-of-%s\t%s\n' "$role" "$role"; done <"$here/granted" ;;
          "rest --method post "*) [ ! -e "$here/refuses" ] || exit 1; sed -n 's/.*"appRoleId":"\([^"]*\)".*/\1/p' <<<"$*" >>"$here/granted" ;;
          "rest --method delete "*) call="$*" role="${call##*assignment-of-}"; role="${role%% *}"; sed -i "/$role/d" "$here/granted" ;;
          *) echo "ERROR: az does not know: $*" >&2; exit 1 ;;
        esac
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("az").FullName;

    public FakeAzureCli()
    {
        File.WriteAllText(At("az"), Script.ReplaceLineEndings("\n"));
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(At("az"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        File.WriteAllText(At("granted"), "");
        File.WriteAllText(At("graph"), "https://graph.microsoft.com/\n");
    }

    /// <summary>Ids of the permissions that the identity has.</summary>
    public string[] Granted
    {
        get => File.ReadAllLines(At("granted"));
        set => File.WriteAllLines(At("granted"), value);
    }

    /// <summary>Calls that change something.</summary>
    public IReadOnlyList<string> Changes =>
        [.. File.ReadAllLines(At("calls")).Where(call => call.StartsWith("rest ", StringComparison.Ordinal) && !call.StartsWith("rest --method get ", StringComparison.Ordinal))];

    public bool SignedOut { set => Switch("signed-out", value); }

    public bool RefusesToGrant { set => Switch("refuses", value); }

    public string Graph { set => File.WriteAllText(At("graph"), value + "\n"); }

    /// <summary>Runs a script of <c>infra/</c> with this <c>az</c> in front of any other, and types an answer.</summary>
    public async Task<CliAnswer> RunAsync(string script, string answer, params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(InfraFolder.Source, script), arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PATH"] = folder + Path.PathSeparator + Environment.GetEnvironmentVariable("PATH");
        using var process = Process.Start(start)!;
        try
        {
            await process.StandardInput.WriteAsync(answer);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without asking.
        }

        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return new CliAnswer(process.ExitCode, await output, await error);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private string At(string file) => Path.Combine(folder, file);

    private void Switch(string file, bool on)
    {
        if (on)
        {
            File.WriteAllText(At(file), "");
        }
        else
        {
            File.Delete(At(file));
        }
    }
}
