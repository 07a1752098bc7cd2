using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace AllianceNotify.Functions.Tests.Endpoints;

/// <summary>An administrator's program: speaks to the hub as <c>api.md</c>'s readers do.</summary>
internal static class DirectoryDriver
{
    public static JsonObject Contact(string id, string nation = "JPN", string agency = "JCG", string maxTlp = "amber") => new()
    {
        ["id"] = id,
        ["name"] = new JsonObject { ["en"] = $"Sample {id}", ["ja"] = "見本" },
        ["agency"] = agency,
        ["nation"] = nation,
        ["languages"] = new JsonArray("ja", "en"),
        ["channels"] = new JsonArray(new JsonObject { ["channel"] = "smtp", ["address"] = $"{id}@example.jp" }),
        ["maxTlp"] = maxTlp,
    };

    public static JsonObject List(string id) => new() { ["id"] = id, ["name"] = new JsonObject { ["en"] = id, ["ja"] = id } };

    public static async Task<string> CreateAsync(this HttpClient client, string path, JsonNode body)
    {
        using var response = await client.PostAsJsonAsync(path, body);
        Assert.True(response.StatusCode == HttpStatusCode.Created, await response.Content.ReadAsStringAsync());
        return response.Headers.ETag!.ToString();
    }

    public static async Task<HttpResponseMessage> SendAsync(this HttpClient client, HttpMethod method, string path, JsonNode? body, string? ifMatch)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        if (ifMatch is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        }

        return await client.SendAsync(request);
    }

    public static async Task AddMembersAsync(this HttpClient client, string list, params string[] contacts)
    {
        using var response = await client.PostAsJsonAsync($"/api/lists/{list}/members", new { contacts });
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
    }

    public static async Task<JsonElement> ImportAsync(this HttpClient client, string csv, bool dryRun = false)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(csv));
        content.Headers.ContentType = MediaTypeHeaderValue.Parse("text/csv; charset=utf-8");
        using var response = await client.PostAsync($"/api/contacts/import{(dryRun ? "?dryRun=true" : "")}", content);
        Assert.True(response.StatusCode == HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    public static async Task<string[]> ErrorsAsync(this HttpResponseMessage response)
    {
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        return [.. problem.GetProperty("errors").EnumerateObject().Select(error => error.Name)];
    }
}
