using Xunit;

namespace AllianceNotify.Infra.Tests;

public sealed class GrantPermissionsTests : IDisposable
{
    private const string Script = "grant-graph-permissions";

    private readonly FakeAzureCli az = new();

    public GrantPermissionsTests() => Skip.If(OperatingSystem.IsWindows(), "The script is for bash.");

    public void Dispose() => az.Dispose();

    [SkippableFact]
    public async Task It_says_what_it_will_do_and_does_it_when_told_to()
    {
        var answer = await az.RunAsync(Script, "yes\n", "--client-id", FakeAzureCli.ClientId);

        Assert.Equal(0, answer.ExitCode);
        Assert.Contains($"GRANT     TeamsActivity.Send ({FakeAzureCli.TeamsRole})", answer.Output, StringComparison.Ordinal);
        Assert.Contains(FakeAzureCli.ObjectId, answer.Output, StringComparison.Ordinal);
        Assert.Equal([FakeAzureCli.TeamsRole], az.Granted);
        var change = Assert.Single(az.Changes);
        Assert.Contains($"https://graph.microsoft.com/v1.0/servicePrincipals/{FakeAzureCli.GraphObjectId}/appRoleAssignedTo", change, StringComparison.Ordinal);
        Assert.Contains(
            $$"""{"principalId":"{{FakeAzureCli.ObjectId}}","resourceId":"{{FakeAzureCli.GraphObjectId}}","appRoleId":"{{FakeAzureCli.TeamsRole}}"}""",
            change, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData("no\n")]
    [InlineData("y\n")]
    [InlineData("")]
    public async Task Anything_but_yes_changes_nothing(string typed)
    {
        var answer = await az.RunAsync(Script, typed, "--client-id", FakeAzureCli.ClientId);

        Assert.Equal(1, answer.ExitCode);
        Assert.Contains("GRANT", answer.Output, StringComparison.Ordinal);
        Assert.Empty(az.Changes);
    }

    [SkippableFact]
    public async Task A_second_run_has_nothing_to_do_and_does_not_ask()
    {
        await az.RunAsync(Script, "", "--client-id", FakeAzureCli.ClientId, "--yes");
        var again = await az.RunAsync(Script, "", "--client-id", FakeAzureCli.ClientId);

        Assert.Equal(0, again.ExitCode);
        Assert.Contains("Nothing to do.", again.Output, StringComparison.Ordinal);
        Assert.Single(az.Changes);
    }

    [SkippableFact]
    public async Task Mail_for_the_whole_tenant_is_never_granted_and_is_pointed_out_where_it_stands()
    {
        az.Granted = [FakeAzureCli.MailRole];
        var answer = await az.RunAsync(Script, "", "--client-id", FakeAzureCli.ClientId, "--yes");

        Assert.Equal(0, answer.ExitCode);
        Assert.Contains("WARNING   Mail.Send", answer.Output, StringComparison.Ordinal);
        Assert.Equal([FakeAzureCli.MailRole, FakeAzureCli.TeamsRole], az.Granted);
    }

    [SkippableFact]
    public async Task Mail_for_the_whole_tenant_is_revoked_when_asked_for()
    {
        az.Granted = [FakeAzureCli.MailRole, FakeAzureCli.TeamsRole];
        var answer = await az.RunAsync(Script, "yes\n", "--client-id", FakeAzureCli.ClientId, "--revoke-tenant-wide-mail");

        Assert.Equal(0, answer.ExitCode);
        Assert.Contains("REVOKE    Mail.Send", answer.Output, StringComparison.Ordinal);
        Assert.Equal([FakeAzureCli.TeamsRole], az.Granted);
    }

    [SkippableFact]
    public async Task The_cloud_that_the_CLI_is_signed_in_to_is_asked()
    {
        az.Graph = "https://graph.microsoft.us";
        await az.RunAsync(Script, "", "--client-id", FakeAzureCli.ClientId, "--yes");

        Assert.Contains("--url https://graph.microsoft.us/v1.0/", Assert.Single(az.Changes), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_refusal_is_an_error_and_claims_nothing()
    {
        az.RefusesToGrant = true;
        var answer = await az.RunAsync(Script, "", "--client-id", FakeAzureCli.ClientId, "--yes");

        Assert.Equal(1, answer.ExitCode);
        Assert.DoesNotContain("granted ", answer.Output, StringComparison.Ordinal);
        Assert.Contains("failed", answer.Error, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Without_a_sign_in_it_says_so()
    {
        az.SignedOut = true;
        var answer = await az.RunAsync(Script, "", "--client-id", FakeAzureCli.ClientId, "--yes");

        Assert.Equal(1, answer.ExitCode);
        Assert.Contains("az login", answer.Error, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData("--client-id")]
    [InlineData("--client-id", "the hub")]
    [InlineData("--client-id", FakeAzureCli.ClientId, "--all")]
    [InlineData]
    public async Task A_wrong_call_is_refused(params string[] arguments)
    {
        var answer = await az.RunAsync(Script, "", arguments);

        Assert.Equal(2, answer.ExitCode);
        Assert.Contains("--help", answer.Error, StringComparison.Ordinal);
    }
}
