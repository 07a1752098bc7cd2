using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using AllianceNotify.Functions.Tests.Infrastructure;
using Xunit;

namespace AllianceNotify.Functions.Tests.Board;

/// <summary>The API as people read it.</summary>
public sealed partial class ApiPageTests(HubFixture hub) : IClassFixture<HubFixture>
{
    [Fact]
    public async Task Every_route_of_the_document_is_on_the_page_with_its_roles_and_a_curl_line()
    {
        using var client = hub.Anonymous();
        using var document = JsonDocument.Parse(await client.GetStringAsync("/openapi/v1.json"));

        var page = WebUtility.HtmlDecode(await client.GetStringAsync("/docs/api"));

        foreach (var path in document.RootElement.GetProperty("paths").EnumerateObject())
        {
            foreach (var operation in path.Value.EnumerateObject())
            {
                Assert.Contains($"<strong>{operation.Name.ToUpperInvariant()}</strong> {path.Name}</code>", page, StringComparison.Ordinal);
            }
        }

        var merge = RouteOf(page, "post-api-situations-id-merge");
        Assert.Contains("Roles: DutyOfficer, Administrator.", merge, StringComparison.Ordinal);
        Assert.Contains("1 to 1,000 characters, for the timeline.", merge, StringComparison.Ordinal);
        Assert.Contains("-X POST -H \"Authorization: Bearer $KEY\" -H 'Content-Type: application/json'", merge, StringComparison.Ordinal);
        Assert.Contains("/api/situations/{id}/merge'", merge, StringComparison.Ordinal);
        var live = RouteOf(page, "get-health-live");
        Assert.Contains("No key needed.", live, StringComparison.Ordinal);
        Assert.DoesNotContain("$KEY", live, StringComparison.Ordinal);
        var report = RouteOf(page, "post-api-reports");
        Assert.Contains("actual | exercise | test", report, StringComparison.Ordinal);
        Assert.Contains("<strong>202</strong>", report, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_runs_nothing_and_fetches_nothing_from_elsewhere()
    {
        using var client = hub.Anonymous();

        var page = await client.GetStringAsync("/docs/api");

        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotMatch("(href|src)=\"(?!/|#|data:image/)", page);
        Assert.Single(Heading().Matches(page));
        var ids = Ids().Matches(page).Select(match => match.Groups[1].Value).ToList();
        Assert.Equal(ids.Distinct().Count(), ids.Count);
    }

    private static string RouteOf(string page, string id) => page.Split($"id=\"{id}\"")[1].Split("</details>")[0];

    [GeneratedRegex("<h1[\\s>]")]
    private static partial Regex Heading();

    [GeneratedRegex(" id=\"([^\"]+)\"")]
    private static partial Regex Ids();
}
