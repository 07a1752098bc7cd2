using System.Net;
using System.Net.Sockets;
using AllianceNotify.Messaging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace AllianceNotify.Amqp.Tests;

/// <summary>A broker that nobody can connect to, and a hub that goes on asking.</summary>
public sealed class ReconnectTests : IDisposable
{
    private static readonly TimeSpan BetweenSends = TimeSpan.FromMilliseconds(100), LongestPause = TimeSpan.FromSeconds(5);

    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 11, 24, 5, 49, 0, TimeSpan.Zero));
    private TcpListener listener = new(IPAddress.Loopback, 0);

    public void Dispose() => listener.Dispose();

    [Fact]
    public async Task A_broker_that_is_back_is_tried_however_many_ask_for_it_meanwhile()
    {
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        await using var queue = new AmqpMessageQueue(
            new AmqpOptions { Address = $"amqp://127.0.0.1:{port}" }, time, time, new Random(1), NullLogger<AmqpMessageQueue>.Instance);
        for (var asked = TimeSpan.Zero; asked < TimeSpan.FromSeconds(30); asked += BetweenSends)
        {
            await Assert.ThrowsAsync<QueueUnreachableException>(() => SendAsync(queue));
            time.Advance(BetweenSends);
        }

        listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start();
        var connected = listener.AcceptTcpClientAsync();
        for (var asked = TimeSpan.Zero; !connected.IsCompleted; asked += BetweenSends)
        {
            Assert.True(asked <= LongestPause, "Nobody tries to connect any more.");
            var sending = SendAsync(queue);
            if (await Task.WhenAny(sending, connected) == connected)
            {
                (await connected).Dispose();
            }

            await Assert.ThrowsAsync<QueueUnreachableException>(() => sending);
            time.Advance(BetweenSends);
        }
    }

    private static Task SendAsync(AmqpMessageQueue queue) =>
        queue.SendAsync(QueueName.Reports, [new QueueMessage { Id = "m", Body = "x"u8.ToArray(), Lane = Lane.FlashActual }], default).AsTask();
}
