using Xunit;

namespace AllianceNotify.Amqp.Tests.Rabbit;

/// <summary>The broker that the tests share. Each uses queues of its own names.</summary>
public sealed class RabbitMq : IAsyncLifetime
{
    public RabbitMqNode? Node { get; private set; }

    public async Task InitializeAsync()
    {
        if (RabbitMqNode.Missing is null)
        {
            Node = new RabbitMqNode();
            await Node.StartAsync();
        }
        else if (Environment.GetEnvironmentVariable("CI") == "true")
        {
            throw new InvalidOperationException(RabbitMqNode.Missing);
        }
    }

    public async Task DisposeAsync()
    {
        if (Node is not null)
        {
            await Node.DisposeAsync();
        }
    }

    /// <summary>Skips the test where there is no broker.</summary>
    public RabbitMqNode Required()
    {
        Skip.If(Node is null, RabbitMqNode.Missing);
        return Node;
    }
}

[CollectionDefinition(Name)]
public sealed class RabbitMqTests : ICollectionFixture<RabbitMq>
{
    public const string Name = "RabbitMQ";
}
