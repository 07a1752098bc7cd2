using System.Text;
using AllianceNotify.Classification;
using AllianceNotify.Intake;
using AllianceNotify.Messaging;
using AllianceNotify.Reports;
using AllianceNotify.Situations;
using Xunit;

namespace AllianceNotify.Tests.Intake;

public sealed class AcceptReportsTests
{
    private readonly IntakeHarness hub = new();

    [Fact]
    public async Task An_accepted_report_is_stored_and_queued_with_its_trace()
    {
        var item = await AcceptOneAsync(IntakeHarness.Json());

        Assert.False(item.Duplicate);
        var stored = await hub.Reports.GetAsync(item.Id, default);
        Assert.Equal("Sample report: ballistic missile launched", stored!.Texts[0].Title);
        Assert.Equal(IntakeHarness.Now, stored.ReceivedAt);
        var message = Assert.Single(await hub.Queue.ReceiveAsync(QueueName.Reports, 10, TimeSpan.FromMinutes(1), default));
        var queued = Assert.IsType<QueuedReports.Stored>(await hub.Accept.ReadQueuedAsync(message, default));
        Assert.Equal([item.Id], queued.Ids);
    }

    [Theory]
    [InlineData("actual", Lane.UrgentActual)]
    [InlineData("exercise", Lane.Exercise)]
    [InlineData("test", Lane.Exercise)]
    public async Task Exercises_wait_behind_actual_reports(string mode, Lane lane)
    {
        await AcceptOneAsync(IntakeHarness.Json(mode: mode));
        var message = Assert.Single(await hub.Queue.ReceiveAsync(QueueName.Reports, 10, TimeSpan.FromMinutes(1), default));
        Assert.Equal(lane, message.Message.Lane);
    }

    [Theory]
    [InlineData(Urgency.Flash, Lane.FlashActual)]
    [InlineData(Urgency.Info, Lane.RoutineActual)]
    public async Task The_estimate_of_urgency_is_the_lane_of_an_actual_report(Urgency urgency, Lane lane)
    {
        var estimating = new IntakeHarness(urgency: _ => urgency);
        await estimating.PostAsync(IntakeHarness.Json());
        Assert.Equal(lane, (await estimating.Queue.ReceiveAsync(QueueName.Reports, 1, TimeSpan.FromMinutes(1), default))[0].Message.Lane);
    }

    [Fact]
    public async Task A_fault_in_the_estimate_does_not_keep_a_report_out_of_the_queue()
    {
        var broken = new IntakeHarness(urgency: _ => throw new InvalidOperationException("A fault in the estimate."));
        Assert.IsType<IntakeResult.Accepted>(await broken.PostAsync(IntakeHarness.Json()));
        Assert.Equal(Lane.UrgentActual, (await broken.Queue.ReceiveAsync(QueueName.Reports, 1, TimeSpan.FromMinutes(1), default))[0].Message.Lane);
    }

    [Fact]
    public async Task The_same_report_again_is_the_first_one_and_is_not_triaged_twice()
    {
        var first = await AcceptOneAsync(IntakeHarness.Json());
        await hub.QueuedAsync();
        await hub.Reports.InsertOutcomeAsync(first.Id, Outcome(), default);

        var second = await AcceptOneAsync(IntakeHarness.Json());

        Assert.Equal(new AcceptedItem(first.Id, Duplicate: true), second);
        Assert.Equal(1, (await hub.Queue.GetDepthAsync(QueueName.Reports, default)).Active);
    }

    [Fact]
    public async Task A_duplicate_of_a_report_not_yet_triaged_is_queued_again()
    {
        var first = await AcceptOneAsync(IntakeHarness.Json());
        var second = await AcceptOneAsync(IntakeHarness.Json());
        Assert.True(second.Duplicate);
        Assert.Equal([first.Id.Value, first.Id.Value], await hub.QueuedAsync());
    }

    [Fact]
    public async Task A_duplicate_with_other_content_says_so_and_the_first_stands()
    {
        var first = await AcceptOneAsync(IntakeHarness.Json(title: "First"));
        var second = await AcceptOneAsync(IntakeHarness.Json(title: "Second"));
        Assert.Equal(new AcceptedItem(first.Id, Duplicate: true, Differs: true), second);
        Assert.Equal("First", (await hub.Reports.GetAsync(first.Id, default))!.Texts[0].Title);
    }

    [Fact]
    public async Task An_idempotency_key_stands_for_one_body_of_one_caller()
    {
        var mine = IntakeHarness.Caller with { IdempotencyKey = "attempt-1" };
        Assert.IsType<IntakeResult.Accepted>(await hub.PostAsync(IntakeHarness.Json("1"), caller: mine));

        var again = Assert.IsType<IntakeResult.Accepted>(await hub.PostAsync(IntakeHarness.Json("1"), caller: mine));
        Assert.True(Assert.Single(again.Items).Duplicate);
        Assert.IsType<IntakeResult.IdempotencyConflict>(await hub.PostAsync(IntakeHarness.Json("2"), caller: mine));
        Assert.Null(await hub.Reports.GetAsync(SituationReport.IdOf("sample-radar", "2"), default));
        var others = mine with { Id = "key-2" };
        Assert.IsType<IntakeResult.Accepted>(await hub.PostAsync(IntakeHarness.Json("2"), caller: others));
    }

    [Theory]
    [InlineData("")]
    [InlineData("with space")]
    [InlineData("日本")]
    public async Task An_idempotency_key_must_be_visible_ASCII(string key)
    {
        var invalid = Assert.IsType<IntakeResult.Invalid>(await hub.PostAsync(IntakeHarness.Json(), caller: IntakeHarness.Caller with { IdempotencyKey = key }));
        Assert.Equal("Idempotency-Key", Assert.Single(invalid.Errors).Field);
    }

    [Fact]
    public async Task An_invalid_body_does_not_use_up_its_idempotency_key()
    {
        var mine = IntakeHarness.Caller with { IdempotencyKey = "attempt-1" };
        Assert.IsType<IntakeResult.Invalid>(await hub.PostAsync("{}", caller: mine));
        Assert.IsType<IntakeResult.Accepted>(await hub.PostAsync(IntakeHarness.Json(), caller: mine));
    }

    [Fact]
    public async Task A_caller_reports_only_in_the_names_it_was_given()
    {
        Assert.IsType<IntakeResult.Forbidden>(await hub.PostAsync(IntakeHarness.Json(), caller: IntakeHarness.Caller with { MaySubmit = false }));
        Assert.IsType<IntakeResult.Forbidden>(await hub.PostAsync(IntakeHarness.Json(), caller: IntakeHarness.Caller with { Sources = new HashSet<string> { "other" } }));
        Assert.IsType<IntakeResult.Accepted>(await hub.PostAsync(IntakeHarness.Json(), caller: IntakeHarness.Caller with { Sources = new HashSet<string> { "sample-radar" } }));
    }

    [Theory]
    [InlineData("image/png")]
    [InlineData("text/csv")]
    [InlineData("application/x-www-form-urlencoded")]
    public async Task An_unknown_content_type_is_said_to_be_one(string contentType) =>
        Assert.IsType<IntakeResult.UnsupportedMediaType>(await hub.PostAsync(IntakeHarness.Json(), contentType));

    [Theory]
    [InlineData(null)]
    [InlineData("application/octet-stream")]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("Application/JSON")]
    public async Task The_content_decides_where_the_type_says_little(string? contentType) =>
        Assert.IsType<IntakeResult.Accepted>(await hub.PostAsync(IntakeHarness.Json(), contentType));

    [Fact]
    public async Task Nothing_is_stored_of_what_is_not_accepted()
    {
        var small = new IntakeHarness(new IntakeOptions { MaxBodyBytes = 300 });
        Assert.IsType<IntakeResult.TooLarge>(await small.PostAsync(IntakeHarness.Json(extra: $", \"body\": \"{new string('x', 300)}\"")));
        Assert.IsType<IntakeResult.Invalid>(await small.PostAsync(IntakeHarness.Json(mode: "real")));
        Assert.IsType<IntakeResult.Refused>(await small.PostAsync(IntakeHarness.Json(extra: ", \"classification\": \"SECRET\"")));
        Assert.IsType<IntakeResult.UnsupportedMediaType>(await small.PostAsync(IntakeHarness.Json(), "image/png"));

        Assert.Null(await small.Reports.GetAsync(SituationReport.IdOf("sample-radar", "2026-11-24-0031"), default));
        Assert.Empty(await small.QueuedAsync());
    }

    [Fact]
    public async Task A_report_too_big_for_one_record_is_refused_before_anything_is_stored()
    {
        var open = new IntakeHarness(new IntakeOptions { MaxBodyBytes = 4 * 1024 * 1024 });
        var texts = string.Join(',', Enumerable.Range(0, 12).Select(_ => $$"""{ "title": "t", "body": "{{new string('あ', 90_000)}}" }"""));
        var body = IntakeHarness.Json().Replace("\"title\": \"Sample report: ballistic missile launched\"", $"\"texts\": [{texts}]", StringComparison.Ordinal);
        Assert.IsType<IntakeResult.TooLarge>(await open.PostAsync(body));
        Assert.Empty(await open.QueuedAsync());
    }

    [Fact]
    public async Task A_report_put_on_the_queue_by_a_system_is_stored_before_triage_goes_on()
    {
        var message = await hub.EnqueueAndLeaseAsync(Encoding.UTF8.GetBytes(IntakeHarness.Json("q-1")));
        var stored = Assert.IsType<QueuedReports.Stored>(await hub.Accept.ReadQueuedAsync(message, default));
        Assert.Equal([SituationReport.IdOf("sample-radar", "q-1")], stored.Ids);
        Assert.NotNull(await hub.Reports.GetAsync(stored.Ids[0], default));
        Assert.Equal(stored.Ids, Assert.IsType<QueuedReports.Stored>(await hub.Accept.ReadQueuedAsync(message, default)).Ids);
    }

    [Theory]
    [InlineData("{ \"acceptedReport\": \"r-unknown\" }", "not stored")]
    [InlineData("{ \"acceptedReport\": 5 }", "is required")]
    [InlineData("not json", "no format")]
    [InlineData("", "no format")]
    [InlineData("{ \"source\": \"s\" }", "sourceId: is required")]
    public async Task A_queue_message_that_cannot_be_read_is_poison_with_the_reason(string body, string reason)
    {
        var poison = Assert.IsType<QueuedReports.Poison>(await hub.Accept.ReadQueuedAsync(await hub.EnqueueAndLeaseAsync(Encoding.UTF8.GetBytes(body)), default));
        Assert.Contains(reason, poison.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_queued_report_marked_above_unclassified_is_refused_and_not_kept()
    {
        var message = await hub.EnqueueAndLeaseAsync(Encoding.UTF8.GetBytes(IntakeHarness.Json(extra: ", \"classification\": \"SECRET\"")));
        Assert.IsType<QueuedReports.Refused>(await hub.Accept.ReadQueuedAsync(message, default));
        Assert.Null(await hub.Reports.GetAsync(SituationReport.IdOf("sample-radar", "2026-11-24-0031"), default));
    }

    [Fact]
    public async Task What_triage_decided_is_kept_beside_the_report_and_only_once()
    {
        var item = await AcceptOneAsync(IntakeHarness.Json());
        Assert.Null(await hub.Reports.GetOutcomeAsync(item.Id, default));
        Assert.True(await hub.Reports.InsertOutcomeAsync(item.Id, Outcome(), default));
        Assert.False(await hub.Reports.InsertOutcomeAsync(item.Id, Outcome() with { Reason = "second run" }, default));

        var stored = await hub.Reports.GetWithOutcomeAsync(item.Id, default);
        Assert.Equal("sample", stored!.Outcome!.Reason);
        Assert.Equal([AlertId.Of("a-1-1")], stored.Outcome.Alerts);
        Assert.Equal(SituationId.Of("s-1"), stored.Outcome.Situation);
        Assert.Equal(CategoryId.None, stored.Outcome.Classification!.Category);
        Assert.Equal(item.Id, stored.Report.Id);
    }

    private async Task<AcceptedItem> AcceptOneAsync(string body) =>
        Assert.Single(Assert.IsType<IntakeResult.Accepted>(await hub.PostAsync(body)).Items);

    private static TriageOutcome Outcome() => new()
    {
        State = TriageState.Triaged,
        Classification = new ClassificationResult
        {
            Category = CategoryId.None,
            Confidence = 0.9,
            Urgency = Urgency.Info,
            Categories = [],
            Guidelines = null,
            Evidence = [new Evidence("title", 0, 6, "Sample", "sample", -1)],
            Alternatives = [],
            NeedsReview = false,
        },
        Situation = SituationId.Of("s-1"),
        Alerts = [AlertId.Of("a-1-1")],
        Reason = "sample",
        At = IntakeHarness.Now,
    };
}
