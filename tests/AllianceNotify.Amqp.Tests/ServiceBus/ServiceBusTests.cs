using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AllianceNotify.Messaging;
using Amqp;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace AllianceNotify.Amqp.Tests.ServiceBus;

/// <summary>What Service Bus does that other brokers do not, against the peer that does as it does.</summary>
public sealed class ServiceBusTests : IAsyncLifetime, IDisposable
{
    private static readonly QueueName Reports = QueueName.Reports;
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 11, 24, 5, 49, 0, TimeSpan.Zero));
    private readonly ServiceBusPeer peer;
    private readonly AmqpMessageQueue queue;

    public ServiceBusTests()
    {
        peer = new ServiceBusPeer(time);
        queue = Connect(peer.Options);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await queue.DisposeAsync();

    public void Dispose() => peer.Dispose();

    [Fact]
    public async Task A_message_carries_its_id_subject_correlation_and_trace()
    {
        await queue.SendAsync(Reports, [Message("r-1") with { TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" }], default);

        var sent = Assert.Single(peer.Queue("reports-routine").Messages).Decode();
        Assert.Equal(("r-1", "r-1", "reports", "application/json"), (sent.Properties.MessageId, sent.Properties.CorrelationId, sent.Properties.Subject, (string)sent.Properties.ContentType));
        Assert.Equal("r-1", sent.ApplicationProperties[AmqpProperties.Id]);
        Assert.Equal("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", sent.ApplicationProperties[AmqpProperties.TraceParent]);
        Assert.True(sent.Header.Durable);
    }

    [Fact]
    public async Task A_message_that_is_not_due_is_scheduled_by_the_broker()
    {
        var due = time.GetUtcNow().AddHours(3);
        await queue.SendAsync(Reports, [Message("later") with { NotBefore = due }], default);

        Assert.Equal(due, Assert.Single(peer.Queue("reports-routine").Messages).ScheduledFor);
    }

    [Fact]
    public async Task A_message_given_back_with_a_delay_is_not_taken_for_a_duplicate()
    {
        await queue.SendAsync(Reports, [Message("again")], default);
        Assert.True(await queue.AbandonAsync(await ReceiveAsync(), TimeSpan.FromMinutes(5), default));

        await Until.TrueAsync(() => peer.Queue("reports-routine").Messages.Count == 1, "only the copy is left");
        var copy = peer.Queue("reports-routine").Messages[0];
        Assert.Equal(time.GetUtcNow().AddMinutes(5), copy.ScheduledFor);
        Assert.NotEqual("again", copy.Decode().Properties.MessageId);
        time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(("again", 2), await ReceivedAsync());
    }

    [Fact]
    public async Task A_send_repeated_with_the_same_id_is_dropped_by_the_broker()
    {
        await queue.SendAsync(Reports, [Message("once")], default);
        await queue.SendAsync(Reports, [Message("once")], default);

        Assert.Single(peer.Queue("reports-routine").Messages);
    }

    [Fact]
    public async Task A_report_that_a_system_put_there_itself_is_received_as_it_is()
    {
        peer.Queue("reports-flash").Add(new Message("{\"title\":\"fire\"}"), detectDuplicates: false);

        var received = await ReceiveAsync();
        Assert.Equal("{\"title\":\"fire\"}", System.Text.Encoding.UTF8.GetString(received.Message.Body.Span));
        Assert.Equal((Lane.FlashActual, 1, time.GetUtcNow()), (received.Message.Lane, received.DeliveryCount, received.EnqueuedAt));
        Assert.NotEmpty(received.Message.Id);
    }

    [Fact]
    public async Task What_is_set_aside_lies_in_the_brokers_dead_letter_queue_with_its_reason()
    {
        await queue.SendAsync(Reports, [Message("poison")], default);
        Assert.True(await queue.DeadLetterAsync(await ReceiveAsync(), "not JSON", default));

        var dead = peer.Queue("reports-routine" + ServiceBusPeer.Dead);
        await Until.TrueAsync(() => dead.Messages.Count == 1, "the message is dead");
        Assert.Equal("not JSON", dead.Messages[0].Decode().ApplicationProperties["DeadLetterReason"]);
        Assert.Empty(peer.Queue("reports-routine").Messages);
    }

    [Fact]
    public async Task What_the_broker_set_aside_itself_is_listed_and_can_be_sent_again()
    {
        await queue.SendAsync(Reports, [Message("first"), Message("second")], default);
        var generous = new QueueName(Reports.Value, 100);
        for (var i = 0; i < ServiceBusPeer.MaxDeliveryCount; i++)
        {
            foreach (var held in await ReceiveAllAsync(generous, 2))
            {
                await queue.AbandonAsync(held, TimeSpan.Zero, default);
            }
        }

        await Until.TrueAsync(async () => (await queue.GetDepthAsync(Reports, default)).DeadLetters == 2, "both are dead");
        var letters = await queue.PeekDeadLettersAsync(Reports, null, 10, default);
        Assert.All(letters, letter => Assert.Equal(("MaxDeliveryCountExceeded", ServiceBusPeer.MaxDeliveryCount), (letter.Reason, letter.DeliveryCount)));
        Assert.True(await queue.ReplayDeadLetterAsync(Reports, letters.Single(letter => letter.Message.Id == "second").Id, default));

        Assert.Equal(("second", 1), await ReceivedAsync());
        await Until.TrueAsync(async () => (await queue.PeekDeadLettersAsync(Reports, null, 10, default)).Select(letter => letter.Message.Id).SequenceEqual(["first"]), "one is left");
    }

    [Fact]
    public async Task The_lock_of_a_message_in_hand_is_renewed_as_long_as_its_lease_lasts()
    {
        await queue.SendAsync(Reports, [Message("long")], default);
        var held = await ReceiveAsync(TimeSpan.FromMinutes(30));
        for (var minutes = 0.0; minutes < 10; minutes += 0.5)
        {
            var renewals = Volatile.Read(ref peer.Renewals);
            time.Advance(TimeSpan.FromMinutes(0.5));
            await Until.TrueAsync(() => Volatile.Read(ref peer.Renewals) > renewals, "the lock is renewed");
        }

        Assert.Equal(0, Assert.Single(peer.Queue("reports-routine").Messages).DeliveryCount);
        Assert.True(await queue.CompleteAsync(held, default));
        await Until.TrueAsync(() => peer.Queue("reports-routine").Messages.Count == 0, "the message is gone");
    }

    [Fact]
    public async Task A_message_whose_lock_the_broker_lost_is_no_longer_in_hand()
    {
        await queue.SendAsync(Reports, [Message("lost")], default);
        var held = await ReceiveAsync(TimeSpan.FromMinutes(30));
        peer.Queue("reports-routine").DropLocks();
        Assert.Equal(("lost", 2), await ReceivedAsync());

        time.Advance(TimeSpan.FromMinutes(0.5));
        await Until.TrueAsync(async () => !await queue.RenewAsync(held, Lease, default), "the loss is noticed");
        Assert.False(await queue.CompleteAsync(held, default));
    }

    [Fact]
    public async Task Tokens_are_put_anew_before_they_expire_and_no_link_is_lost()
    {
        await queue.SendAsync(Reports, [Message("before")], default);
        await queue.CompleteAsync(await ReceiveAsync(), default);
        await Until.TrueAsync(() => peer.Queue("reports-routine").Messages.Count == 0, "the first is done");
        for (var hours = 0; hours < 3; hours++)
        {
            for (var minutes = 0; minutes < 60; minutes++)
            {
                time.Advance(TimeSpan.FromMinutes(1));
                await Until.TrueAsync(() => peer.OldestToken > time.GetUtcNow().AddMinutes(4), "tokens are renewed");
            }
        }

        await queue.SendAsync(Reports, [Message("after")], default);
        Assert.Equal(("after", 1), await ReceivedAsync());
        Assert.Equal(0, peer.Detached);
        Assert.True(peer.Tokens.Count(name => name == "reports-flash") >= 4);
    }

    [Fact]
    public async Task With_a_key_that_is_not_taken_the_queue_cannot_be_reached()
    {
        var options = peer.Options;
        options.SharedAccessKey = "bm90IHRoZSBrZXk=";
        await using var stranger = Connect(options);

        await Assert.ThrowsAsync<QueueUnreachableException>(async () => await stranger.SendAsync(Reports, [Message("never")], default));
        await Assert.ThrowsAsync<QueueUnreachableException>(async () => await stranger.ReceiveAsync(Reports, 1, Lease, default));
        await Assert.ThrowsAsync<QueueUnreachableException>(async () => await stranger.GetDepthAsync(Reports, default));
        Assert.Empty(peer.Queue("reports-routine").Messages);
    }

    [Theory]
    [InlineData("amqp:link:detach-forced")]
    [InlineData("com.microsoft:server-busy")]
    public async Task Links_that_the_broker_detaches_are_attached_again(string condition)
    {
        await queue.SendAsync(Reports, [Message("one")], default);
        var held = await ReceiveAsync();
        var waiting = queue.ReceiveAsync(Reports, 1, Lease, default).AsTask();
        await Until.TrueAsync(async () => (await queue.GetDepthAsync(Reports, default)).Active == 1, "the receiver waits");
        peer.Detach(condition);

        await queue.SendAsync(Reports, [Message("two") with { Lane = Lane.FlashActual }], default);
        Assert.Equal("two", (await waiting.WaitAsync(Until.Patience))[0].Message.Id);
        Assert.False(await queue.CompleteAsync(held, default));
        peer.Queue("reports-routine").DropLocks();
        Assert.Equal(("one", 2), await ReceivedAsync());
    }

    [Fact]
    public async Task A_broker_that_is_busy_takes_nothing_and_later_all()
    {
        peer.BeBusy(2);
        await Assert.ThrowsAsync<QueueUnreachableException>(async () => await queue.SendAsync(Reports, [Message("a"), Message("b")], default));
        Assert.Empty(peer.Queue("reports-routine").Messages);

        await queue.SendAsync(Reports, [Message("a"), Message("b")], default);
        Assert.Equal(2, peer.Queue("reports-routine").Messages.Count);
    }

    [Fact]
    public async Task A_connection_that_has_gone_silent_is_given_up_and_made_again()
    {
        using var relay = new TcpRelay(peer.Port);
        var options = peer.Options;
        options.Address = $"amqp://127.0.0.1:{relay.Port}";
        options.IdleTimeoutSeconds = 1;
        await using var far = Connect(options);
        await far.SendAsync(Reports, [Message("one")], default);
        var held = Assert.Single(await far.ReceiveAsync(Reports, 1, Lease, default));
        Assert.True(await far.CompleteAsync(held, default));
        var waiting = far.ReceiveAsync(Reports, 1, Lease, default).AsTask();
        await Until.TrueAsync(() => peer.Queue("reports-routine").Messages.Count == 0, "the first is done");

        var before = relay.Connections;
        relay.GoDead();
        await Until.TrueAsync(() => relay.Connections > before, "a new connection is made");
        await queue.SendAsync(Reports, [Message("two")], default);

        // The broker may have handed it to the dead connection; that lock has to run out.
        await Until.TrueAsync(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(30));
                return waiting.IsCompleted;
            },
            "the receiver gets it over the new connection");
        Assert.Equal("two", (await waiting)[0].Message.Id);
    }

    [Fact]
    public async Task Over_TLS_only_a_certificate_that_is_trusted_will_do()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var made = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        using var certificate = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, certificate.ExportCertificatePem());
            using var secure = new ServiceBusPeer(time, certificate);
            var options = secure.Options;
            options.Address = $"amqps://localhost:{secure.Port}";
            await using var stranger = Connect(options);
            await Assert.ThrowsAsync<QueueUnreachableException>(async () => await stranger.SendAsync(Reports, [Message("never")], default));

            options.TrustedCertificate = file;
            await using var friend = Connect(options);
            await friend.SendAsync(Reports, [Message("one")], default);
            Assert.Equal("one", Assert.Single(await friend.ReceiveAsync(Reports, 1, Lease, default)).Message.Id);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private AmqpMessageQueue Connect(AmqpOptions options) => new(options, time, TimeProvider.System, new Random(1), NullLogger.Instance);

    private static QueueMessage Message(string id) => new() { Id = id, Body = "{}"u8.ToArray(), Lane = Lane.RoutineActual };

    private async Task<LeasedMessage> ReceiveAsync(TimeSpan? lease = null) => (await ReceiveAllAsync(Reports, 1, lease))[0];

    private async Task<(string, int)> ReceivedAsync() => await ReceiveAsync() is var received ? (received.Message.Id, received.DeliveryCount) : default;

    private async Task<List<LeasedMessage>> ReceiveAllAsync(QueueName name, int count, TimeSpan? lease = null)
    {
        using var patience = new CancellationTokenSource(Until.Patience);
        var received = new List<LeasedMessage>();
        while (received.Count < count)
        {
            received.AddRange(await queue.ReceiveAsync(name, count - received.Count, lease ?? Lease, patience.Token));
        }

        return received;
    }
}
