using System.Text.RegularExpressions;
using Xunit;

namespace AllianceNotify.Infra.Tests;

/// <summary>Who may reach what: one identity with the least roles, no keys, and secrets only in the vault.</summary>
[Collection(InfraFolder.Collection)]
public sealed partial class AccessTests(InfraFolder infra)
{
    private static readonly Dictionary<string, string> RoleNames = new()
    {
        ["0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3"] = "Storage Table Data Contributor",
        ["3913510d-42f4-4e42-8a64-420c390055eb"] = "Monitoring Metrics Publisher",
        ["4633458b-17de-408a-b874-0445c86b69e6"] = "Key Vault Secrets User",
        ["4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0"] = "Azure Service Bus Data Receiver",
        ["69a216fc-b8fb-44d8-bc22-1f3c2cd27a39"] = "Azure Service Bus Data Sender",
        ["b7e6dc6d-f1e8-4753-8033-0f276bb0955b"] = "Storage Blob Data Owner",
    };

    public static TheoryData<string> Environments => CompileTests.Environments;

    [SkippableTheory]
    [MemberData(nameof(Environments))]
    public void The_identity_has_these_roles_and_no_others(string environment)
    {
        var resources = infra.Resources(environment);
        var state = Assert.Single(resources, resource => resource.Type == "Microsoft.Storage/storageAccounts" && !HoldsPackages(resource, resources));
        string[] expected =
        [
            $"Storage Table Data Contributor on {state.Name}",
            .. resources.Where(resource => HoldsPackages(resource, resources)).Select(host => $"Storage Blob Data Owner on {host.Name}"),
            .. Named("Microsoft.ServiceBus/namespaces", "Azure Service Bus Data Sender"),
            .. Named("Microsoft.ServiceBus/namespaces", "Azure Service Bus Data Receiver"),
            .. Named("Microsoft.KeyVault/vaults", "Key Vault Secrets User"),
            .. Named("Microsoft.Insights/components", "Monitoring Metrics Publisher"),
        ];

        var assignments = resources.Where(resource => resource.Type == "Microsoft.Authorization/roleAssignments").ToList();
        Assert.Equal(expected.Order(), assignments.Select(Readable).Order());
        Assert.All(assignments, assignment => Assert.Matches(@"/userAssignedIdentities/id-anotify-\w+', '[^']+'\)\.principalId]$", assignment.Value("principalId")));

        IEnumerable<string> Named(string type, string role) =>
            resources.Where(resource => resource.Type == type).Select(resource => $"{role} on {resource.Name}");
    }

    [SkippableTheory]
    [MemberData(nameof(Environments))]
    public void No_key_or_password_opens_anything(string environment)
    {
        var resources = infra.Resources(environment);
        Require("Microsoft.Storage/storageAccounts", "allowSharedKeyAccess", "false");
        Require("Microsoft.Storage/storageAccounts", "allowBlobPublicAccess", "false");
        Require("Microsoft.Storage/storageAccounts", "isLocalUserEnabled", "false");
        Require("Microsoft.ServiceBus/namespaces", "disableLocalAuth", "true");
        Require("Microsoft.Insights/components", "DisableLocalAuth", "true");
        Require("Microsoft.OperationalInsights/workspaces", "features.disableLocalAuth", "true");
        Require("Microsoft.KeyVault/vaults", "enableRbacAuthorization", "true");
        Require("Microsoft.KeyVault/vaults", "enablePurgeProtection", "true");
        Require("Microsoft.Web/sites/basicPublishingCredentialsPolicies", "allow", "false");
        Assert.DoesNotContain("listKeys", infra.Build.Output, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("AccountKey=", infra.Build.Output, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("SharedAccessKey", infra.Build.Output, StringComparison.OrdinalIgnoreCase);

        void Require(string type, string path, string value)
        {
            var found = resources.Where(resource => resource.Type == type).ToList();
            Assert.NotEmpty(found);
            Assert.All(found, resource => Assert.Equal((resource.Name, value), (resource.Name, resource.Value(path))));
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Environments))]
    public void Nothing_speaks_without_encryption(string environment)
    {
        var resources = infra.Resources(environment);
        Assert.All(
            resources.Where(resource => resource.Type == "Microsoft.Storage/storageAccounts"),
            account => Assert.Equal(("true", "TLS1_2"), (account.Value("supportsHttpsTrafficOnly"), account.Value("minimumTlsVersion"))));
        Assert.All(
            resources.Where(resource => resource.Type == "Microsoft.ServiceBus/namespaces"),
            broker => Assert.Equal("1.2", broker.Value("minimumTlsVersion")));
    }

    [SkippableTheory]
    [MemberData(nameof(Environments))]
    public void A_setting_that_is_named_like_a_secret_is_a_reference_into_the_vault(string environment)
    {
        foreach (var (name, value) in AppSettings.Of(infra.Resources(environment)))
        {
            Assert.True(!SecretName().IsMatch(name) || value.Contains("@Microsoft.KeyVault(SecretUri=", StringComparison.Ordinal), name);
        }
    }

    [SkippableFact]
    public void In_the_private_network_state_queues_secrets_and_packages_have_no_public_door()
    {
        var resources = infra.Resources("production");
        string[] types = ["Microsoft.Storage/storageAccounts", "Microsoft.ServiceBus/namespaces", "Microsoft.KeyVault/vaults"];
        Assert.All(
            resources.Where(resource => types.Contains(resource.Type)),
            resource => Assert.Equal((resource.Name, "Disabled"), (resource.Name, resource.Value("publicNetworkAccess"))));

        var apps = resources.Where(resource => resource.Type == "Microsoft.Web/sites").ToList();
        var endpoints = resources.Where(resource => resource.Type == "Microsoft.Network/privateEndpoints").Select(endpoint => endpoint.Name);
        Assert.Equal(
            apps.SelectMany(app => new[] { "host", "messaging", "state", "vault" }.Select(service => $"pe-{app.Name}-{service}")).Order(),
            endpoints.Order());
        Assert.All(apps, app => Assert.NotNull(app.Value("virtualNetworkSubnetId")));
    }

    [SkippableFact]
    public void With_two_regions_the_apps_let_only_the_front_door_in()
    {
        var apps = infra.Resources("production").Where(resource => resource.Type == "Microsoft.Web/sites").ToList();
        Assert.Equal(2, apps.Count);
        Assert.All(apps, app =>
        {
            var rule = Assert.Single(app.Properties["siteConfig"]!["ipSecurityRestrictions"]!.AsArray());
            Assert.Equal("AzureFrontDoor.Backend", rule!["ipAddress"]!.GetValue<string>());
            Assert.Contains("frontDoorId", rule["headers"]!["x-azure-fdid"]![0]!.GetValue<string>(), StringComparison.Ordinal);
            Assert.Equal("Deny", app.Value("siteConfig.ipSecurityRestrictionsDefaultAction"));
        });
    }

    private static bool HoldsPackages(Resource account, IReadOnlyList<Resource> resources) =>
        account.Type == "Microsoft.Storage/storageAccounts" && resources.Any(resource => resource.Id == $"{account.Id}/blobServices/default/containers/packages");

    private static string Readable(Resource assignment)
    {
        var scope = assignment.Id[..assignment.Id.IndexOf("/providers/Microsoft.Authorization/", StringComparison.Ordinal)];
        var role = assignment.Value("roleDefinitionId")!.Split('/')[^1];
        return $"{RoleNames.GetValueOrDefault(role, role)} on {scope.Split('/')[^1]}";
    }

    [GeneratedRegex("secret|password|sharedaccess|accountkey|apikey", RegexOptions.IgnoreCase)]
    private static partial Regex SecretName();
}
