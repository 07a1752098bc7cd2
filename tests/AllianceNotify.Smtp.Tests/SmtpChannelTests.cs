using AllianceNotify.Contracts.Delivery;
using AllianceNotify.Delivery;
using AllianceNotify.Reports;
using AllianceNotify.Situations;
using MimeKit;
using Xunit;

namespace AllianceNotify.Smtp.Tests;

/// <summary>The contract over a real mail server on loopback, encrypted and signed in, one mail a person.</summary>
public abstract class SmtpChannelTests : NetworkChannelContract
{
    private static readonly (string, string) Account = ("hub", "sample password");

    private readonly TaskCompletionSource receiving = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string certificateFile = "";
    private SmtpChannel? channel;

    protected LoopbackSmtpServer Server { get; private set; } = null!;

    protected override IAlertChannel Channel => channel!;

    protected virtual int MaxRecipients => 1;

    protected override IReadOnlyList<ReceivedAlert> Received => [.. Server.Mails.Select(mail =>
    {
        var message = MimeMessage.Load(new MemoryStream(mail.Data));
        return new ReceivedAlert(message.MessageId ?? "", $"{message.Subject}\n{message.TextBody}\n{message.HtmlBody}");
    })];

    public override async Task InitializeAsync()
    {
        Server = LoopbackSmtpServer.Start(new SmtpServerSettings { Account = Account });
        certificateFile = Path.GetTempFileName();
        await File.WriteAllTextAsync(certificateFile, LoopbackSmtpServer.Certificate.ExportCertificatePem());
        channel = Create(Options(Server));
    }

    public override async Task DisposeAsync()
    {
        channel?.Dispose();
        await Server.DisposeAsync();
        File.Delete(certificateFile);
    }

    protected override string AddressOf(string name) => $"{name}@agency.example";

    protected override void Script(Reply reply) => Server.Script = reply switch
    {
        Reply.TryLater => Say("RCPT", "451 4.7.1 <first@agency.example> greylisted, try later"),
        Reply.RefuseAddress => Say("RCPT", "550 5.1.1 <first@agency.example> no such user"),
        Reply.RefuseHub => Say("MAIL", "550 5.7.1 The sender may not send to first@agency.example"),
        Reply.Drop => command => command.StartsWith("RCPT", StringComparison.Ordinal) ? new SmtpAct.Drop() : null,
        Reply.Hang => command =>
        {
            if (!command.StartsWith("RCPT", StringComparison.Ordinal))
            {
                return null;
            }

            receiving.TrySetResult();
            return new SmtpAct.Hang();
        }
        ,
        _ => throw new ArgumentOutOfRangeException(nameof(reply), reply, null),
    };

    protected override Task UntilReceivingAsync() => receiving.Task.WaitAsync(TimeSpan.FromSeconds(20));

    protected override Task RecoverAsync()
    {
        Server.Script = _ => null;
        return Task.CompletedTask;
    }

    protected override (IAlertChannel Channel, AlertDispatch Dispatch) WithNobodyThere()
    {
        using var socket = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        socket.Start();
        var options = Options(Server);
        options.Port = ((System.Net.IPEndPoint)socket.LocalEndpoint).Port;
        socket.Stop();
        return (Create(options), Dispatch());
    }

    protected SmtpOptions Options(LoopbackSmtpServer server) => new()
    {
        Host = "localhost",
        Port = server.Port,
        TrustedCertificate = certificateFile,
        UserName = "hub",
        Password = "sample password",
        From = "日米調整 Watch <alerts@hub.example>",
        MaxRecipients = MaxRecipients,
    };

    protected SmtpChannel Create(SmtpOptions options)
    {
        Assert.True(new SmtpOptionsValidator().Validate(null, options).Succeeded);
        return new SmtpChannel(Microsoft.Extensions.Options.Options.Create(options), Time);
    }

    protected static Func<string, SmtpAct?> Say(string verb, string line) =>
        command => command.StartsWith(verb, StringComparison.Ordinal) ? new SmtpAct.Say(line) : null;

    protected MimeMessage OnlyMail() => MimeMessage.Load(new MemoryStream(Assert.Single(Server.Mails).Data));

    [Fact]
    public async Task It_goes_encrypted_and_signed_in()
    {
        await SendOneAsync();

        var mail = Assert.Single(Server.Mails);
        Assert.True(mail.Encrypted);
        Assert.Equal("hub", mail.User);
        Assert.Equal(("alerts@hub.example", "first@agency.example"), (mail.From, Assert.Single(mail.Recipients)));
    }

    [Theory]
    [InlineData("PLAIN")]
    [InlineData("LOGIN")]
    public async Task It_signs_in_as_the_server_can(string mechanism)
    {
        await using var server = LoopbackSmtpServer.Start(new SmtpServerSettings { Account = Account, Mechanisms = [mechanism], ImplicitTls = true });
        await File.WriteAllTextAsync(certificateFile, LoopbackSmtpServer.Certificate.ExportCertificatePem());
        var options = Options(server);
        options.Security = SmtpSecurity.Tls;
        using var other = Create(options);

        Assert.IsType<DeliveryOutcome.Delivered>(Assert.Single(await other.SendAsync(Dispatch(), default)));
        Assert.Equal("hub", Assert.Single(server.Mails).User);
    }

    [Fact]
    public async Task A_server_without_extensions_is_served_too()
    {
        await using var server = LoopbackSmtpServer.Start(new SmtpServerSettings { OfferStartTls = false, Extensions = [] });
        var options = Options(server);
        (options.Security, options.UserName, options.Password) = (SmtpSecurity.None, null, null);
        using var other = Create(options);

        Assert.IsType<DeliveryOutcome.Delivered>(Assert.Single(await other.SendAsync(Dispatch(language: "ja"), default)));
        Assert.All(Assert.Single(server.Mails).Data, value => Assert.True(value < 128, "Eight bits went to a server of seven."));
    }

    [Fact]
    public async Task Without_encryption_nothing_is_sent_where_encryption_is_asked_for()
    {
        await using var server = LoopbackSmtpServer.Start(new SmtpServerSettings { OfferStartTls = false });
        using var other = Create(Options(server));

        Assert.IsType<DeliveryOutcome.Misconfigured>(Assert.Single(await other.SendAsync(Dispatch(), default)));
        Assert.Empty(server.Mails);
        Assert.DoesNotContain(server.Commands, command => command.StartsWith("AUTH", StringComparison.Ordinal) || command.StartsWith("MAIL", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_certificate_that_is_not_trusted_is_not_used()
    {
        var options = Options(Server);
        options.TrustedCertificate = null;
        using var other = Create(options);

        Assert.Equal(
            "The mail server's certificate is not trusted.",
            Assert.IsType<DeliveryOutcome.Misconfigured>(Assert.Single(await other.SendAsync(Dispatch(), default))).Reason);
        Assert.Empty(Server.Mails);
    }

    [Fact]
    public async Task A_wrong_password_is_tried_once_and_not_for_every_recipient()
    {
        var options = Options(Server);
        options.Password = "wrong";
        using var other = Create(options);

        for (var i = 0; i < 10; i++)
        {
            Assert.IsType<DeliveryOutcome.Misconfigured>(Assert.Single(await other.SendAsync(Dispatch(), default)));
        }

        Assert.Equal(1, Server.Connections);
        Time.Advance(TimeSpan.FromSeconds(31));
        await other.SendAsync(Dispatch(), default);
        Assert.Equal(2, Server.Connections);
    }

    [Theory]
    [InlineData("CONNECT", "421 4.3.2 too busy", typeof(DeliveryOutcome.Deferred))]
    [InlineData("CONNECT", "554 5.3.2 no service here", typeof(DeliveryOutcome.Deferred))]
    [InlineData("EHLO", "421 4.3.2 too busy", typeof(DeliveryOutcome.Deferred))]
    [InlineData("AUTH", "454 4.7.0 directory down", typeof(DeliveryOutcome.Deferred))]
    [InlineData("AUTH", "535 5.7.8 bad", typeof(DeliveryOutcome.Misconfigured))]
    [InlineData("MAIL", "452 4.3.1 disk full", typeof(DeliveryOutcome.Deferred))]
    [InlineData("MAIL", "553 5.7.1 not your sender", typeof(DeliveryOutcome.Misconfigured))]
    [InlineData("MAIL", "530 5.7.0 sign in first", typeof(DeliveryOutcome.Misconfigured))]
    [InlineData("RCPT", "450 4.2.1 mailbox busy", typeof(DeliveryOutcome.Deferred))]
    [InlineData("RCPT", "421 4.3.2 closing", typeof(DeliveryOutcome.Deferred))]
    [InlineData("RCPT", "550 5.1.1 unknown", typeof(DeliveryOutcome.Refused))]
    [InlineData("RCPT", "530 5.7.0 sign in first", typeof(DeliveryOutcome.Misconfigured))]
    [InlineData("DATA", "451 4.3.0 local error", typeof(DeliveryOutcome.Deferred))]
    [InlineData("DATA", "554 5.5.1 no", typeof(DeliveryOutcome.Refused))]
    [InlineData(".", "451 4.3.0 local error", typeof(DeliveryOutcome.Deferred))]
    [InlineData(".", "552 5.3.4 too big", typeof(DeliveryOutcome.Refused))]
    [InlineData(".", "554 5.7.1 looks like spam", typeof(DeliveryOutcome.Refused))]
    public async Task Every_answer_of_the_server_has_its_outcome(string verb, string line, Type outcome)
    {
        Server.Script = Say(verb, line);

        Assert.IsType(outcome, await SendOneAsync());
        Assert.Empty(Server.Mails);

        Server.Script = _ => null;
        Time.Advance(TimeSpan.FromMinutes(1));
        Assert.IsType<DeliveryOutcome.Delivered>(await SendOneAsync());
    }

    [Theory]
    [InlineData("CONNECT")]
    [InlineData("EHLO")]
    [InlineData("STARTTLS")]
    [InlineData("AUTH")]
    [InlineData("MAIL")]
    [InlineData("RCPT")]
    [InlineData("DATA")]
    [InlineData(".")]
    public async Task A_connection_that_breaks_anywhere_defers(string verb)
    {
        Server.Script = command => command.StartsWith(verb, StringComparison.Ordinal) ? new SmtpAct.Drop() : null;

        Assert.IsType<DeliveryOutcome.Deferred>(await SendOneAsync());
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("")]
    [InlineData("user@")]
    [InlineData("@host.example")]
    [InlineData("a@b.example, c@d.example")]
    [InlineData("a@b.example\r\nBcc: c@d.example")]
    public async Task What_is_no_address_is_refused(string address)
    {
        var dispatch = Dispatch();
        Assert.IsType<DeliveryOutcome.Refused>(await SendOneAsync(dispatch with { Recipients = [dispatch.Recipients[0] with { Address = address }] }));
        Assert.Empty(Server.Mails);
    }

    [Fact]
    public async Task An_address_beyond_ascii_is_taken_where_the_server_can()
    {
        var dispatch = Dispatch();
        var outcome = await SendOneAsync(dispatch with { Recipients = [dispatch.Recipients[0] with { Address = "当直@例え.example" }] });

        Assert.IsType<DeliveryOutcome.Delivered>(outcome);
        Assert.Equal("当直@例え.example", Assert.Single(Assert.Single(Server.Mails).Recipients));
    }

    [Fact]
    public async Task Connections_are_used_again()
    {
        for (var i = 0; i < 20; i++)
        {
            await SendOneAsync();
        }

        Assert.Equal(20, Server.Mails.Count);
        Assert.Equal(1, Server.Connections);
        Assert.Single(Server.Commands, command => command.StartsWith("AUTH", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_connection_that_was_idle_is_asked_first_and_a_stale_one_replaced()
    {
        await SendOneAsync();
        Time.Advance(TimeSpan.FromSeconds(5));
        Server.Script = command => command == "NOOP" ? new SmtpAct.Drop() : null;

        Assert.IsType<DeliveryOutcome.Delivered>(await SendOneAsync());
        Assert.Equal(2, Server.Connections);
    }

    [Fact]
    public async Task No_more_connections_are_open_than_allowed()
    {
        var options = Options(Server);
        options.MaxConnections = 3;
        using var other = Create(options);

        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => other.SendAsync(Dispatch(names: $"person-{i}"), default)));

        Assert.Equal(40, Server.Mails.Count);
        Assert.InRange(Server.MostOpen, 1, 3);
    }

    [Fact]
    public async Task A_mode_in_doubt_is_no_mode_in_the_headers_either()
    {
        await SendOneAsync(Doubted(Dispatch()));

        Assert.Equal("in-doubt", OnlyMail().Headers["X-AllianceNotify-Mode"]);
    }

    [Theory]
    [InlineData(ReportMode.Actual, Urgency.Flash, "high", "1 (Highest)")]
    [InlineData(ReportMode.Exercise, Urgency.Urgent, "high", "2 (High)")]
    [InlineData(ReportMode.Test, Urgency.Routine, null, null)]
    [InlineData(ReportMode.Actual, Urgency.Info, "low", "4 (Low)")]
    public async Task The_headers_say_mode_urgency_and_what_it_is_about(ReportMode mode, Urgency urgency, string? importance, string? priority)
    {
        var dispatch = Dispatch(mode);
        await SendOneAsync(dispatch with { Alert = dispatch.Alert with { Urgency = urgency } });

        var headers = OnlyMail().Headers;
        Assert.Equal(mode.ToString().ToLowerInvariant(), headers["X-AllianceNotify-Mode"]);
        Assert.Equal(dispatch.Alert.Id.Value, headers["X-AllianceNotify-Alert"]);
        Assert.Equal(dispatch.Alert.Situation.Value, headers["X-AllianceNotify-Situation"]);
        Assert.Equal((importance, priority), (headers["Importance"], headers["X-Priority"]));
        Assert.Equal("auto-generated", headers["Auto-Submitted"]);
        Assert.Equal("OOF, AutoReply", headers["X-Auto-Response-Suppress"]);
    }

    [Fact]
    public async Task Names_and_subjects_in_both_scripts_arrive_whole()
    {
        var dispatch = Dispatch(language: "ja");
        var subject = $"[訓練 EXERCISE] {new string('あ', 60)} Ballistic missile 弾道ミサイル {new string('b', 80)}";
        await SendOneAsync(dispatch with
        {
            Content = dispatch.Content with { Subject = subject },
            Recipients = [dispatch.Recipients[0] with { DisplayName = "見本 太郎\r\nBcc: x@y.example (Sample, Taro)" }],
        });

        var mail = OnlyMail();
        Assert.Equal(subject, mail.Subject);
        Assert.Equal("日米調整 Watch", mail.From.Mailboxes.Single().Name);
        Assert.Empty(mail.Bcc);
        Assert.All(
            System.Text.Encoding.UTF8.GetString(Server.Mails[0].Data).Split("\r\n\r\n")[0].Split("\r\n"),
            line => Assert.True(line.Length <= 998 && line.All(char.IsAscii), line));
    }

    [Fact]
    public async Task Text_and_html_are_alternatives_of_one_mail()
    {
        await SendOneAsync();

        var alternatives = Assert.IsType<MultipartAlternative>(OnlyMail().Body, exactMatch: false);
        Assert.Equal(["text/plain", "text/html"], alternatives.Select(part => part.ContentType.MimeType));
    }

    [Fact]
    public async Task Options_for_answers_and_bounces_are_used()
    {
        var options = Options(Server);
        (options.ReplyTo, options.EnvelopeFrom) = ("desk@hub.example", "bounces@hub.example");
        using var other = Create(options);

        await other.SendAsync(Dispatch(), default);

        Assert.Equal("bounces@hub.example", Server.Mails[0].From);
        Assert.Equal("desk@hub.example", OnlyMail().ReplyTo.Mailboxes.Single().Address);
        Assert.Equal("alerts@hub.example", OnlyMail().From.Mailboxes.Single().Address);
    }
}

/// <summary>What is different when a mail is for one person.</summary>
public sealed class SmtpOneByOneTests : SmtpChannelTests
{
    [Fact]
    public async Task A_mail_has_the_recipients_name_message_id_and_thread()
    {
        var dispatch = Dispatch();
        await SendOneAsync(dispatch with { Recipients = [dispatch.Recipients[0] with { ThreadMessageId = "first-mail@hub.example" }] });

        var mail = OnlyMail();
        Assert.Equal(dispatch.Recipients[0].MessageId, mail.MessageId);
        Assert.Equal("first-mail@hub.example", mail.InReplyTo);
        Assert.Equal(["first-mail@hub.example"], mail.References);
        Assert.Equal(("Sample first", "first@agency.example"), (mail.To.Mailboxes.Single().Name, mail.To.Mailboxes.Single().Address));
    }
}

/// <summary>The whole contract again with blind copies to groups.</summary>
public sealed class SmtpGroupTests : SmtpChannelTests
{
    protected override int MaxRecipients => 10;

    private AlertDispatch Group(Alert? alert, params string[] names)
    {
        var dispatch = Dispatch(names: names);
        return dispatch with { Alert = alert ?? dispatch.Alert };
    }

    [Fact]
    public async Task One_mail_goes_to_all_and_names_none_of_them()
    {
        var outcomes = await Channel.SendAsync(Group(null, "ann", "ben", "chie"), default);

        Assert.Equal(3, outcomes.Count);
        Assert.Equal(["ann@agency.example", "ben@agency.example", "chie@agency.example"], Assert.Single(Server.Mails).Recipients);
        var text = System.Text.Encoding.UTF8.GetString(Server.Mails[0].Data);
        Assert.DoesNotContain("@agency.example", text, StringComparison.Ordinal);
        Assert.Contains("\r\nTo: undisclosed-recipients: ;\r\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_recipient_has_an_outcome_of_their_own_in_order()
    {
        Server.Script = command =>
            command.Contains("<ben@", StringComparison.Ordinal) ? new SmtpAct.Say("550 5.1.1 unknown")
            : command.Contains("<dan@", StringComparison.Ordinal) ? new SmtpAct.Say("451 4.7.1 later")
            : null;

        var outcomes = await Channel.SendAsync(Group(null, "ann", "ben", "chie", "dan"), default);

        Assert.Equal(
            [typeof(DeliveryOutcome.Delivered), typeof(DeliveryOutcome.Refused), typeof(DeliveryOutcome.Delivered), typeof(DeliveryOutcome.Deferred)],
            outcomes.Select(outcome => outcome.GetType()));
        Assert.Equal(["ann@agency.example", "chie@agency.example"], Assert.Single(Server.Mails).Recipients);
    }

    [Fact]
    public async Task Where_the_message_fails_those_refused_before_stay_refused()
    {
        Server.Script = command =>
            command.Contains("<ben@", StringComparison.Ordinal) ? new SmtpAct.Say("550 5.1.1 unknown")
            : command == "." ? new SmtpAct.Say("451 4.3.0 later")
            : null;

        var outcomes = await Channel.SendAsync(Group(null, "ann", "ben"), default);

        Assert.Equal([typeof(DeliveryOutcome.Deferred), typeof(DeliveryOutcome.Refused)], outcomes.Select(outcome => outcome.GetType()));
    }

    [Fact]
    public async Task All_refused_is_all_refused()
    {
        Server.Script = Say("RCPT", "550 5.1.1 unknown");

        Assert.All(await Channel.SendAsync(Group(null, "ann", "ben"), default), outcome => Assert.IsType<DeliveryOutcome.Refused>(outcome));
    }

    [Fact]
    public async Task The_message_id_is_the_same_for_whoever_is_left_and_another_in_another_round()
    {
        await Channel.SendAsync(Group(null, "ann", "ben", "chie"), default);
        await Channel.SendAsync(Group(null, "chie"), default);
        await Channel.SendAsync(Group(null, "chie") with { Round = 1 }, default);

        var ids = Received.Select(received => received.MessageId).ToList();
        Assert.Equal(ids[0], ids[1]);
        Assert.NotEqual(ids[0], ids[2]);
    }

    [Fact]
    public async Task An_update_is_an_answer_to_the_first_mail()
    {
        await Channel.SendAsync(Group(null, "ann"), default);
        await Channel.SendAsync(Group(SampleAlerts.Alert(revision: 2, kind: AlertKind.Update), "ann"), default);

        var mails = Server.Mails.Select(mail => MimeMessage.Load(new MemoryStream(mail.Data))).ToList();
        Assert.Null(mails[0].InReplyTo);
        Assert.Equal(mails[0].MessageId, mails[1].InReplyTo);
    }

    [Fact]
    public async Task Personal_links_never_go_to_a_group()
    {
        var group = Group(null, "ann", "ben");
        var personal = group.Recipients.Select(recipient => recipient with { AcknowledgeUrl = new Uri($"https://hub.example/a/{recipient.Contact}") });

        await Assert.ThrowsAsync<InvalidOperationException>(() => Channel.SendAsync(group with { Recipients = [.. personal] }, default));
        Assert.Empty(Server.Mails);
    }
}
