using System.CommandLine;
using AllianceNotify.Classification;
using AllianceNotify.Contacts;
using AllianceNotify.Delivery;
using AllianceNotify.Delivery.Channels;
using AllianceNotify.Functions.Web;
using AllianceNotify.Graph;
using AllianceNotify.Reports;
using AllianceNotify.Situations;
using Microsoft.Extensions.Options;

namespace AllianceNotify.Functions.Cli;

/// <summary>
/// <c>channels check CHANNEL=ADDRESS…</c>: a message of mode test through each channel named, straight to it and past the queues,
/// and what came of it in words. Channels that are set up and not named are listed as not tried.
/// </summary>
internal static class ChannelsCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static Command Create() => new("channels", "The ways out of the hub.") { CreateCheck() };

    private static Command CreateCheck()
    {
        var recipients = new Argument<string[]>("CHANNEL=ADDRESS")
        {
            Description = "Whom to send a test to by which channel, for example graph-mail=you@agency.example.",
            Arity = ArgumentArity.OneOrMore,
        };
        var data = HubCommandOptions.Data();
        var check = new Command("check", "Send a test (mode test) through channels and say what is missing.") { recipients, data };
        check.SetAction((parsed, cancellationToken) =>
        {
            var named = parsed.GetValue(recipients)!.Select(Split).ToList();
            return StoreCommand.RunWithSettingsAsync(parsed.GetValue(data), services => CheckAsync(services, named, cancellationToken));
        });
        return check;
    }

    private static async Task<int> CheckAsync(IServiceProvider services, List<(string Channel, string Address)> named, CancellationToken cancellationToken)
    {
        var channels = services.GetRequiredService<ChannelSet>();
        if (named.FirstOrDefault(recipient => channels.Find(recipient.Channel) is null) is { Channel: { } unknown })
        {
            throw new CallFailed($"There is no channel {unknown}; there are {string.Join(", ", channels.Names.Order(StringComparer.Ordinal))}.");
        }

        var failed = false;
        foreach (var (name, address) in named)
        {
            // Each mail is sent from the mailbox that has rested longest, so that as many tests as senders try them all.
            var tries = name == GraphRegistration.MailChannel ? Math.Max(1, services.GetRequiredService<IOptions<GraphOptions>>().Value.Mail.Senders.Count) : 1;
            for (var i = 0; i < tries; i++)
            {
                var (right, words) = await SendAsync(services, channels.Find(name)!, address, cancellationToken);
                failed |= !right;
                Console.Out.WriteLine($"{name}\t{words}");
            }
        }

        foreach (var name in channels.Names.Except(named.Select(recipient => recipient.Channel)).Order(StringComparer.Ordinal))
        {
            Console.Out.WriteLine($"{name}\tnot tried{(IsStoodInFor(channels.Find(name)!) ? ": the outbox stands in for it" : "")}");
        }

        return failed ? 1 : 0;
    }

    private static async Task<(bool Right, string Words)> SendAsync(
        IServiceProvider services, IAlertChannel channel, string address, CancellationToken cancellationToken)
    {
        var time = services.GetRequiredService<TimeProvider>();
        var alert = TestAlert(time.GetUtcNow());
        var content = await services.GetRequiredService<RenderAlert>()(alert, "en", cancellationToken);
        var dispatch = new AlertDispatch(alert, content,
        [
            new DispatchRecipient
            {
                Contact = new ContactId("channel-check"),
                Address = address,
                DisplayName = null,
                MessageId = $"{alert.Id}.channel-check@alliancenotify.invalid",
                AcknowledgeUrl = services.GetRequiredService<PublicAddress>().Base,
            },
        ]);
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            return (await channel.SendAsync(dispatch, either.Token))[0] switch
            {
                DeliveryOutcome.Delivered { ProviderId: { } id } when IsStoodInFor(channel) => (true, $"written to the outbox, which stands in for it ({id})"),
                DeliveryOutcome.Delivered delivered => (true, $"accepted{(delivered.ProviderId is { } id ? $" ({id})" : "")}; look whether it arrives"),
                DeliveryOutcome.Deferred deferred => (false, $"not now{(deferred.Until is { } until ? $", again from {until:yyyy-MM-dd'T'HH:mm:ss'Z'}" : "")}: {deferred.Reason}"),
                DeliveryOutcome.Refused refused => (false, $"refused for this address: {refused.Reason}"),
                DeliveryOutcome.Misconfigured misconfigured => (false, $"not set up right: {misconfigured.Reason}"),
                var other => throw new InvalidOperationException($"Unknown outcome {other.GetType().Name}."),
            };
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (false, $"no answer within {Patience.TotalSeconds:0} s");
        }
    }

    /// <summary>The outbox is a channel of its own as well, and then stands in for nothing.</summary>
    private static bool IsStoodInFor(IAlertChannel channel) => channel is OutboxChannel && channel.Name != OutboxChannel.ChannelName;

    /// <summary>About nothing, stored nowhere, and of mode test in every part.</summary>
    private static Alert TestAlert(DateTimeOffset now)
    {
        var situation = new SituationId($"s-channel-check-{now.ToUnixTimeMilliseconds()}");
        return new Alert
        {
            Id = Alert.IdOf(situation, 1),
            Situation = situation,
            Revision = 1,
            Kind = AlertKind.New,
            Mode = ReportMode.Test,
            Category = new CategoryId("communications-disruption"),
            Confidence = 1,
            Urgency = Urgency.Routine,
            Marking = Marking.Default,
            Texts =
            [
                new ReportText("en", "Channel check: nothing has happened", "An administrator is testing whether messages of this hub arrive. Nothing is asked of you."),
                new ReportText("ja", "配信経路の試験（事案は発生していません）", "管理者が配信の到達を試験しています。対応は不要です。"),
            ],
            ObservedAt = now,
            MadeAt = now,
            Source = "channel-check",
            ExpectsAnswer = false,
        };
    }

    private static (string Channel, string Address) Split(string text) => text.Split('=', 2) is [{ Length: > 0 } channel, { } address]
        ? (channel, address)
        : throw new CallFailed($"'{text}' is not of the form CHANNEL=ADDRESS.");
}
