using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AllianceNotify.Contacts;
using AllianceNotify.Content;
using AllianceNotify.Contracts.Delivery;
using AllianceNotify.Delivery;
using AllianceNotify.Delivery.Channels;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace AllianceNotify.Tests.Delivery;

/// <summary>The webhook and the Teams Workflows channel against a real web server on loopback.</summary>
public sealed class WebChannelTests : IAsyncLifetime
{
    private static readonly byte[] Key = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 11, 24, 6, 0, 0, TimeSpan.Zero));
    private HttpSink sink = null!; // set before each test, by InitializeAsync

    public async Task InitializeAsync() => sink = await HttpSink.StartAsync();

    public async Task DisposeAsync() => await sink.DisposeAsync();

    [Fact]
    public async Task A_webhook_is_signed_so_that_its_receiver_can_verify_it()
    {
        using var channel = Webhook();

        var outcome = await SendAsync(channel, sink.Address + "hook");

        Assert.IsType<DeliveryOutcome.Delivered>(outcome);
        var request = Assert.Single(sink.Requests);
        Assert.Equal("message-1@hub.example", request.Headers["webhook-id"]);
        Assert.Equal(time.GetUtcNow().ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture), request.Headers["webhook-timestamp"]);
        var signed = $"{request.Headers["webhook-id"]}.{request.Headers["webhook-timestamp"]}.{request.Body}";
        Assert.Equal($"v1,{Convert.ToBase64String(HMACSHA256.HashData(Key, Encoding.UTF8.GetBytes(signed)))}", request.Headers["webhook-signature"]);
    }

    [Fact]
    public async Task A_webhook_says_what_and_in_which_mode_and_where_to_answer()
    {
        using var channel = Webhook();

        await SendAsync(channel, sink.Address.ToString());

        using var body = JsonDocument.Parse(Assert.Single(sink.Requests).Body);
        var data = body.RootElement.GetProperty("data");
        Assert.Equal("alliancenotify.alert.v1", body.RootElement.GetProperty("type").GetString());
        Assert.Equal("actual", data.GetProperty("mode").GetString());
        Assert.Equal("missile-launch", data.GetProperty("category").GetString());
        Assert.Equal("TLP:AMBER", data.GetProperty("marking").GetProperty("label").GetString());
        Assert.Equal("https://hub.example/a/token", data.GetProperty("acknowledgeUrl").GetString());
    }

    [Fact]
    public void The_example_of_the_standard_is_signed_as_the_standard_says()
    {
        // Test vector of the Standard Webhooks specification's reference libraries.
        var key = WebhookChannel.KeyOf("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")!;

        var signature = WebhookChannel.Sign(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", """{"test": 2432232314}"""u8);

        Assert.Equal("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", signature);
    }

    [Theory]
    [InlineData(200, "Delivered")]
    [InlineData(202, "Delivered")]
    [InlineData(302, "Refused")]
    [InlineData(400, "Refused")]
    [InlineData(401, "Refused")]
    [InlineData(404, "Refused")]
    [InlineData(408, "Deferred")]
    [InlineData(410, "Refused")]
    [InlineData(425, "Deferred")]
    [InlineData(429, "Deferred")]
    [InlineData(500, "Deferred")]
    [InlineData(503, "Deferred")]
    public async Task A_status_says_whether_to_try_again(int status, string expected)
    {
        sink.Answer = context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.Location = "http://127.0.0.1:1/elsewhere";
            return Task.CompletedTask;
        };
        using var channel = Webhook();

        Assert.Equal(expected, (await SendAsync(channel, sink.Address.ToString())).GetType().Name);
        Assert.Single(sink.Requests);
    }

    [Theory]
    [InlineData("120", 120_000)]
    [InlineData("2.128", 2_128)]
    [InlineData("Tue, 24 Nov 2026 06:00:30 GMT", 30_000)]
    public async Task Retry_After_is_obeyed_to_the_letter(string header, int milliseconds)
    {
        sink.Answer = context =>
        {
            context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
            context.Response.Headers.RetryAfter = header;
            return Task.CompletedTask;
        };
        using var channel = Webhook();

        var deferred = Assert.IsType<DeliveryOutcome.Deferred>(await SendAsync(channel, sink.Address.ToString()));

        Assert.Equal(time.GetUtcNow().AddMilliseconds(milliseconds), deferred.Until);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_tried_again_later()
    {
        await using var gone = await HttpSink.StartAsync();
        var address = gone.Address.ToString();
        await gone.DisposeAsync();
        using var channel = Webhook();

        Assert.Null(Assert.IsType<DeliveryOutcome.Deferred>(await SendAsync(channel, address)).Until);
    }

    [Theory]
    [InlineData("http://127.0.0.1:{0}/")]
    [InlineData("http://localhost:{0}/")]
    [InlineData("http://[::ffff:127.0.0.1]:{0}/")]
    public async Task Private_networks_are_closed_unless_configuration_opens_them(string address)
    {
        using var channel = Webhook(allowPrivate: false);

        var outcome = await SendAsync(channel, string.Format(System.Globalization.CultureInfo.InvariantCulture, address, sink.Address.Port));

        Assert.IsType<DeliveryOutcome.Refused>(outcome);
        Assert.Empty(sink.Requests);
    }

    [Theory]
    [InlineData("10.1.2.3", true)]
    [InlineData("172.16.0.1", true)]
    [InlineData("172.32.0.1", false)]
    [InlineData("192.168.1.1", true)]
    [InlineData("169.254.169.254", true)]
    [InlineData("100.64.0.1", true)]
    [InlineData("0.0.0.0", true)]
    [InlineData("8.8.8.8", false)]
    [InlineData("::1", true)]
    [InlineData("fe80::1", true)]
    [InlineData("fd00::1", true)]
    [InlineData("::ffff:10.0.0.1", true)]
    [InlineData("64:ff9b::a00:1", true)]
    [InlineData("2002:a00:1::", true)]
    [InlineData("2001:4860:4860::8888", false)]
    public void An_address_is_known_as_private_in_every_spelling(string address, bool expected) =>
        Assert.Equal(expected, OutgoingHttp.IsPrivate(IPAddress.Parse(address)));

    [Theory]
    [InlineData("")]
    [InlineData("not a url")]
    [InlineData("ftp://hub.example/")]
    [InlineData("http://user:secret@hub.example/")]
    public async Task What_is_no_web_address_is_refused(string address)
    {
        using var channel = Webhook();

        Assert.IsType<DeliveryOutcome.Refused>(await SendAsync(channel, address));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("secret")]
    [InlineData("whsec_AAAA")]
    public async Task Without_a_usable_secret_nothing_is_sent_unsigned(string? secret)
    {
        using var channel = new WebhookChannel(Options.Create(new WebhookOptions { Secret = secret, AllowPrivateAddresses = true }), time);

        Assert.IsType<DeliveryOutcome.Misconfigured>(await SendAsync(channel, sink.Address.ToString()));
        Assert.Empty(sink.Requests);
    }

    [Fact]
    public async Task A_send_that_is_cut_off_is_no_outcome()
    {
        sink.Answer = context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        using var channel = Webhook();
        using var cut = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => channel.SendAsync(Dispatch(sink.Address.ToString()), cut.Token));
    }

    [Fact]
    public async Task Teams_gets_the_card_with_the_readers_own_link()
    {
        using var channel = new TeamsWorkflowChannel(allowPrivateAddresses: true, time);

        Assert.IsType<DeliveryOutcome.Delivered>(await SendAsync(channel, sink.Address + "workflows/1?sig=secret"));

        using var body = JsonDocument.Parse(Assert.Single(sink.Requests).Body);
        var attachment = body.RootElement.GetProperty("attachments")[0];
        Assert.Equal("message", body.RootElement.GetProperty("type").GetString());
        Assert.Equal("application/vnd.microsoft.card.adaptive", attachment.GetProperty("contentType").GetString());
        Assert.Equal("https://hub.example/a/token", attachment.GetProperty("content").GetProperty("link").GetString());
    }

    [Fact]
    public async Task A_429_that_Teams_hides_in_a_200_is_not_taken_for_delivered()
    {
        sink.Answer = context => context.Response.WriteAsync("Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429.");
        using var channel = new TeamsWorkflowChannel(allowPrivateAddresses: true, time);

        Assert.IsType<DeliveryOutcome.Deferred>(await SendAsync(channel, sink.Address.ToString()));
    }

    [Fact]
    public void A_targets_name_never_carries_the_secret_of_its_address()
    {
        using var channel = new TeamsWorkflowChannel(allowPrivateAddresses: true, time);

        Assert.DoesNotContain("sig", channel.TargetOf("https://flow.example/workflows/abc?sig=secret"), StringComparison.Ordinal);
        Assert.NotEqual(channel.TargetOf("https://flow.example/workflows/abc"), channel.TargetOf("https://flow.example/workflows/def"));
    }

    private WebhookChannel Webhook(bool allowPrivate = true) => new(
        Options.Create(new WebhookOptions { Secret = $"whsec_{Convert.ToBase64String(Key)}", AllowPrivateAddresses = allowPrivate }), time);

    private static async Task<DeliveryOutcome> SendAsync(IAlertChannel channel, string address) =>
        Assert.Single(await channel.SendAsync(Dispatch(address), default));

    private static AlertDispatch Dispatch(string address)
    {
        var alert = SampleAlerts.Alert();
        var content = new RenderedAlert
        {
            Language = "ja",
            Subject = "発射",
            Html = "",
            Text = "",
            Card = $$"""{ "link": "{{RenderedAlert.AcknowledgeUrlPlaceholder}}" }""",
        };
        var recipient = new DispatchRecipient
        {
            Contact = new ContactId("c1"),
            Address = address,
            DisplayName = null,
            MessageId = "message-1@hub.example",
            AcknowledgeUrl = new Uri("https://hub.example/a/token"),
        };
        return new AlertDispatch(alert, content, [recipient]);
    }
}
