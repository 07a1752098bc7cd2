using System.Collections;
using System.Reflection;
using AllianceNotify.Functions.Storage;
using Xunit;

namespace AllianceNotify.Infra.Tests;

/// <summary>Every app setting is one that somebody reads: the hub by its options' names, or the Functions host.</summary>
[Collection(InfraFolder.Collection)]
public sealed class SettingsTests(InfraFolder infra)
{
    private static readonly string[] OfTheHost =
    [
        "APPLICATIONINSIGHTS_AUTHENTICATION_STRING",
        "APPLICATIONINSIGHTS_CONNECTION_STRING",
        "APPLICATIONINSIGHTS_STATSBEAT_DISABLED",
        "AzureFunctionsJobHost__extensions__serviceBus__maxConcurrentCalls",
        "AzureWebJobsStorage__blobServiceUri",
        "AzureWebJobsStorage__clientId",
        "AzureWebJobsStorage__credential",
        "ServiceBus__clientId",
        "ServiceBus__credential",
        "ServiceBus__fullyQualifiedNamespace",
    ];

    /// <summary>The classes that the hub binds a section of its configuration to, by section.</summary>
    private static readonly ILookup<string, Type> Options = HubAssemblies()
        .SelectMany(assembly => assembly.GetTypes())
        .Select(type => (Type: type, Section: type.GetField("Section", BindingFlags.Static | BindingFlags.Public)))
        .Where(options => options.Section is { IsLiteral: true } && options.Type.Name.EndsWith("Options", StringComparison.Ordinal))
        .ToLookup(options => (string)options.Section!.GetRawConstantValue()!, options => options.Type, StringComparer.OrdinalIgnoreCase);

    public static TheoryData<string> Choices { get; } = [.. InfraFolder.Environments, "sealed"];

    [SkippableTheory]
    [MemberData(nameof(Choices))]
    public void Every_app_setting_is_read_by_the_hub_or_its_host(string choice) => Assert.All(
        AppSettings.Of(infra.Resources(choice)).Select(setting => setting.Name).Except(OfTheHost),
        setting => Assert.True(IsRead(setting.Split("__")), $"Nothing reads {setting}."));

    [SkippableTheory]
    [MemberData(nameof(Choices))]
    public void State_and_queues_are_named_by_the_settings_that_choose_them(string choice)
    {
        var settings = AppSettings.Of(infra.Resources(choice)).ToLookup(setting => setting.Name.Replace("__", ":", StringComparison.Ordinal), setting => setting.Value);
        Assert.All(settings[StorageWiring.StoreKind], value => Assert.Equal("AzureTables", value));
        Assert.All(settings[StorageWiring.QueueKind], value => Assert.Equal("Amqp", value));
        Assert.NotEmpty(settings[StorageWiring.StoreKind]);
        Assert.NotEmpty(settings[StorageWiring.QueueKind]);
    }

    [Theory]
    [InlineData("Graph__Mail__Senders__0", true)]
    [InlineData("Delivery__Channels__teams__MaxAttempts", true)]
    [InlineData("Hub__PublicURL", true)]
    [InlineData("Hub__PublicUri", false)]
    [InlineData("Graph__Mail__Sender", false)]
    [InlineData("Nothing__Kind", false)]
    public void A_setting_counts_as_read_only_where_an_option_of_that_name_is(string setting, bool read) =>
        Assert.Equal(read, IsRead(setting.Split("__")));

    private static bool IsRead(string[] key) =>
        string.Join(':', key) is StorageWiring.StoreKind or StorageWiring.QueueKind
        || Options[key[0]].Any(options => Has(options, key.AsSpan(1)));

    private static bool Has(Type type, ReadOnlySpan<string> rest)
    {
        if (rest.IsEmpty)
        {
            return true;
        }

        if (type != typeof(string) && type.IsAssignableTo(typeof(IEnumerable)))
        {
            return Has(type.GetGenericArguments()[^1], rest[1..]);
        }

        var property = type.GetProperty(rest[0], BindingFlags.Instance | BindingFlags.Public | BindingFlags.IgnoreCase);
        return property is not null && Has(property.PropertyType, rest[1..]);
    }

    private static IEnumerable<Assembly> HubAssemblies()
    {
        var hub = typeof(StorageWiring).Assembly;
        return hub.GetReferencedAssemblies()
            .Where(name => name.Name!.StartsWith("AllianceNotify", StringComparison.Ordinal))
            .Select(Assembly.Load)
            .Append(hub);
    }
}
