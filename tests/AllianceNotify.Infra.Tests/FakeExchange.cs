using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace AllianceNotify.Infra.Tests;

/// <summary>A PowerShell session with the Exchange commands that the script uses, over one made-up organisation.</summary>
internal sealed class FakeExchange : IDisposable
{
    public const string ClientId = "11111111-1111-1111-1111-111111111111";
    public const string ObjectId = "22222222-2222-2222-2222-222222222222";
    public const string Group = "senders@example.com";
    public const string Name = $"AllianceNotify {ObjectId}";

    private const string Commands = """
        $global:Principals = @(); $global:Scopes = @(); $global:Assignments = @(); $global:Changes = @(); $global:Typed = ''
        function Read-Host($Prompt) { $global:Typed }
        function Get-DistributionGroup($Identity)
        {
            if ($Identity -ne 'senders@example.com') { throw "There is no group $Identity." }
            [pscustomobject]@{ DistinguishedName = "CN=Senders,OU=Duty's desk,DC=example,DC=com" }
        }
        function Get-ServicePrincipal { $global:Principals }
        function Get-ManagementScope { $global:Scopes }
        function Get-ManagementRoleAssignment { $global:Assignments }
        function New-ServicePrincipal([guid] $AppId, [guid] $ObjectId, [string] $DisplayName)
        {
            $global:Changes += "New-ServicePrincipal $AppId $ObjectId $DisplayName"
            $global:Principals += [pscustomobject]@{ AppId = $AppId; ObjectId = $ObjectId }
        }
        function New-ManagementScope([string] $Name, [string] $RecipientRestrictionFilter)
        {
            $global:Changes += "New-ManagementScope $Name $RecipientRestrictionFilter"
            $global:Scopes += [pscustomobject]@{ Name = $Name; RecipientFilter = $RecipientRestrictionFilter }
        }
        function Set-ManagementScope([string] $Identity, [string] $RecipientRestrictionFilter)
        {
            $global:Changes += "Set-ManagementScope $Identity $RecipientRestrictionFilter"
            ($global:Scopes | Where-Object { $_.Name -eq $Identity }).RecipientFilter = $RecipientRestrictionFilter
        }
        function New-ManagementRoleAssignment([string] $Name, [guid] $App, [string] $Role, [string] $CustomResourceScope)
        {
            $global:Changes += "New-ManagementRoleAssignment $App $Role $CustomResourceScope"
            $global:Assignments += [pscustomobject]@{ Name = $Name; Role = $Role; CustomResourceScope = $CustomResourceScope }
        }
        """;

    private readonly Runspace session = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());

    public FakeExchange()
    {
        session.Open();
        Evaluate(Commands);
    }

    /// <summary>The calls that changed something.</summary>
    public IReadOnlyList<string> Changes => Evaluate("$global:Changes");

    /// <summary>What a person types when asked.</summary>
    public string Typed { set => session.SessionStateProxy.SetVariable("global:Typed", value); }

    public IReadOnlyList<string> Evaluate(string script)
    {
        using var shell = PowerShell.Create(session);
        return [.. shell.AddScript(script).Invoke().Select(value => value.ToString())];
    }

    /// <summary>What the script says.</summary>
    /// <exception cref="RuntimeException">It ended with an error.</exception>
    public IReadOnlyList<string> Grant(string group = Group, bool yes = false)
    {
        using var shell = PowerShell.Create(session);
        shell.AddCommand(Path.Combine(InfraFolder.Source, "Grant-ExchangeSenders.ps1"))
            .AddParameter("ClientId", ClientId)
            .AddParameter("ObjectId", ObjectId)
            .AddParameter("Group", group)
            .AddParameter("Yes", yes);
        return [.. shell.Invoke().Select(line => line.ToString())];
    }

    public void Dispose() => session.Dispose();
}
