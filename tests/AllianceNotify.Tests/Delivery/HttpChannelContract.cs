using AllianceNotify.Contracts.Delivery;
using AllianceNotify.Delivery;
using AllianceNotify.Delivery.Channels;
using AllianceNotify.Reports;
using AllianceNotify.Situations;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Xunit;

namespace AllianceNotify.Tests.Delivery;

/// <summary>The contract over a sink on loopback.</summary>
public abstract class HttpChannelContract : NetworkChannelContract
{
    protected const string Secret = "whsec_c2FtcGxlIHNlY3JldCBmb3IgdGVzdHMgb25seQ==";

    private readonly TaskCompletionSource receiving = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IAlertChannel? channel;

    protected HttpSink Sink { get; private set; } = null!;

    protected override IAlertChannel Channel => channel!;

    public override async Task InitializeAsync()
    {
        Sink = await HttpSink.StartAsync();
        channel = Create(options => options.AllowedNetworks.Add("127.0.0.0/8"));
    }

    public override async Task DisposeAsync()
    {
        (channel as IDisposable)?.Dispose();
        await Sink.DisposeAsync();
    }

    protected abstract IAlertChannel Create(Action<OutboundOptions> configure);

    protected override string AddressOf(string name) => $"{Sink.Url}to/{name}";

    protected override void Script(Reply reply) => Sink.Answer = reply switch
    {
        Reply.TryLater => Status(503),
        Reply.RefuseAddress => Status(410),
        Reply.RefuseHub => Status(401),
        Reply.Drop => (_, context) =>
        {
            context.Abort();
            return Task.CompletedTask;
        }
        ,
        Reply.Hang => async (_, context) =>
        {
            receiving.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        }
        ,
        _ => throw new ArgumentOutOfRangeException(nameof(reply), reply, null),
    };

    protected override Task UntilReceivingAsync() => receiving.Task.WaitAsync(TimeSpan.FromSeconds(20));

    protected override Task RecoverAsync()
    {
        Sink.Answer = Status(202);
        return Task.CompletedTask;
    }

    protected override (IAlertChannel Channel, AlertDispatch Dispatch) WithNobodyThere()
    {
        using var socket = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        socket.Start();
        var free = ((System.Net.IPEndPoint)socket.LocalEndpoint).Port;
        socket.Stop();
        var dispatch = Dispatch();
        return (Channel, dispatch with { Recipients = [dispatch.Recipients[0] with { Address = $"http://127.0.0.1:{free}/" }] });
    }

    protected static Func<SinkRequest, HttpContext, Task> Status(int status, string? retryAfter = null, string? body = null) => async (_, context) =>
    {
        context.Response.StatusCode = status;
        if (retryAfter is not null)
        {
            context.Response.Headers.RetryAfter = retryAfter;
        }

        if (body is not null)
        {
            await context.Response.WriteAsync(body);
        }
    };

    [Theory]
    [InlineData(200, "delivered")]
    [InlineData(202, "delivered")]
    [InlineData(301, "refused")]
    [InlineData(307, "refused")]
    [InlineData(400, "refused")]
    [InlineData(403, "misconfigured")]
    [InlineData(404, "refused")]
    [InlineData(408, "deferred")]
    [InlineData(413, "refused")]
    [InlineData(422, "refused")]
    [InlineData(425, "deferred")]
    [InlineData(429, "deferred")]
    [InlineData(500, "deferred")]
    [InlineData(502, "deferred")]
    [InlineData(504, "deferred")]
    public async Task Every_status_has_its_outcome(int status, string expected)
    {
        Sink.Answer = Status(status, body: status == 200 ? "1" : null);

        Assert.Equal(expected, (await SendOneAsync()).GetType().Name.ToLowerInvariant());
    }

    [Fact]
    public async Task A_retry_after_is_passed_on_exactly()
    {
        Sink.Answer = Status(429, retryAfter: "2.128");
        Assert.Equal(Time.GetUtcNow().AddSeconds(2.128), Assert.IsType<DeliveryOutcome.Deferred>(await SendOneAsync()).Until);
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        Sink.Answer = (_, context) =>
        {
            context.Response.Redirect("/elsewhere", permanent: false, preserveMethod: true);
            return Task.CompletedTask;
        };

        Assert.IsType<DeliveryOutcome.Refused>(await SendOneAsync());
        Assert.Single(Sink.Requests);
    }

    [Fact]
    public async Task An_endless_answer_is_not_read_to_its_end()
    {
        Sink.Answer = async (_, context) =>
        {
            var junk = new byte[64 * 1024];
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(junk, context.RequestAborted);
            }
        };

        Assert.IsType<DeliveryOutcome.Delivered>(await SendOneAsync());
    }

    [Fact]
    public async Task The_hub_does_not_talk_to_private_addresses_unless_allowed()
    {
        var guarded = Create(options => options.AllowedNetworks.Add("192.0.2.0/24"));
        using var disposing = (IDisposable)guarded;
        foreach (var host in new[] { "127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "10.1.2.3", "169.254.169.254" })
        {
            foreach (var scheme in new[] { "http", "https" })
            {
                var dispatch = Dispatch();
                var address = $"{scheme}://{host}:{Sink.Url.Port}/";
                var outcomes = await guarded.SendAsync(dispatch with { Recipients = [dispatch.Recipients[0] with { Address = address }] }, default);
                Assert.True(outcomes[0] is DeliveryOutcome.Refused, $"{address}: {outcomes[0]}");
            }
        }

        Assert.Empty(Sink.Requests);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("ftp://host.example/")]
    [InlineData("file:///etc/passwd")]
    [InlineData("https://user:password@host.example/")]
    [InlineData("//host.example/")]
    public async Task What_is_no_address_is_refused(string address)
    {
        var dispatch = Dispatch();
        var outcome = Assert.Single(await Channel.SendAsync(dispatch with { Recipients = [dispatch.Recipients[0] with { Address = address }] }, default));

        Assert.IsType<DeliveryOutcome.Refused>(outcome);
    }
}

public sealed class WebhookChannelTests : HttpChannelContract
{
    protected override IReadOnlyList<ReceivedAlert> Received =>
        [.. Sink.Requests.Select(request => new ReceivedAlert(request.Headers["webhook-id"], request.Text))];

    protected override IAlertChannel Create(Action<OutboundOptions> configure) => Create(options =>
    {
        options.Secret = Secret;
        configure(options);
    });

    private WebhookChannel Create(Action<WebhookOptions> configure)
    {
        var options = new WebhookOptions();
        configure(options);
        return new WebhookChannel(Options.Create(options), Time);
    }

    [Fact]
    public async Task The_signature_is_that_of_standard_webhooks()
    {
        await SendOneAsync();

        var request = Assert.Single(Sink.Requests);
        var timestamp = request.Headers["webhook-timestamp"];
        Assert.Equal(Time.GetUtcNow().ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture), timestamp);
        // Computed here from the scheme's description and not with the channel's own code.
        byte[] signed = [.. System.Text.Encoding.UTF8.GetBytes($"{request.Headers["webhook-id"]}.{timestamp}."), .. request.Body];
        using var hmac = new System.Security.Cryptography.HMACSHA256("sample secret for tests only"u8.ToArray());
        Assert.Equal($"v1,{Convert.ToBase64String(hmac.ComputeHash(signed))}", request.Headers["webhook-signature"]);
        Assert.Equal("application/json", request.Headers["Content-Type"]);
    }

    [Fact]
    public void The_example_of_the_standard_is_signed_as_the_standard_says()
    {
        // Test vector of the Standard Webhooks specification's reference libraries.
        var keys = WebhookSignature.KeysOf("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")!;

        Assert.Equal(
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
            WebhookSignature.Header(keys, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, """{"test": 2432232314}"""u8));
    }

    [Fact]
    public async Task During_a_change_of_secrets_every_message_is_signed_with_each()
    {
        using var channel = Create((WebhookOptions options) =>
        {
            options.Secret = $"{Secret} whsec_YW5vdGhlciBzYW1wbGUgc2VjcmV0IGZvciB0ZXN0cw==";
            options.AllowPrivateAddresses = true;
        });

        await channel.SendAsync(Dispatch(), default);

        var signatures = Assert.Single(Sink.Requests).Headers["webhook-signature"].Split(' ');
        Assert.Equal(2, signatures.Distinct().Count());
        Assert.All(signatures, signature => Assert.StartsWith("v1,", signature, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_host_has_a_secret_of_its_own_and_without_any_nothing_is_sent()
    {
        using var channel = Create((WebhookOptions options) =>
        {
            options.Secrets["LOCALHOST"] = Secret;
            options.AllowPrivateAddresses = true;
        });
        var dispatch = Dispatch();
        var named = dispatch.Recipients[0] with { Address = $"http://localhost:{Sink.Url.Port}/" };

        var own = await channel.SendAsync(dispatch with { Recipients = [named] }, default);
        var none = await channel.SendAsync(dispatch, default);

        Assert.IsType<DeliveryOutcome.Delivered>(own[0]);
        Assert.IsType<DeliveryOutcome.Misconfigured>(none[0]);
        Assert.Single(Sink.Requests);
    }

    [Fact]
    public async Task The_body_says_what_it_is_in_its_type_and_its_fields()
    {
        var alert = SampleAlerts.Alert(ReportMode.Exercise, kind: AlertKind.AllClear);
        await SendOneAsync(Dispatch(ReportMode.Exercise) with { Alert = alert, Round = 2 });

        using var document = System.Text.Json.JsonDocument.Parse(Assert.Single(Sink.Requests).Body);
        var root = document.RootElement;
        Assert.Equal("alert.exercise.all-clear", root.GetProperty("type").GetString());
        Assert.Equal("2026-11-24T05:49:00Z", root.GetProperty("timestamp").GetString());
        var data = root.GetProperty("data");
        Assert.Equal("exercise", data.GetProperty("mode").GetString());
        Assert.Equal("flash", data.GetProperty("alert").GetProperty("urgency").GetString());
        Assert.Equal("TLP:AMBER", data.GetProperty("alert").GetProperty("marking").GetProperty("label").GetString());
        Assert.Equal(100, data.GetProperty("alert").GetProperty("facts").GetProperty("apogeeKm").GetDouble());
        Assert.Equal(2, data.GetProperty("message").GetProperty("round").GetInt32());
        Assert.Equal("https://hub.example/a/token-of-first", data.GetProperty("acknowledgeUrl").GetString());
        Assert.Equal("exercise", Sink.Requests[0].Headers["x-alliancenotify-mode"]);
    }

    [Fact]
    public async Task A_mode_in_doubt_has_a_type_of_its_own()
    {
        await SendOneAsync(Doubted(Dispatch()));

        var request = Assert.Single(Sink.Requests);
        using var document = System.Text.Json.JsonDocument.Parse(request.Body);
        Assert.Equal("alert.in-doubt.review", document.RootElement.GetProperty("type").GetString());
        Assert.Equal("in-doubt", document.RootElement.GetProperty("data").GetProperty("mode").GetString());
        Assert.Equal("in-doubt", request.Headers["x-alliancenotify-mode"]);
        Assert.DoesNotContain("actual", System.Text.Encoding.UTF8.GetString(request.Body), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Every_mistake_in_the_options_is_named_without_the_secret()
    {
        var options = new WebhookOptions { Secret = $"{Secret} not-a-secret" };
        options.Secrets["host.example"] = "whsec_c2hvcnQ=";
        options.AllowedNetworks.Add("10.0.0.1/8x");

        var failures = new WebhookOptionsValidator().Validate(null, options).Failures!.ToList();

        Assert.Equal(3, failures.Count);
        Assert.DoesNotContain(failures, failure => failure.Contains("c2hvcnQ", StringComparison.Ordinal) || failure.Contains("not-a-secret", StringComparison.Ordinal));
    }
}

public sealed class TeamsWorkflowChannelTests : HttpChannelContract
{
    /// <summary>Cards carry no Message-ID; what makes a card the same is the card.</summary>
    protected override IReadOnlyList<ReceivedAlert> Received =>
        [.. Sink.Requests.Select(request => new ReceivedAlert(request.Path + request.Text, request.Text))];

    protected override IAlertChannel Create(Action<OutboundOptions> configure)
    {
        var options = new TeamsWorkflowOptions();
        configure(options);
        return new TeamsWorkflowChannel(Options.Create(options), Time);
    }

    [Fact]
    public async Task The_card_is_in_the_shape_that_workflows_take()
    {
        Sink.Answer = async (_, context) =>
        {
            context.Response.Headers["x-ms-workflow-run-id"] = "run-1";
            await Status(202)(null!, context);
        };
        var outcome = await SendOneAsync();

        Assert.Equal("run-1", Assert.IsType<DeliveryOutcome.Delivered>(outcome).ProviderId);
        using var document = System.Text.Json.JsonDocument.Parse(Assert.Single(Sink.Requests).Body);
        Assert.Equal("message", document.RootElement.GetProperty("type").GetString());
        var attachment = Assert.Single(document.RootElement.GetProperty("attachments").EnumerateArray());
        Assert.Equal("application/vnd.microsoft.card.adaptive", attachment.GetProperty("contentType").GetString());
        Assert.Equal("AdaptiveCard", attachment.GetProperty("content").GetProperty("type").GetString());
    }

    [Theory]
    [InlineData("Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429 with ContextId tcid=1", typeof(DeliveryOutcome.Deferred))]
    [InlineData("Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 410 with ContextId tcid=1", typeof(DeliveryOutcome.Refused))]
    [InlineData("1", typeof(DeliveryOutcome.Delivered))]
    public async Task A_refusal_inside_a_200_is_one(string body, Type outcome)
    {
        Sink.Answer = Status(200, body: body);

        Assert.IsType(outcome, await SendOneAsync());
    }

    [Fact]
    public async Task A_card_that_teams_would_not_take_is_not_sent()
    {
        var dispatch = Dispatch();
        var card = dispatch.Content.Card.Replace("\"version\"", $"\"fallbackText\":\"{new string('あ', 10000)}\",\"version\"", StringComparison.Ordinal);

        Assert.IsType<DeliveryOutcome.Refused>(await SendOneAsync(dispatch with { Content = dispatch.Content with { Card = card } }));
        Assert.Empty(Sink.Requests);
    }

    [Fact]
    public void Two_workflows_of_one_host_are_two_targets() => Assert.NotEqual(
        Channel.TargetOf("https://prod-1.westus.logic.azure.com:443/workflows/a/triggers/manual/paths/invoke?sig=x"),
        Channel.TargetOf("https://prod-1.westus.logic.azure.com:443/workflows/b/triggers/manual/paths/invoke?sig=x"));
}

public sealed class OutboxChannelTests : AlertChannelContract
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("outbox-");

    protected override IAlertChannel Channel => new OutboxChannel("outbox", new OutboxFolder(folder.FullName), [OutboxFormat.Card], Time);

    protected override IReadOnlyList<ReceivedAlert> Received
    {
        get
        {
            var outbox = new OutboxFolder(folder.FullName);
            var entries = outbox.ListAsync(null, 100, default).GetAwaiter().GetResult().Entries;
            return [.. entries.Select(entry => new ReceivedAlert(entry.MessageId, System.Text.Encoding.UTF8.GetString(
                outbox.ReadAsync(entry, ".card.json", default).GetAwaiter().GetResult()!.Value.Span)))];
        }
    }

    public override Task InitializeAsync() => Task.CompletedTask;

    public override Task DisposeAsync()
    {
        folder.Delete(recursive: true);
        return Task.CompletedTask;
    }

    protected override string AddressOf(string name) => $"{name}@agency.example";
}
