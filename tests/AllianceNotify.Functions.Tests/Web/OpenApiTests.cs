using AllianceNotify.Functions.Tests.Infrastructure;
using Xunit;

namespace AllianceNotify.Functions.Tests.Web;

/// <summary>With ALLIANCENOTIFY_WRITE_OPENAPI=1 the test writes docs/openapi.json in place of comparing with it.</summary>
public sealed class OpenApiTests(HubFixture hub) : IClassFixture<HubFixture>
{
    [Fact]
    public async Task The_description_in_the_docs_is_what_is_served()
    {
        using var client = hub.Anonymous();
        var served = (await client.GetStringAsync("/openapi/v1.json")).ReplaceLineEndings("\n") + "\n";
        var path = Path.Combine(Repository.Root, "docs", "openapi.json");

        if (Environment.GetEnvironmentVariable("ALLIANCENOTIFY_WRITE_OPENAPI") == "1")
        {
            await File.WriteAllTextAsync(path, served);
        }

        Assert.StartsWith("{\n  \"openapi\": \"3.1.", served, StringComparison.Ordinal);
        Assert.True(File.Exists(path), $"{path} is missing.");
        Assert.Equal(await File.ReadAllTextAsync(path), served);
    }

    [Theory]
    [InlineData("/api/reports")]
    [InlineData("/api/reports/batch")]
    [InlineData("/api/reports/{id}")]
    [InlineData("/api/classify")]
    [InlineData("/api/situations")]
    [InlineData("/api/situations/{id}")]
    [InlineData("/api/situations/{id}/reclassify")]
    [InlineData("/api/situations/{id}/close")]
    [InlineData("/api/situations/{id}/alert")]
    [InlineData("/api/alerts/{id}")]
    [InlineData("/api/alerts/{id}/deliveries")]
    [InlineData("/api/alerts/{id}/acknowledgements")]
    [InlineData("/api/events")]
    [InlineData("/api/contacts")]
    [InlineData("/api/contacts/import")]
    [InlineData("/api/contacts/export")]
    [InlineData("/api/lists")]
    [InlineData("/api/subscriptions")]
    [InlineData("/api/policies")]
    [InlineData("/api/rotas")]
    [InlineData("/api/audience")]
    [InlineData("/api/dead-letters")]
    [InlineData("/api/dead-letters/{id}/replay")]
    [InlineData("/api/api-keys")]
    [InlineData("/api/api-keys/{id}")]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    public async Task What_the_contract_names_is_described(string path)
    {
        using var client = hub.Anonymous();

        using var document = System.Text.Json.JsonDocument.Parse(await client.GetStringAsync("/openapi/v1.json"));

        Assert.True(document.RootElement.GetProperty("paths").TryGetProperty(path, out _));
    }
}
