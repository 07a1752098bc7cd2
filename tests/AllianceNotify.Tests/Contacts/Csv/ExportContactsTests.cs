using System.Text;
using AllianceNotify.Contacts;
using AllianceNotify.Contacts.Csv;
using AllianceNotify.Contacts.Forms;
using AllianceNotify.Storage;
using Xunit;

namespace AllianceNotify.Tests.Contacts.Csv;

public sealed class ExportContactsTests
{
    [Fact]
    public async Task The_export_is_CSV_that_Excel_knows_with_formulas_made_harmless()
    {
        var directory = new DirectoryFixture();
        await directory.AddAsync(DirectoryFixture.Person("a") with { Name = new PersonName("=cmd|' /C calc'!A0", "＝見本"), Role = "say \"hello\", twice" });
        await directory.AddListAsync("l2", "a");
        await directory.AddListAsync("l1", "a");

        var bytes = await ExportAsync(directory.Store);

        Assert.Equal(Encoding.UTF8.GetPreamble(), bytes[..3]);
        Assert.Equal(
            "\"id\",\"nameEn\",\"nameJa\",\"agency\",\"nation\",\"role\",\"languages\",\"channels\",\"maxTlp\",\"timeZone\",\"rota\",\"lists\",\"lastVerifiedAt\"\r\n"
            + "\"a\",\"'=cmd|' /C calc'!A0\",\"'＝見本\",\"JCG\",\"JPN\",\"say \"\"hello\"\", twice\",\"ja;en\",\"smtp:a@example.jp\",\"amber\",\"Asia/Tokyo\",\"\",\"l1;l2\",\"\"\r\n",
            Encoding.UTF8.GetString(bytes[3..]));
    }

    [Fact]
    public async Task Contacts_that_are_gone_are_not_exported_and_those_without_a_list_are()
    {
        var directory = new DirectoryFixture();
        await directory.AddListAsync("l1", "a", "c");
        await directory.AddAsync(DirectoryFixture.Person("b"));
        await directory.Lists.AddMembersAsync(new ListId("l1"), [new("0-ghost"), new("b-ghost"), new("z-ghost")], default);

        var lines = Encoding.UTF8.GetString(await ExportAsync(directory.Store)).Split("\r\n");

        Assert.Equal(["\"a\"", "\"b\"", "\"c\""], lines[1..^1].Select(line => line.Split(',')[0]));
        Assert.Equal(["\"l1\"", "\"\"", "\"l1\""], lines[1..^1].Select(line => line.Split(',')[^2]));
    }

    /// <summary>Any directory, exported and imported into an empty one, is the same directory; and exports to the same bytes.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Exporting_and_importing_is_identity(int seed)
    {
        var source = new DirectoryFixture();
        var target = new DirectoryFixture();
        var lists = Enumerable.Range(0, 7).Select(i => $"l-{i}").ToArray();
        foreach (var list in lists)
        {
            await source.AddListAsync(list);
            await target.AddListAsync(list);
        }

        var random = new Random(seed);
        for (var i = 0; i < 400; i++)
        {
            var contact = AnyContact(random, i);
            await source.AddAsync(contact);
            foreach (var list in lists.Where(_ => random.Next(3) == 0))
            {
                await source.Lists.AddMembersAsync(new ListId(list), [contact.Id], default);
            }
        }

        var bytes = await ExportAsync(source.Store);
        var report = Assert.IsType<ImportResult.Done>(
            await new ImportContacts(new DirectoryTables(target.Store)).RunAsync(bytes, null, false, default)).Report;

        Assert.Equal(400, report.Created);
        await foreach (var (contact, _, row) in source.Contacts.AllAsync(default))
        {
            Assert.Equivalent(contact, (await target.Contacts.GetAsync(new ContactId(row), default))!.Value.Value, strict: true);
        }

        foreach (var list in lists)
        {
            Assert.Equal(await source.MembersAsync(list), await target.MembersAsync(list));
        }

        Assert.Equal(bytes, await ExportAsync(target.Store));
        var again = Assert.IsType<ImportResult.Done>(
            await new ImportContacts(new DirectoryTables(source.Store)).RunAsync(bytes, null, false, default)).Report;
        Assert.Equal(400, again.Unchanged);
    }

    private static Contact AnyContact(Random random, int i)
    {
        const string Nasty = "=+-@＝＋－＠';,\"\\ :ab見|%";
        string? Text(int maximum)
        {
            var text = new string([.. Enumerable.Range(0, random.Next(maximum)).Select(_ => Nasty[random.Next(Nasty.Length)])]).Trim();
            return text.Length == 0 ? null : text;
        }

        T Pick<T>(params T[] choices) => choices[random.Next(choices.Length)];

        var name = new LocalizedForm(Text(8), Text(8));
        var form = new ContactForm
        {
            Id = $"{Pick("a", "b.", "c-", "0_")}{i}",
            Name = name is { En: null, Ja: null } ? new LocalizedForm("-", null) : name,
            Agency = Pick("JCG", "-X", "A-1", "0"),
            Nation = Pick("JPN", "USA", "AUS"),
            Role = Text(10),
            Languages = Pick<string[]>(["ja"], ["en-US", "ja"], ["en", "fr", "ja-Latn"]),
            Channels =
            [
                .. new[]
                {
                    new ChannelForm("smtp", Pick("a@example.jp", "=+-@example.jp", "'-x'@example.jp")),
                    new ChannelForm("webhook", Pick("https://example.jp/?a;b;=c", "https://example.jp/'=1;-2;webhook:x", "http://127.0.0.1:1/;;")),
                    new ChannelForm("outbox", Pick("", "=1+1", "a;b", "\\;\\", "-")),
                }.Where((_, n) => n == i % 3 || random.Next(2) == 0),
            ],
            MaxTlp = Pick("clear", "green", "amber", "amber-strict", "red"),
            TimeZone = Pick("Asia/Tokyo", "America/New_York", "UTC"),
            Rota = Pick(null, "watch"),
            LastVerifiedAt = Pick(null, "2026-11-24T05:49:00.1234567+09:00", "2026-01-01T00:00:00Z"),
        };
        return Assert.IsType<FormResult<Contact>.Valid>(form.Check()).Value;
    }

    private static async Task<byte[]> ExportAsync(IEntityStore store)
    {
        using var stream = new MemoryStream();
        await new ExportContacts(new DirectoryTables(store)).WriteAsync(stream, default);
        return stream.ToArray();
    }
}
