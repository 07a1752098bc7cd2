using AllianceNotify.Contracts.FunctionsHost;
using AllianceNotify.Contracts.Services;
using Xunit;

namespace AllianceNotify.Journeys.Tests;

/// <summary>What hubs run on, one for all tests: a table service, a broker, and the published app. Each test has tables and queues of its own names.</summary>
public sealed class Backing : IAsyncLifetime
{
    public AzuriteServer Azurite { get; } = new();

    public RabbitMqNode Rabbit { get; } = new();

    public PublishedApp App { get; } = new();

    /// <summary>Null where everything can be had.</summary>
    private static string? Missing => AzuriteServer.Missing ?? RabbitMqNode.Missing;

    public async Task InitializeAsync()
    {
        if (Missing is null)
        {
            await Task.WhenAll(Azurite.InitializeAsync(), Rabbit.StartAsync(), App.InitializeAsync());
        }
        else if (Environment.GetEnvironmentVariable("CI") == "true")
        {
            throw new InvalidOperationException(Missing);
        }
    }

    public async Task DisposeAsync()
    {
        await Azurite.DisposeAsync();
        await Rabbit.DisposeAsync();
        await App.DisposeAsync();
    }

    /// <summary>Skips the test where something is missing.</summary>
    public static void Require() => Skip.IfNot(Missing is null, Missing);

    /// <summary>Settings of a hub on the tables and the broker, under names that nothing else uses.</summary>
    public Dictionary<string, string> NewNames()
    {
        var name = DeterministicId.Random("J", bytes: 9);
        return new Dictionary<string, string>
        {
            ["Store__Kind"] = "AzureTables",
            ["Store__ConnectionString"] = Azurite.ConnectionString,
            ["Store__TablePrefix"] = name,
            ["Queue__Kind"] = "Amqp",
            ["Queue__Address"] = Rabbit.Options.Address,
            ["Queue__UserName"] = Rabbit.Options.UserName!,
            ["Queue__Password"] = Rabbit.Options.Password!,
            ["Queue__Prefix"] = $"{name}-",
        };
    }
}

[CollectionDefinition(Name)]
public sealed class OnBacking : ICollectionFixture<Backing>
{
    public const string Name = "Backing";
}
