using Xunit;

namespace AllianceNotify.Infra.Tests;

/// <summary>Choices that the parameter files in the repository do not make.</summary>
[Collection(InfraFolder.Collection)]
public sealed class ChoiceTests(InfraFolder infra)
{
    [SkippableFact]
    public void A_setting_from_the_vault_is_a_reference_that_the_app_resolves_as_its_identity()
    {
        var resources = infra.Resources("sealed");
        var secret = Assert.Single(AppSettings.Of(resources), setting => setting.Name == "Webhook__Secret").Value;
        Assert.Contains("@Microsoft.KeyVault(SecretUri=", secret, StringComparison.Ordinal);
        Assert.Contains("'webhook'", secret, StringComparison.Ordinal);
        Assert.Contains("/userAssignedIdentities/id-anotify-production", App(resources).Value("keyVaultReferenceIdentity"), StringComparison.Ordinal);
        Assert.Contains(("FanOut__MessageIdDomain", "example.com"), AppSettings.Of(resources));
    }

    [SkippableFact]
    public void A_hub_for_the_private_network_alone_has_no_door_to_the_internet()
    {
        var resources = infra.Resources("sealed");
        Assert.Equal("Disabled", App(resources).Value("publicNetworkAccess"));
        Assert.Contains(resources, resource => resource.Type == "Microsoft.Network/privateEndpoints" && resource.Name.EndsWith("-app", StringComparison.Ordinal));
        Assert.DoesNotContain(resources, resource => resource.Type is "Microsoft.Insights/webtests" or "Microsoft.Cdn/profiles");
    }

    [SkippableTheory]
    [InlineData("sealed", "dotnet-isolated", "10.0")]
    [InlineData("dev", "custom", "1.0")]
    public void The_head_decides_the_runtime(string choice, string runtime, string version)
    {
        var app = App(infra.Resources(choice));
        Assert.Equal((runtime, version), (app.Value("functionAppConfig.runtime.name"), app.Value("functionAppConfig.runtime.version")));
    }

    [SkippableFact]
    public void Only_allowed_networks_and_the_availability_test_may_connect()
    {
        var app = App(infra.Resources("allowed"));
        var rules = app.Properties["siteConfig"]!["ipSecurityRestrictions"]!.AsArray().Select(rule => rule!["ipAddress"]!.GetValue<string>());
        Assert.Equal(["ApplicationInsightsAvailability", "192.0.2.0/24", "198.51.100.0/24"], rules);
        Assert.Equal("Deny", app.Value("siteConfig.ipSecurityRestrictionsDefaultAction"));
    }

    [SkippableTheory]
    [InlineData("inbound private needs privateNetwork.")]
    [InlineData("need messagingSku Premium.")]
    [InlineData("needs a stateSku that is copied there")]
    [InlineData("secondLocation is location.")]
    [InlineData("need a publicUrl of your own.")]
    public void Choices_that_do_not_go_together_are_refused_before_anything_is_made(string mistake) =>
        Assert.Contains(mistake, infra.SnapshotText("wrong"), StringComparison.Ordinal);

    private static Resource App(IReadOnlyList<Resource> resources) => Assert.Single(resources, resource => resource.Type == "Microsoft.Web/sites");
}
