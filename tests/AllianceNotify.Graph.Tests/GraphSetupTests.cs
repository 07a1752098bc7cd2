using System.IO.Compression;
using System.Text.Json.Nodes;
using AllianceNotify.Contracts.Delivery;
using AllianceNotify.Delivery;
using AllianceNotify.Delivery.Channels;
using AllianceNotify.Graph.Calls;
using AllianceNotify.Graph.Mail;
using AllianceNotify.Graph.Package;
using AllianceNotify.Graph.Teams;
using Azure.Core;
using Azure.Identity;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace AllianceNotify.Graph.Tests;

public sealed class GraphSetupTests : IDisposable
{
    private static readonly TeamsPackageParts Parts = new(
        new Guid(GraphSetup.AppId), new Guid("0a0b0c0d-0000-4000-8000-000000000002"), new Uri("https://hub.example/"), "situations", "1.0.0");

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("outbox-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void Every_mistake_in_the_options_is_named()
    {
        var options = new GraphOptions
        {
            Cloud = (GraphCloud)9,
            BaseAddress = new Uri("http://graph.example/v1.0"),
            ClientId = "hub",
            TenantId = "not a tenant",
            CertificateFile = "/nowhere.pfx",
            Instances = 0,
            Patience = TimeSpan.FromMinutes(1),
            Mail = { Senders = ["nobody", "a@b.example", "A@b.example"], MaxRecipients = 101, ReplyTo = "x", InternalDomains = ["a b"], AppConcurrency = 0 },
            Teams = { AppId = "app", BulkCallsASecond = 0, ActivityType = "" },
        };

        var failures = new GraphOptionsValidator().Validate(null, options).Failures!.ToList();

        string[] expected =
        [
            "Cloud", "BaseAddress", "Instances", "Patience", "ClientId", "TenantId", "CertificateFile", "Mail:Senders", "Mail:Senders", "Mail:MaxRecipients",
            "Mail:ReplyTo", "Mail:InternalDomains", "Mail:AppConcurrency", "Teams:AppId", "Teams:ActivityType", "Teams:BulkCallsASecond",
        ];
        Assert.Equal(expected, failures.Select(failure => failure["Graph:".Length..].Split(' ')[0]));
    }

    [Theory]
    [InlineData(null, 5_000)]
    [InlineData(1, 10_000)]
    [InlineData(1_000, 72_446)]
    public void The_tenants_external_limit_follows_from_its_licences(int? licences, long limit) =>
        Assert.Equal(limit, new GraphMailOptions { Licences = licences }.ExternalLimit);

    [Fact]
    public void What_is_set_up_is_there_and_for_the_rest_the_outbox_stands_in()
    {
        using var nothing = Build();
        using var both = Build(
            ("Graph:Mail:Senders:0", "alerts@hub.example"), ("Graph:Teams:AppId", GraphSetup.AppId), ("Graph:ManagedIdentity", "true"));

        Assert.All(GraphRegistration.ChannelNames, name => Assert.IsType<OutboxChannel>(nothing.GetRequiredService<ChannelSet>().Find(name)));
        Assert.IsType<GraphMailChannel>(both.GetRequiredService<ChannelSet>().Find("graph-mail"));
        Assert.IsType<TeamsChannel>(both.GetRequiredService<ChannelSet>().Find("teams"));
        var limits = both.GetRequiredService<IOptions<DeliveryOptions>>().Value.For("teams");
        Assert.True(limits.Timeout > both.GetRequiredService<IOptions<GraphOptions>>().Value.Patience * 2);
    }

    [Fact]
    public void What_is_configured_for_delivery_changes_that_and_nothing_else()
    {
        using var provider = Build(
            ("Graph:Teams:AppId", GraphSetup.AppId), ("Graph:ManagedIdentity", "true"),
            ("Delivery:Channels:teams:MaxAttempts", "7"), ("Delivery:Channels:teams:Deadlines:Flash", "00:00:30"));

        var limits = provider.GetRequiredService<IOptions<DeliveryOptions>>().Value.For("teams");
        Assert.Equal((7, TimeSpan.FromSeconds(30)), (limits.MaxAttempts, limits.Deadlines.Flash));
        Assert.Equal((TimeSpan.FromSeconds(25), TimeSpan.FromSeconds(5)), (limits.Timeout, limits.BreakAtMost));
        Assert.Equal(new ChannelLimits().Deadlines.Urgent, limits.Deadlines.Urgent);
    }

    [Theory]
    [InlineData("Graph:ClientSecret", "s", typeof(LongLivedToken))]
    [InlineData("Graph:ManagedIdentity", "true", typeof(ManagedIdentityCredential))]
    public void The_hub_signs_in_as_configured(string setting, string value, Type credential)
    {
        using var provider = Build(
            ("Graph:Mail:Senders:0", "alerts@hub.example"), ("Graph:TenantId", "hub.example"), ("Graph:ClientId", "0a0b0c0d-0000-4000-8000-000000000002"), (setting, value));

        Assert.IsType(credential, provider.GetRequiredKeyedService<TokenCredential>(GraphOptions.Section));
    }

    [Fact]
    public async Task A_token_is_used_again_only_while_the_bulk_call_would_take_it()
    {
        var time = new FakeTimeProvider(SampleAlerts.MadeAt);
        var fetched = 0;
        using var credential = new LongLivedToken(() => new Issuer(() => new AccessToken($"t{++fetched}", time.GetUtcNow().AddMinutes(65))), time);
        async Task<string> TokenAsync() => (await credential.GetTokenAsync(new TokenRequestContext(["scope"]), default)).Token;

        Assert.Equal(["t1", "t1"], [await TokenAsync(), await TokenAsync()]);
        time.Advance(TimeSpan.FromMinutes(18));
        Assert.Equal("t1", await TokenAsync());
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("t2", await TokenAsync());
    }

    [Fact]
    public void The_teams_app_is_what_the_documented_rules_ask_for_and_declares_what_is_sent()
    {
        var package = TeamsPackage.Build(Parts);

        Assert.Empty(ManifestRules.Check(package));
        Assert.Equal(package, TeamsPackage.Build(Parts));
        var defaults = new GraphTeamsOptions();
        var manifest = TeamsPackage.ManifestOf(Parts);
        var type = Assert.Single(manifest["activities"]!["activityTypes"]!.AsArray())!;
        Assert.Equal(defaults.ActivityType, (string?)type["type"]);
        Assert.Equal(defaults.TabId, (string?)manifest["staticTabs"]![0]!["entityId"]);
        using var zip = new ZipArchive(new MemoryStream(package));
        Assert.Equal(["manifest.json", "color.png", "outline.png"], zip.Entries.Select(entry => entry.FullName));
    }

    [Theory]
    [InlineData("id", "none")]
    [InlineData("version", "1")]
    [InlineData("accentColor", "blue")]
    [InlineData("manifestVersion", "1.5")]
    [InlineData("icons.color", "outline.png")]
    [InlineData("name.short", "A name that is longer than thirty characters")]
    [InlineData("developer.websiteUrl", "http://hub.example")]
    [InlineData("webApplicationInfo.id", "00000000-0000-0000-0000-000000000000")]
    [InlineData("activities.activityTypes.0.type", "systemDefault")]
    [InlineData("activities.activityTypes.0.templateText", "")]
    [InlineData("staticTabs.0.contentUrl", "https://elsewhere.example/teams")]
    [InlineData("surprise", "x")]
    public void A_package_against_the_rules_is_found_out(string path, string value)
    {
        var package = TeamsPackage.Build(Parts);
        using var buffer = new MemoryStream();
        buffer.Write(package);
        using (var zip = new ZipArchive(buffer, ZipArchiveMode.Update, leaveOpen: true))
        {
            var manifest = TeamsPackage.ManifestOf(Parts);
            JsonNode at = manifest;
            var names = path.Split('.');
            foreach (var name in names[..^1])
            {
                at = (int.TryParse(name, out var index) ? at[index] : at[name])!;
            }

            at[names[^1]] = value;
            zip.GetEntry("manifest.json")!.Delete();
            using var stream = zip.CreateEntry("manifest.json").Open();
            stream.Write(System.Text.Encoding.UTF8.GetBytes(manifest.ToJsonString()));
        }

        Assert.NotEmpty(ManifestRules.Check(buffer.ToArray()));
    }

    [Fact]
    public void A_hub_without_https_has_no_teams_app() =>
        Assert.Throws<InvalidDataException>(() => TeamsPackage.Build(Parts with { Hub = new Uri("http://127.0.0.1:7071") }));

    private ServiceProvider Build(params (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)).Append(new("Outbox:Folder", folder.FullName)))
            .Build();
        return new ServiceCollection()
            .AddLogging()
            .AddSingleton(TimeProvider.System)
            .AddSingleton(new Random(1))
            .AddDelivery(configuration)
            .AddGraphChannels(configuration)
            .BuildServiceProvider();
    }

    private sealed class Issuer(Func<AccessToken> issue) : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) => issue();

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) => new(issue());
    }
}
