using System.Management.Automation;
using Xunit;

namespace AllianceNotify.Infra.Tests;

public sealed class GrantSendersTests : IDisposable
{
    private const string Filter = "MemberOfGroup -eq 'CN=Senders,OU=Duty''s desk,DC=example,DC=com'";

    private readonly FakeExchange exchange = new();

    public void Dispose() => exchange.Dispose();

    [SkippableFact]
    public void It_says_what_it_will_do_and_does_it_in_an_order_that_works()
    {
        SkipOnWindows();
        exchange.Typed = "yes";
        var said = exchange.Grant();

        Assert.Contains($"NEW       scope {FakeExchange.Name}: {Filter}", said);
        Assert.Contains($"GRANT     Application Mail.Send in scope {FakeExchange.Name}", said);
        Assert.Equal(
            [
                $"New-ServicePrincipal {FakeExchange.ClientId} {FakeExchange.ObjectId} {FakeExchange.Name}",
                $"New-ManagementScope {FakeExchange.Name} {Filter}",
                $"New-ManagementRoleAssignment {FakeExchange.ObjectId} Application Mail.Send {FakeExchange.Name}",
            ],
            exchange.Changes);
    }

    [SkippableTheory]
    [InlineData("no")]
    [InlineData("YES")]
    [InlineData("")]
    public void Anything_but_yes_changes_nothing(string typed)
    {
        SkipOnWindows();
        exchange.Typed = typed;

        Assert.Contains("nothing was changed", Assert.ThrowsAny<RuntimeException>(() => exchange.Grant()).Message, StringComparison.Ordinal);
        Assert.Empty(exchange.Changes);
    }

    [SkippableFact]
    public void A_second_run_has_nothing_to_do_and_does_not_ask()
    {
        SkipOnWindows();
        exchange.Grant(yes: true);
        var again = exchange.Grant();

        Assert.Equal("Nothing to do.", again[^1]);
        Assert.Equal(3, exchange.Changes.Count);
    }

    [SkippableFact]
    public void What_a_broken_run_left_undone_is_done_by_the_next()
    {
        SkipOnWindows();
        exchange.Evaluate($"New-ServicePrincipal -AppId {FakeExchange.ClientId} -ObjectId {FakeExchange.ObjectId}");
        exchange.Grant(yes: true);

        Assert.Single(exchange.Changes, change => change.StartsWith("New-ServicePrincipal", StringComparison.Ordinal));
        Assert.Equal(3, exchange.Changes.Count);
    }

    [SkippableFact]
    public void A_scope_of_another_group_is_changed_and_the_old_one_shown()
    {
        SkipOnWindows();
        exchange.Evaluate($"New-ManagementScope -Name '{FakeExchange.Name}' -RecipientRestrictionFilter \"MemberOfGroup -eq 'CN=Everybody'\"");
        var said = exchange.Grant(yes: true);

        Assert.Contains("          was MemberOfGroup -eq 'CN=Everybody'", said);
        Assert.Contains($"Set-ManagementScope {FakeExchange.Name} {Filter}", exchange.Changes);
    }

    [SkippableFact]
    public void An_assignment_of_something_else_under_the_name_is_left_alone()
    {
        SkipOnWindows();
        exchange.Evaluate($"$global:Assignments += [pscustomobject]@{{ Name = '{FakeExchange.Name}'; Role = 'Application Mail.Read'; CustomResourceScope = '' }}");

        Assert.ThrowsAny<RuntimeException>(() => exchange.Grant(yes: true));
        Assert.Empty(exchange.Changes);
    }

    [SkippableFact]
    public void A_group_that_does_not_exist_stops_it_before_anything_is_changed()
    {
        SkipOnWindows();

        Assert.ThrowsAny<RuntimeException>(() => exchange.Grant("nobody@example.com", yes: true));
        Assert.Empty(exchange.Changes);
    }

    private static void SkipOnWindows() => Skip.If(OperatingSystem.IsWindows(), "The execution policy of the machine would decide.");
}
