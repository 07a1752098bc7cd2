using AllianceNotify.Contacts;
using AllianceNotify.Content;
using AllianceNotify.Delivery;
using AllianceNotify.Reports;
using AllianceNotify.Situations;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace AllianceNotify.Contracts.Delivery;

/// <summary>One message as the receiving side has it: its id, and everything readable in it.</summary>
public sealed record ReceivedAlert(string MessageId, string Words);

/// <summary>What every channel promises (<see cref="IAlertChannel"/>), tried on a real receiving side.</summary>
public abstract class AlertChannelContract : IAsyncLifetime
{
    protected FakeTimeProvider Time { get; } = new(SampleAlerts.MadeAt.AddSeconds(3));

    protected abstract IAlertChannel Channel { get; }

    /// <summary>Everything that arrived, in order.</summary>
    protected abstract IReadOnlyList<ReceivedAlert> Received { get; }

    public abstract Task InitializeAsync();

    public abstract Task DisposeAsync();

    protected abstract string AddressOf(string name);

    protected AlertDispatch Dispatch(ReportMode mode = ReportMode.Actual, string language = "en", params string[] names)
    {
        var alert = SampleAlerts.Alert(mode);
        return new AlertDispatch(alert, SampleAlerts.Render(alert, language), [.. (names.Length == 0 ? ["first"] : names).Select(name => new DispatchRecipient
        {
            Contact = new ContactId(name),
            Address = AddressOf(name),
            DisplayName = $"Sample {name}",
            MessageId = $"{alert.Id}.{name}.0@hub.example",
            ThreadMessageId = null,
            AcknowledgeUrl = LinkOf(name),
        })]);
    }

    protected static AlertDispatch Doubted(AlertDispatch dispatch)
    {
        var alert = dispatch.Alert with { Kind = AlertKind.Review, ModeDoubt = "Its text says it is a drill." };
        return dispatch with { Alert = alert, Content = SampleAlerts.Render(alert, dispatch.Content.Language) };
    }

    /// <summary>As the delivery stage gives it: a personal link where the channel sends one by one, else the page behind sign-in.</summary>
    protected Uri LinkOf(string name) => new(Channel.MaxRecipients == 1 ? $"https://hub.example/a/token-of-{name}" : "https://hub.example/alerts/a-sample-1");

    protected async Task<DeliveryOutcome> SendOneAsync(AlertDispatch? dispatch = null, CancellationToken cancellationToken = default) =>
        Assert.Single(await Channel.SendAsync(dispatch ?? Dispatch(), cancellationToken));

    [Fact]
    public async Task What_is_delivered_has_arrived()
    {
        Assert.IsType<DeliveryOutcome.Delivered>(await SendOneAsync());
        Assert.Single(Received);
    }

    [Fact]
    public async Task There_is_one_outcome_a_recipient()
    {
        var names = Enumerable.Range(1, Math.Min(Channel.MaxRecipients, 20)).Select(i => $"person-{i}").ToArray();

        var outcomes = await Channel.SendAsync(Dispatch(names: names), default);

        Assert.Equal(names.Length, outcomes.Count);
        Assert.All(outcomes, outcome => Assert.IsType<DeliveryOutcome.Delivered>(outcome));
    }

    [Fact]
    public async Task The_same_dispatch_again_has_the_same_message_id()
    {
        await SendOneAsync();
        await SendOneAsync();

        Assert.NotEmpty(Received);
        Assert.Single(Received.Select(received => received.MessageId).Distinct());
    }

    [Theory]
    [InlineData(ShownMode.Actual)]
    [InlineData(ShownMode.Exercise)]
    [InlineData(ShownMode.Test)]
    [InlineData(ShownMode.InDoubt)]
    public async Task The_mode_reaches_the_receiver_in_words(ShownMode mode)
    {
        await SendOneAsync(mode == ShownMode.InDoubt ? Doubted(Dispatch()) : Dispatch(Enum.Parse<ReportMode>(mode.ToString())));

        var words = Assert.Single(Received).Words;
        Assert.Contains(ModeBanner.Of(mode), words, StringComparison.Ordinal);
        Assert.All(
            Enum.GetValues<ShownMode>().Where(other => other != mode),
            other => Assert.DoesNotContain(ModeBanner.Of(other), words, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Marking_and_Japanese_arrive_unharmed()
    {
        await SendOneAsync(Dispatch(language: "ja"));

        var words = Assert.Single(Received).Words;
        Assert.Contains("TLP:AMBER", words, StringComparison.Ordinal);
        Assert.Contains("弾道ミサイルの可能性があるものが発射された", words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_link_to_answer_is_the_recipients_and_no_placeholder_is_left()
    {
        await SendOneAsync();

        var words = Assert.Single(Received).Words;
        Assert.Contains(LinkOf("first").AbsoluteUri, words, StringComparison.Ordinal);
        Assert.DoesNotContain(RenderedAlert.AcknowledgeUrlPlaceholder, words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancellation_is_not_an_outcome()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Channel.SendAsync(Dispatch(), cancelled.Token));
    }

    [Fact]
    public void A_target_is_named_for_any_address_and_says_nothing_secret()
    {
        foreach (var address in new[] { "", " ", "nonsense", "https://", "user@", "https://user:secret@host.example/x?sig=secret#secret" })
        {
            var target = Channel.TargetOf(address);
            Assert.NotEmpty(target);
            Assert.DoesNotContain("secret", target, StringComparison.Ordinal);
        }
    }
}

/// <summary>What the receiving side does with the next message.</summary>
public enum Reply
{
    /// <summary>Not now: 503, 451.</summary>
    TryLater,

    /// <summary>Not to this address, ever: 410, 550.</summary>
    RefuseAddress,

    /// <summary>Not from this hub as it is set up: 401, 535.</summary>
    RefuseHub,

    /// <summary>Breaks the connection.</summary>
    Drop,

    /// <summary>Accepts the connection and never answers.</summary>
    Hang,
}

/// <summary>The promises of channels that go over a network.</summary>
public abstract class NetworkChannelContract : AlertChannelContract
{
    /// <summary>From now on the receiving side does this.</summary>
    protected abstract void Script(Reply reply);

    /// <summary>A receiver has begun to work on a message.</summary>
    protected abstract Task UntilReceivingAsync();

    /// <summary>The same channel and a dispatch to where nobody listens.</summary>
    protected abstract (IAlertChannel Channel, AlertDispatch Dispatch) WithNobodyThere();

    [Theory]
    [InlineData(Reply.TryLater, typeof(DeliveryOutcome.Deferred))]
    [InlineData(Reply.RefuseAddress, typeof(DeliveryOutcome.Refused))]
    [InlineData(Reply.RefuseHub, typeof(DeliveryOutcome.Misconfigured))]
    [InlineData(Reply.Drop, typeof(DeliveryOutcome.Deferred))]
    public async Task Every_answer_has_its_outcome(Reply reply, Type outcome)
    {
        Script(reply);

        Assert.IsType(outcome, await SendOneAsync());
    }

    [Fact]
    public async Task Nobody_listening_defers()
    {
        var (channel, dispatch) = WithNobodyThere();

        var outcome = Assert.IsType<DeliveryOutcome.Deferred>(Assert.Single(await channel.SendAsync(dispatch, default)));
        Assert.Null(outcome.Until);
    }

    [Fact]
    public async Task A_receiver_that_hangs_defers_when_the_time_is_up()
    {
        Script(Reply.Hang);

        var sending = ChannelAttempt.SendAsync(Channel, Dispatch(), TimeSpan.FromSeconds(10), Time);
        await UntilReceivingAsync();
        Assert.False(sending.IsCompleted);
        Time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal("No answer within 10 s.", Assert.IsType<DeliveryOutcome.Deferred>(Assert.Single(await sending)).Reason);
    }

    [Fact]
    public async Task A_send_under_way_ends_when_it_is_cancelled()
    {
        Script(Reply.Hang);
        using var cancel = new CancellationTokenSource();
        var sending = Channel.SendAsync(Dispatch(), cancel.Token);
        await UntilReceivingAsync();

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
    }

    [Fact]
    public async Task After_a_failure_the_channel_works_again()
    {
        Script(Reply.Drop);
        await SendOneAsync();
        await RecoverAsync();

        Assert.IsType<DeliveryOutcome.Delivered>(await SendOneAsync());
    }

    [Fact]
    public async Task Many_sends_at_once_all_arrive()
    {
        var names = Enumerable.Range(1, 40).Select(i => $"person-{i}").ToList();

        var outcomes = await Task.WhenAll(names.Select(name => Channel.SendAsync(Dispatch(names: name), default)));

        Assert.All(outcomes, outcome => Assert.IsType<DeliveryOutcome.Delivered>(Assert.Single(outcome)));
        Assert.Equal(40, Received.Count);
    }

    [Fact]
    public async Task Reasons_tell_no_address()
    {
        foreach (var reply in new[] { Reply.TryLater, Reply.RefuseAddress, Reply.RefuseHub, Reply.Drop })
        {
            Script(reply);
            var reason = await SendOneAsync() switch
            {
                DeliveryOutcome.Deferred deferred => deferred.Reason,
                DeliveryOutcome.Refused refused => refused.Reason,
                DeliveryOutcome.Misconfigured misconfigured => misconfigured.Reason,
                _ => "",
            };
            Assert.NotEmpty(reason);
            Assert.DoesNotContain(AddressOf("first"), reason, StringComparison.OrdinalIgnoreCase);
        }
    }

    /// <summary>The receiving side takes everything again.</summary>
    protected abstract Task RecoverAsync();
}
