using AllianceNotify.Contracts.Delivery;
using AllianceNotify.Contracts.Graph;
using AllianceNotify.Delivery;
using AllianceNotify.Graph.Mail;
using AllianceNotify.Reports;
using AllianceNotify.Situations;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace AllianceNotify.Graph.Tests;

/// <summary>What is particular to mail by Graph, against the documented limits.</summary>
public sealed class GraphMailTests : IAsyncLifetime
{
    private readonly FakeTimeProvider time = new(SampleAlerts.MadeAt.AddSeconds(3));
    private FakeGraph graph = null!;

    public async Task InitializeAsync() => graph = await FakeGraph.StartAsync(time);

    public async Task DisposeAsync() => await graph.DisposeAsync();

    [Theory]
    [InlineData(ReportMode.Actual, Urgency.Flash, "high")]
    [InlineData(ReportMode.Exercise, Urgency.Urgent, "high")]
    [InlineData(ReportMode.Test, Urgency.Routine, "normal")]
    [InlineData(ReportMode.Actual, Urgency.Info, "low")]
    [InlineData(ReportMode.Actual, Urgency.Routine, "normal", "It says it is a drill.", "in-doubt")]
    public async Task A_mail_says_what_it_is_in_no_more_headers_than_graph_takes(
        ReportMode mode, Urgency urgency, string importance, string? doubt = null, string? said = null)
    {
        using var setup = Setup();
        var dispatch = Dispatch(SampleAlerts.Alert(mode, urgency) with { ModeDoubt = doubt }, "ann");

        Assert.IsType<DeliveryOutcome.Delivered>(Assert.Single(await setup.Mail.SendAsync(dispatch, default)));

        var mail = Assert.Single(graph.Mails);
        Assert.Equal(importance, mail.Importance);
        Assert.Equal(
            (said ?? mode.ToString().ToLowerInvariant(), dispatch.Alert.Id.Value, dispatch.Alert.Situation.Value, dispatch.Recipients[0].MessageId),
            (mail.Headers["x-alliancenotify-mode"], mail.Headers["x-alliancenotify-alert"], mail.Headers["x-alliancenotify-situation"], mail.Headers[GraphMail.MessageIdHeader]));
        Assert.Equal("OOF, AutoReply", mail.Headers["X-Auto-Response-Suppress"]);
        Assert.Equal(["ann@agency.example"], mail.To);
        Assert.Empty(mail.Bcc);
    }

    [Fact]
    public async Task An_update_is_an_answer_to_the_first_mail_to_the_same_person()
    {
        using var setup = Setup();
        var dispatch = Dispatch(SampleAlerts.Alert(revision: 2, kind: AlertKind.Update), "ann");

        await setup.Mail.SendAsync(dispatch with { Recipients = [dispatch.Recipients[0] with { ThreadMessageId = "first@hub.example" }] }, default);

        var properties = Assert.Single(graph.Mails).Properties;
        Assert.Equal(
            ($"<{dispatch.Recipients[0].MessageId}>", "<first@hub.example>", "<first@hub.example>"),
            (properties["String 0x1035"], properties["String 0x1042"], properties["String 0x1039"]));
    }

    [Fact]
    public async Task Threading_by_properties_keeping_and_answers_are_the_administrators_choice()
    {
        using var setup = Setup(options => (options.Mail.ThreadingProperties, options.Mail.SaveToSentItems, options.Mail.ReplyTo) = (false, true, "desk@hub.example"));
        await setup.Mail.SendAsync(Dispatch(SampleAlerts.Alert(), "ann"), default);
        using var standard = Setup();
        await standard.Mail.SendAsync(Dispatch(SampleAlerts.Alert(), "ben"), default);

        Assert.Equal([true, false], graph.Mails.Select(mail => mail.SaveToSentItems));
        Assert.Equal([0, 1], graph.Mails.Select(mail => mail.Properties.Count));
        Assert.Equal(["desk@hub.example"], graph.Mails[0].ReplyTo);
    }

    [Fact]
    public async Task A_group_is_one_mail_that_names_nobody_and_carries_no_personal_link()
    {
        using var setup = Setup(options => options.Mail.MaxRecipients = 100);
        var names = Enumerable.Range(0, 100).Select(i => $"person-{i}").ToArray();

        var outcomes = await setup.Mail.SendAsync(Dispatch(SampleAlerts.Alert(), names), default);

        Assert.All(outcomes, outcome => Assert.IsType<DeliveryOutcome.Delivered>(outcome));
        var mail = Assert.Single(graph.Mails);
        Assert.Empty(mail.To);
        Assert.Equal(100, mail.Bcc.Distinct().Count());
        var personal = Dispatch(SampleAlerts.Alert(), "ann", "ben");
        await Assert.ThrowsAsync<InvalidOperationException>(() => setup.Mail.SendAsync(
            personal with { Recipients = [.. personal.Recipients.Select(recipient => recipient with { AcknowledgeUrl = new Uri($"https://hub.example/a/{recipient.Contact}") })] }, default));
    }

    [Fact]
    public async Task One_address_that_exchange_refuses_costs_nobody_else_their_mail()
    {
        using var setup = Setup(options => options.Mail.MaxRecipients = 100);
        graph.InvalidRecipients.Add("person-37@agency.example");
        var names = Enumerable.Range(0, 100).Select(i => $"person-{i}").ToArray();

        var outcomes = await setup.Mail.SendAsync(Dispatch(SampleAlerts.Alert(), names), default);

        Assert.IsType<DeliveryOutcome.Refused>(outcomes[37]);
        Assert.Equal(99, outcomes.Count(outcome => outcome is DeliveryOutcome.Delivered));
        Assert.Equal(names.Where(name => name != "person-37").Select(name => $"{name}@agency.example").Order(), graph.Mails.SelectMany(mail => mail.Recipients).Order());
    }

    [Fact]
    public async Task A_mailbox_in_trouble_is_gone_around()
    {
        using var setup = Setup(FourSenders);
        graph.Script = call => call.User == "alerts-1@hub.example" ? new GraphFault.Answer(429, "ApplicationThrottled", RetryAfter: "300") : null;

        var outcomes = new List<DeliveryOutcome>();
        for (var i = 0; i < 10; i++)
        {
            outcomes.Add((await setup.Mail.SendAsync(Dispatch(SampleAlerts.Alert(), $"person-{i}"), default))[0]);
        }

        var deferred = Assert.IsType<DeliveryOutcome.Deferred>(Assert.Single(outcomes, outcome => outcome is not DeliveryOutcome.Delivered));
        Assert.True(deferred.Until <= time.GetUtcNow());
        Assert.Equal(9, graph.Mails.Count);
    }

    [Fact]
    public async Task A_mailbox_that_does_not_exist_is_told_to_the_administrator_when_none_is_left()
    {
        using var setup = Setup(options => options.Mail.Senders = ["gone-1@hub.example", "gone-2@hub.example"]);
        graph.Unknown.UnionWith(["gone-1@hub.example", "gone-2@hub.example"]);

        var first = (await setup.Mail.SendAsync(Dispatch(SampleAlerts.Alert(), "ann"), default))[0];
        var second = (await setup.Mail.SendAsync(Dispatch(SampleAlerts.Alert(), "ann"), default))[0];
        var calls = graph.Calls.Count;
        var third = (await setup.Mail.SendAsync(Dispatch(SampleAlerts.Alert(), "ann"), default))[0];

        Assert.IsType<DeliveryOutcome.Deferred>(first);
        Assert.Contains("Graph:Mail:Senders:0 has no Exchange Online mailbox", Assert.IsType<DeliveryOutcome.Misconfigured>(second).Reason, StringComparison.Ordinal);
        Assert.IsType<DeliveryOutcome.Misconfigured>(third);
        Assert.Equal(calls, graph.Calls.Count);
    }

    [Fact]
    public async Task A_missing_permission_is_named()
    {
        using var setup = Setup();
        graph.Permissions.Remove("Mail.Send");

        var outcome = (await setup.Mail.SendAsync(Dispatch(SampleAlerts.Alert(), "ann"), default))[0];

        Assert.Contains("Mail.Send", Assert.IsType<DeliveryOutcome.Misconfigured>(outcome).Reason, StringComparison.Ordinal);
        time.Advance(TimeSpan.FromMinutes(1));
        graph.Permissions.Add("Mail.Send");
        Assert.IsType<DeliveryOutcome.Delivered>((await setup.Mail.SendAsync(Dispatch(SampleAlerts.Alert(), "ann"), default))[0]);
    }

    [Theory]
    [InlineData("7", 7)]
    [InlineData("2.128", 2.128)]
    [InlineData("Tue, 24 Nov 2026 05:49:33 GMT", 30)]
    public async Task Retry_after_is_obeyed_to_the_letter_in_each_of_its_forms(string header, double seconds)
    {
        using var setup = Setup();
        graph.Script = _ => new GraphFault.Answer(429, "TooManyRequests", RetryAfter: header);
        var until = time.GetUtcNow().AddSeconds(seconds);

        var outcome = (await setup.Mail.SendAsync(Dispatch(SampleAlerts.Alert(), "ann"), default))[0];

        Assert.Equal(until, Assert.IsType<DeliveryOutcome.Deferred>(outcome).Until);
        graph.Script = _ => null;
        var calls = graph.Calls.Count;
        var soon = setup.Mail.SendAsync(Dispatch(SampleAlerts.Alert(), "ann"), default);
        time.SetUtcNow(until.AddMilliseconds(-1));
        Assert.Equal(calls, graph.Calls.Count);
        time.SetUtcNow(until.AddMilliseconds(1));
        await soon;
        Assert.IsType<DeliveryOutcome.Delivered>((await setup.Mail.SendAsync(Dispatch(SampleAlerts.Alert(), "ann"), default))[0]);
        Assert.Empty(graph.Violations);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task Without_retry_after_back_off_decides(int status)
    {
        using var setup = Setup();
        graph.Script = _ => new GraphFault.Gateway(status);

        Assert.Null(Assert.IsType<DeliveryOutcome.Deferred>((await setup.Mail.SendAsync(Dispatch(SampleAlerts.Alert(), "ann"), default))[0]).Until);
        Assert.Single(graph.Calls);
    }

    [Fact]
    public async Task No_documented_limit_is_exceeded_by_many_at_once()
    {
        using var setup = Setup(FourSenders);
        graph.Work = async (_, token) => await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, token);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 150).Select(i => setup.Mail.SendAsync(Dispatch(SampleAlerts.Alert(), $"person-{i}"), default)));

        Assert.Equal(120, outcomes.Count(outcome => outcome[0] is DeliveryOutcome.Delivered));
        Assert.All(
            outcomes.Select(outcome => outcome[0]).OfType<DeliveryOutcome.Deferred>(),
            deferred => Assert.Equal(time.GetUtcNow().AddMinutes(1), deferred.Until));
        Assert.Empty(graph.Violations);
        Assert.InRange(graph.MostInFlight, 2, 4);
        Assert.Equal([30, 30, 30, 30], graph.Mails.GroupBy(mail => mail.Sender).Select(group => group.Count()));
    }

    [Fact]
    public async Task The_tenants_external_recipients_are_counted_apart()
    {
        using var setup = Setup(options => (options.Mail.ExternalRecipientsADay, options.Mail.InternalDomains) = (2, ["agency.example"]));
        async Task<DeliveryOutcome> SendAsync(string address)
        {
            var dispatch = Dispatch(SampleAlerts.Alert(), "ann");
            return (await setup.Mail.SendAsync(dispatch with { Recipients = [dispatch.Recipients[0] with { Address = address }] }, default))[0];
        }

        Assert.IsType<DeliveryOutcome.Delivered>(await SendAsync("a@elsewhere.example"));
        Assert.IsType<DeliveryOutcome.Delivered>(await SendAsync("b@elsewhere.example"));
        Assert.Equal(time.GetUtcNow().AddDays(1), Assert.IsType<DeliveryOutcome.Deferred>(await SendAsync("c@elsewhere.example")).Until);
        Assert.IsType<DeliveryOutcome.Delivered>(await SendAsync("d@agency.example"));
        Assert.IsType<DeliveryOutcome.Delivered>(await SendAsync("e@hub.example"));
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("")]
    [InlineData("a@b.example, c@d.example")]
    [InlineData("0b5c2d9e-7a31-4c86-9f0e-2a6d1b3c4e5f")]
    public async Task What_is_no_address_is_refused(string address)
    {
        using var setup = Setup();
        var dispatch = Dispatch(SampleAlerts.Alert(), "ann");

        Assert.IsType<DeliveryOutcome.Refused>((await setup.Mail.SendAsync(dispatch with { Recipients = [dispatch.Recipients[0] with { Address = address }] }, default))[0]);
        Assert.Empty(graph.Calls);
    }

    internal static AlertDispatch Dispatch(Alert alert, params string[] names) => new(alert, SampleAlerts.Render(alert, "en"), [.. names.Select(name => new DispatchRecipient
    {
        Contact = new Contacts.ContactId(name),
        Address = $"{name}@agency.example",
        DisplayName = $"Sample {name}",
        MessageId = $"{alert.Id}.{name}.0@hub.example",
        AcknowledgeUrl = new Uri(names.Length == 1 ? $"https://hub.example/a/token-of-{name}" : "https://hub.example/alerts/a-sample-1"),
    })]);

    private static void FourSenders(GraphOptions options) => options.Mail.Senders = [.. Enumerable.Range(1, 4).Select(i => $"alerts-{i}@hub.example")];

    private GraphSetup Setup(Action<GraphOptions>? configure = null) => new(graph.Address, time, configure);
}
