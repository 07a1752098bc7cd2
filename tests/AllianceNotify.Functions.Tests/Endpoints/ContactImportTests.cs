using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using AllianceNotify.Functions.Tests.Infrastructure;
using AllianceNotify.Security;
using Xunit;

namespace AllianceNotify.Functions.Tests.Endpoints;

public sealed class ContactImportTests(HubFixture hub) : IClassFixture<HubFixture>
{
    private const string Header = "id,nameEn,agency,nation,languages,channels,lists\r\n";

    [Fact]
    public async Task A_dry_run_reports_every_row_and_imports_none_and_the_import_then_does_what_it_said()
    {
        using var client = await hub.ClientAsync(HubRole.Administrator);
        await client.CreateAsync("/api/lists", DirectoryDriver.List("imported"));
        const string File = Header + "i-1,=Sample,JCG,JPN,ja,outbox:,imported\r\ni-2,Sample,JCG,XXX,fr,fax:1,nowhere\r\ni-1,Again,JCG,JPN,ja,outbox:,\r\n";

        var dry = await client.ImportAsync(File, dryRun: true);
        using var absent = await client.GetAsync("/api/contacts/i-1");
        var wet = await client.ImportAsync(File);

        Assert.Equal(HttpStatusCode.NotFound, absent.StatusCode);
        Assert.True(dry.GetProperty("dryRun").GetBoolean());
        Assert.Equal(dry.GetProperty("rows").ToString(), wet.GetProperty("rows").ToString());
        Assert.Equal(["created", "refused", "duplicate"], wet.GetProperty("rows").EnumerateArray().Select(row => row.GetProperty("fate").GetString()));
        Assert.Equal([2, 3, 4], wet.GetProperty("rows").EnumerateArray().Select(row => row.GetProperty("line").GetInt32()));
        Assert.Equal(
            ["nation", "languages", "channels[0].channel", "lists"],
            wet.GetProperty("rows")[1].GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("field").GetString()));
        Assert.Equal((1, 1, 1), (wet.GetProperty("created").GetInt32(), wet.GetProperty("refused").GetInt32(), wet.GetProperty("duplicates").GetInt32()));
        var lists = await client.GetFromJsonAsync<JsonElement>("/api/contacts/i-1/lists");
        Assert.Equal("imported", lists.GetProperty("items")[0].GetString());
    }

    [Fact]
    public async Task What_is_exported_is_imported_unchanged()
    {
        using var client = await hub.ClientAsync(HubRole.Administrator);
        await client.CreateAsync("/api/contacts", DirectoryDriver.Contact("e-1"));
        await client.ImportAsync(Header + "e-2,@Sample,JCG,JPN,ja,outbox:,\r\n");

        using var response = await client.GetAsync("/api/contacts/export");
        var csv = await response.Content.ReadAsStringAsync();

        Assert.Equal("text/csv", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal("utf-8", response.Content.Headers.ContentType.CharSet);
        Assert.Equal("contacts.csv", response.Content.Headers.ContentDisposition!.FileName);
        Assert.Contains("\"e-2\",\"'@Sample\"", csv, StringComparison.Ordinal);
        var again = await client.ImportAsync(csv);
        Assert.Equal(again.GetProperty("rows").GetArrayLength(), again.GetProperty("unchanged").GetInt32());
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_says_why()
    {
        using var client = await hub.ClientAsync(HubRole.Administrator);

        async Task<(HttpStatusCode, string)> PostAsync(byte[] body, string type)
        {
            using var content = new ByteArrayContent(body);
            content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
            using var response = await client.PostAsync("/api/contacts/import", content);
            return (response.StatusCode, await response.Content.ReadAsStringAsync());
        }

        var shiftJis = CodePagesEncodingProvider.Instance.GetEncoding(932)!.GetBytes("id,nameJa,agency,nation,languages,channels\r\nsj,見本,JCG,JPN,ja,outbox:\r\n");
        var guessed = await PostAsync(shiftJis, "text/csv");
        Assert.Equal(HttpStatusCode.BadRequest, guessed.Item1);
        Assert.Contains("Shift_JIS", guessed.Item2, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(shiftJis, "text/csv; charset=Shift_JIS")).Item1);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await PostAsync("id\r\n"u8.ToArray(), "application/json")).Item1);
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync([], "text/csv")).Item1);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await PostAsync(new byte[33 * 1024 * 1024], "text/csv")).Item1);
    }

    [Theory]
    [InlineData(HubRole.Reporter, HttpStatusCode.Forbidden, HttpStatusCode.Forbidden)]
    [InlineData(HubRole.DutyOfficer, HttpStatusCode.Forbidden, HttpStatusCode.OK)]
    [InlineData(HubRole.Auditor, HttpStatusCode.Forbidden, HttpStatusCode.OK)]
    [InlineData(HubRole.Administrator, HttpStatusCode.OK, HttpStatusCode.OK)]
    public async Task Administrators_import_and_those_who_read_export(HubRole role, HttpStatusCode import, HttpStatusCode export)
    {
        using var client = await hub.ClientAsync(role);
        using var content = new StringContent(Header, Encoding.UTF8, "text/csv");

        using var imported = await client.PostAsync("/api/contacts/import", content);
        using var exported = await client.GetAsync("/api/contacts/export");

        Assert.Equal((import, export), (imported.StatusCode, exported.StatusCode));
    }
}
