using System.Net;
using System.Text.RegularExpressions;
using AllianceNotify.Functions.Tests.Infrastructure;
using AllianceNotify.Security;
using Xunit;

namespace AllianceNotify.Functions.Tests.Board;

/// <summary>A text pasted in, and what the hub would make of it.</summary>
public sealed partial class TryPageTests(HubFixture hub) : IClassFixture<HubFixture>
{
    [Fact]
    public async Task Evidence_is_marked_in_the_text_where_it_stands()
    {
        var page = await TryAsync("北朝鮮、ﾐｻｲﾙを発射\n日本のＥＥＺの外に落下したとみられる。");

        Assert.Contains("missile-launch", page, StringComparison.Ordinal);
        Assert.Contains("IV.A.2", page, StringComparison.Ordinal);
        var marked = Marked().Matches(page).Select(match => WebUtility.HtmlDecode(match.Groups[2].Value)).ToList();
        Assert.Contains(marked, words => words.Contains("ﾐｻｲﾙ", StringComparison.Ordinal));
        Assert.Contains(marked, words => words.Contains("落下", StringComparison.Ordinal));
        Assert.Contains("nothing contradicts it", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Words_against_are_marked_as_such_and_nobody_is_alerted()
    {
        var page = await TryAsync("New film about the 2011 tsunami opens in theatres");

        Assert.Contains("Not a situation", page, StringComparison.Ordinal);
        Assert.Contains(Marked().Matches(page), match => match.Groups[1].Value == "against" && match.Groups[2].Value == "film");
        Assert.Contains("Nobody.", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_drill_stated_as_actual_is_shown_as_held()
    {
        var page = await TryAsync("THIS IS A DRILL. North Korea fires ballistic missile");

        Assert.Contains("stated as actual, but it says of itself", page, StringComparison.Ordinal);
        Assert.Contains("Held:", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pasted_text_is_shown_as_text_and_not_as_markup()
    {
        var page = await TryAsync("Missile <script>alert(1)</script> launched & fired by North Korea");

        Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("<alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\"><identifier>")]
    public async Task What_cannot_be_read_says_why(string text)
    {
        using var officer = await hub.ClientAsync(HubRole.Administrator);
        using var response = await officer.PostAsync("/try", Form(text));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("role=\"alert\"", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    /// <summary>It names contacts, and with the reason also up to which colour they may read.</summary>
    [Theory]
    [InlineData(HubRole.Administrator)]
    [InlineData(HubRole.DutyOfficer)]
    [InlineData(HubRole.Auditor)]
    [InlineData(HubRole.Reporter)]
    public async Task It_opens_to_exactly_those_who_may_read_contacts(HubRole role)
    {
        using var client = await hub.ClientAsync(role);

        using var contacts = await client.GetAsync("/api/contacts");
        using var page = await client.GetAsync("/try");

        Assert.Equal(contacts.StatusCode, page.StatusCode);
    }

    [Fact]
    public async Task A_reporter_may_not_open_it()
    {
        using var reporter = await hub.ClientAsync(HubRole.Reporter);

        Assert.Equal(HttpStatusCode.Forbidden, (await reporter.GetAsync("/try")).StatusCode);
    }

    private async Task<string> TryAsync(string text)
    {
        using var officer = await hub.ClientAsync(HubRole.Administrator);
        using var response = await officer.PostAsync("/try", Form(text));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.Content.ReadAsStringAsync();
    }

    private static FormUrlEncodedContent Form(string text) =>
        new([new("text", text), new("mode", "actual")]);

    [GeneratedRegex("<mark class=\"(for|against)\"[^>]*>([^<]*)</mark>")]
    private static partial Regex Marked();
}
