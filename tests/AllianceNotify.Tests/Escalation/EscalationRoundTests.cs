using AllianceNotify.Acknowledgement;
using AllianceNotify.Contacts;
using AllianceNotify.Escalation;
using AllianceNotify.Reports;
using AllianceNotify.Situations;
using Xunit;

namespace AllianceNotify.Tests.Escalation;

public sealed class EscalationRoundTests
{
    private static readonly DateTimeOffset MadeAt = new(2026, 11, 24, 5, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Steps_count_from_when_the_alert_was_made()
    {
        Assert.Equal(MadeAt.AddMinutes(5), EscalationRound.DueAt(Policy(), 1, MadeAt, MadeAt));
        Assert.Equal(MadeAt.AddMinutes(15), EscalationRound.DueAt(Policy(), 2, MadeAt, MadeAt.AddMinutes(5)));
    }

    [Fact]
    public void A_step_that_was_missed_is_due_now()
    {
        var now = MadeAt.AddHours(1);

        Assert.Equal(now, EscalationRound.DueAt(Policy(), 2, MadeAt, now));
    }

    [Fact]
    public void After_the_last_step_everybody_is_asked_again_at_the_policys_interval()
    {
        var now = MadeAt.AddHours(1);

        Assert.Equal(now.AddMinutes(10), EscalationRound.DueAt(Policy(), 3, MadeAt, now));
        Assert.Equal(EscalationTarget.Again, EscalationRound.StepOf(Policy(), 3).Target);
    }

    [Fact]
    public void A_policy_that_does_not_repeat_ends_with_its_last_step()
    {
        Assert.Null(EscalationRound.DueAt(Policy() with { RepeatEvery = null }, 3, MadeAt, MadeAt));
    }

    [Fact]
    public void Round_numbers_end_where_their_digits_do()
    {
        Assert.NotNull(EscalationRound.DueAt(Policy(), 999, MadeAt, MadeAt));
        Assert.Null(EscalationRound.DueAt(Policy(), 1000, MadeAt, MadeAt));
    }

    [Fact]
    public void One_answer_stops_a_policy_that_says_so()
    {
        Assert.True(EscalationRound.Ends(OnAnswer.Stop, ["JCG", "USFJ"], [AnswerOf("JCG")]));
        Assert.False(EscalationRound.StillAsked(OnAnswer.Stop, ContactOf("USFJ"), [AnswerOf("JCG")]));
        Assert.False(EscalationRound.Ends(OnAnswer.Stop, ["JCG"], []));
    }

    [Fact]
    public void An_answer_narrows_the_asking_to_the_agencies_that_have_not_answered()
    {
        Assert.False(EscalationRound.Ends(OnAnswer.NarrowToOtherAgencies, ["JCG", "USFJ"], [AnswerOf("JCG")]));
        Assert.False(EscalationRound.StillAsked(OnAnswer.NarrowToOtherAgencies, ContactOf("JCG"), [AnswerOf("JCG")]));
        Assert.True(EscalationRound.StillAsked(OnAnswer.NarrowToOtherAgencies, ContactOf("USFJ"), [AnswerOf("JCG")]));
        Assert.True(EscalationRound.Ends(OnAnswer.NarrowToOtherAgencies, ["JCG", "USFJ"], [AnswerOf("jcg"), AnswerOf("USFJ")]));
    }

    private static EscalationPolicy Policy() => new()
    {
        Id = new PolicyId("p"),
        Name = new LocalizedText("Policy", "方針"),
        Steps =
        [
            new EscalationStep { After = TimeSpan.FromMinutes(5), Target = EscalationTarget.Again },
            new EscalationStep { After = TimeSpan.FromMinutes(15), Target = EscalationTarget.WholeList },
        ],
        OnAnswer = OnAnswer.Stop,
        RepeatEvery = TimeSpan.FromMinutes(10),
    };

    private static Answer AnswerOf(string agency) => new()
    {
        Alert = new AlertId("a-x-1"),
        Who = $"contact:{agency}",
        Name = agency,
        Agency = agency,
        At = MadeAt,
        Route = AnswerRoute.Link,
    };

    private static Contact ContactOf(string agency) => new()
    {
        Id = new ContactId(agency.ToLowerInvariant()),
        Name = new PersonName(agency, null),
        Agency = agency,
        Nation = "JPN",
        Languages = ["en"],
        Channels = [],
    };
}
