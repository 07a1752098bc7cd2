using AllianceNotify.Contracts.Delivery;
using AllianceNotify.Delivery;
using AllianceNotify.Delivery.Channels;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using MimeKit;
using Xunit;

namespace AllianceNotify.Smtp.Tests;

public sealed class SmtpSetupTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("outbox-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void Every_mistake_in_the_options_is_named()
    {
        var options = new SmtpOptions
        {
            Host = "not a host",
            Port = 0,
            Security = (SmtpSecurity)9,
            TrustedCertificate = "/nowhere.pem",
            UserName = "hub",
            From = "nobody",
            ReplyTo = "@",
            EnvelopeFrom = "x@",
            MaxConnections = 0,
            MaxRecipients = 101,
        };

        var failures = new SmtpOptionsValidator().Validate(null, options).Failures!.ToList();

        string[] expected = ["Host", "Port", "Security", "TrustedCertificate", "UserName", "From", "ReplyTo", "EnvelopeFrom", "MaxConnections", "MaxRecipients"];
        Assert.Equal(expected, failures.Select(failure => failure.Split(':', ' ')[1]));
    }

    [Fact]
    public void A_password_does_not_travel_in_clear()
    {
        var options = new SmtpOptions { Host = "mail.example", Security = SmtpSecurity.None, UserName = "hub", Password = "p" };
        Assert.False(new SmtpOptionsValidator().Validate(null, options).Succeeded);

        options.Host = "127.0.0.1";
        Assert.True(new SmtpOptionsValidator().Validate(null, options).Succeeded);
    }

    [Fact]
    public void With_a_host_mail_is_sent_and_sends_never_wait_for_a_connection()
    {
        using var provider = Build(("Smtp:Host", "mail.example"), ("Smtp:MaxConnections", "3"));

        Assert.IsType<SmtpChannel>(provider.GetRequiredService<ChannelSet>().Find("smtp"));
        Assert.Equal(3, provider.GetRequiredService<IOptions<DeliveryOptions>>().Value.For("smtp").MaxConcurrency);
    }

    [Fact]
    public void What_is_configured_for_delivery_by_mail_is_kept()
    {
        using var provider = Build(("Smtp:Host", "mail.example"), ("Delivery:Channels:smtp:Timeout", "00:00:07"), ("Delivery:Channels:smtp:MaxConcurrency", "2"));

        var limits = provider.GetRequiredService<IOptions<DeliveryOptions>>().Value.For("smtp");
        Assert.Equal((TimeSpan.FromSeconds(7), 2), (limits.Timeout, limits.MaxConcurrency));
    }

    [Fact]
    public async Task Without_a_host_the_outbox_keeps_the_mail_as_it_would_have_been_sent()
    {
        await using var provider = Build();
        var channel = provider.GetRequiredService<ChannelSet>().Find("smtp")!;
        var alert = SampleAlerts.Alert(Reports.ReportMode.Exercise);
        var dispatch = new AlertDispatch(alert, SampleAlerts.Render(alert, "ja"),
        [
            new DispatchRecipient
            {
                Contact = new Contacts.ContactId("sample-officer"),
                Address = "officer@agency.example",
                DisplayName = "見本 太郎",
                MessageId = "m1@hub.example",
                AcknowledgeUrl = new Uri("https://hub.example/a/token"),
            },
        ]);

        var outcome = Assert.IsType<DeliveryOutcome.Delivered>(Assert.Single(await channel.SendAsync(dispatch, default)));

        Assert.StartsWith("outbox:", outcome.ProviderId, StringComparison.Ordinal);
        var outbox = provider.GetRequiredService<OutboxFolder>();
        var entry = Assert.Single((await outbox.ListAsync(null, 10, default)).Entries);
        Assert.Equal("smtp", entry.Channel);
        var bytes = (await outbox.ReadAsync(entry, ".eml", default))!.Value.ToArray();
        Assert.All(bytes, value => Assert.True(value < 128));
        var mail = MimeMessage.Load(new MemoryStream(bytes));
        Assert.Equal(("m1@hub.example", "見本 太郎"), (mail.MessageId, mail.To.Mailboxes.Single().Name));
        Assert.Equal("exercise", mail.Headers["X-AllianceNotify-Mode"]);
        Assert.Contains("訓練 訓練 訓練", mail.TextBody, StringComparison.Ordinal);
        Assert.Contains("https://hub.example/a/token", mail.HtmlBody, StringComparison.Ordinal);
    }

    private ServiceProvider Build(params (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)).Append(new("Outbox:Folder", folder.FullName)))
            .Build();
        return new ServiceCollection()
            .AddSingleton(TimeProvider.System)
            .AddDelivery(configuration)
            .AddSmtpChannel(configuration)
            .BuildServiceProvider();
    }
}
