using System.Diagnostics;
using System.Globalization;
using AllianceNotify.Amqp;
using AllianceNotify.Contracts.Services;
using AllianceNotify.Messaging;
using Microsoft.Extensions.Logging.Abstractions;

namespace AllianceNotify.Bench;

/// <summary>
/// Durable messages a second through a RabbitMQ of our own on this machine: sent, each settled by the broker when it is on disk;
/// then received and completed. Sender, receiver and broker share the processors.
/// </summary>
internal static class AmqpBench
{
    private const int Senders = 8, Receivers = 4, Batch = 100, BodyBytes = 512;
    private const double Target = 5000;

    /// <summary>Arguments: messages (40000).</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        if (RabbitMqNode.Missing is { } missing)
        {
            await Console.Error.WriteLineAsync(missing);
            return 1;
        }

        var messages = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 40_000;
        await using var node = new RabbitMqNode();
        await node.StartAsync();
        await using var queue = new AmqpMessageQueue(node.Options, TimeProvider.System, new Random(1), NullLogger<AmqpMessageQueue>.Instance);
        await SendAsync(queue, 4000);
        await DrainAsync(queue, 4000);
        var sent = await SendAsync(queue, messages);
        var received = await DrainAsync(queue, messages);
        Figures.Row($"{messages} durable messages of {BodyBytes} bytes: {Senders} senders of {Batch} at a time, {Receivers} receivers");
        Figures.Row($"sent and settled      {sent,8:0}/s");
        Figures.Row($"received and completed {received,7:0}/s");
        Figures.Target("sent and settled", sent, ">=", Target, "/s");
        Figures.Target("received and completed", received, ">=", Target, "/s");
        return 0;
    }

    private static async Task<double> SendAsync(AmqpMessageQueue queue, int messages)
    {
        var body = new byte[BodyBytes];
        new Random(1).NextBytes(body);
        var left = messages;
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Senders).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Add(ref left, -Batch) >= 0)
            {
                await queue.SendAsync(QueueName.Deliveries, [.. Enumerable.Range(0, Batch).Select(i => new QueueMessage { Id = $"{i}", Body = body, Lane = Lane.RoutineActual })], default);
            }
        })));
        return messages / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static async Task<double> DrainAsync(AmqpMessageQueue queue, int messages)
    {
        using var all = new CancellationTokenSource();
        var done = 0;
        var started = Stopwatch.GetTimestamp();
        var seconds = 0.0;
        await Task.WhenAll(Enumerable.Range(0, Receivers).Select(_ => Task.Run(async () =>
        {
            try
            {
                while (true)
                {
                    foreach (var message in await queue.ReceiveAsync(QueueName.Deliveries, Batch, TimeSpan.FromMinutes(1), all.Token))
                    {
                        if (!await queue.CompleteAsync(message, default))
                        {
                            throw new InvalidOperationException("A message was lost from hand.");
                        }

                        if (Interlocked.Increment(ref done) == messages)
                        {
                            seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
                            await all.CancelAsync();
                        }
                    }
                }
            }
            catch (OperationCanceledException) when (all.IsCancellationRequested)
            {
            }
        })));
        return messages / seconds;
    }
}
