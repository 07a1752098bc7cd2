using System.Text;
using AllianceNotify.Contacts;
using AllianceNotify.Contacts.Csv;
using AllianceNotify.Contracts.Storage;
using AllianceNotify.Reports;
using AllianceNotify.Storage;
using Xunit;

namespace AllianceNotify.Tests.Contacts.Csv;

public sealed class ImportContactsTests
{
    private const string Header = "id,nameEn,nameJa,agency,nation,role,languages,channels,maxTlp,timeZone,lists,lastVerifiedAt";

    private readonly InMemoryEntityStore store = new();
    private readonly DirectoryFixture directory;

    public ImportContactsTests() => directory = new DirectoryFixture(store);

    [Fact]
    public async Task A_row_becomes_a_contact_in_its_lists()
    {
        await directory.AddListAsync("missile");
        await directory.AddListAsync("disaster");

        var report = await ImportAsync(
            Header,
            "a,Sample Officer 01,見本 一郎,JCG,JPN,Watch officer,ja;en,smtp:a@example.jp;webhook:https://example.jp/x?a\\;b,amber-strict,Asia/Tokyo,missile;disaster,2026-11-01T00:00:00Z");

        Assert.Equal([(2, "a", ImportFate.Created)], Fates(report));
        var contact = (await directory.Contacts.GetAsync(new ContactId("a"), default))!.Value.Value;
        Assert.Equal(new PersonName("Sample Officer 01", "見本 一郎"), contact.Name);
        Assert.Equal([new ContactChannel("smtp", "a@example.jp"), new ContactChannel("webhook", "https://example.jp/x?a;b")], contact.Channels);
        Assert.Equal(Tlp.AmberStrict, contact.MaxTlp);
        Assert.Equal(["disaster", "missile"], await directory.ListsOfAsync("a"));
        Assert.Equal(["a"], await directory.MembersAsync("missile"));
    }

    [Fact]
    public async Task Every_row_has_its_fate_and_a_dry_run_tells_the_same_and_changes_nothing()
    {
        await directory.AddListAsync("missile", "known", "same");
        var same = (await directory.Contacts.GetAsync(new ContactId("same"), default))!.Value;
        string[] file =
        [
            "id,nameEn,agency,nation,languages,channels,lists",
            "new,Sample new,JCG,JPN,ja,smtp:new@example.jp,missile",
            "known,Sample known,USFJ,USA,en,smtp:known@example.jp,",
            "same,Sample same,JCG,JPN,ja;en,smtp:same@example.jp,missile",
            "new,Sample twin,JCG,JPN,ja,smtp:twin@example.jp,missile",
            "BAD,,j cg,XXX,fr,fax:1,nowhere;missile",
            ",Sample nobody,JCG,JPN,ja,outbox,",
        ];
        var before = Snapshot();

        var dry = await RunAsync(string.Join("\r\n", file), dryRun: true);
        Assert.Equal(before, Snapshot());
        var wet = await RunAsync(string.Join("\r\n", file), dryRun: false);

        Assert.Equal(
            [
                (2, "new", ImportFate.Created), (3, "known", ImportFate.Updated), (4, "same", ImportFate.Unchanged), (5, "new", ImportFate.Duplicate),
                (6, "BAD", ImportFate.Refused), (7, null, ImportFate.Refused),
            ],
            Fates(dry));
        Assert.True(dry.DryRun);
        Assert.False(wet.DryRun);
        Assert.Equal(Fates(dry), Fates(wet));
        Assert.Equivalent(dry.Rows, wet.Rows, strict: true);
        Assert.Equal((1, 1, 1, 2, 1), (wet.Created, wet.Updated, wet.Unchanged, wet.Refused, wet.Duplicates));
        Assert.Equal(["agency", "nation", "languages", "lists"], wet.Rows[1].Changed);
        Assert.Equal(2, wet.Rows[3].FirstLine);
        Assert.Equal(
            ["id", "nameEn", "agency", "nation", "languages", "channels[0].channel", "lists"], wet.Rows[4].Errors.Select(error => error.Field));
        Assert.Equal(["id"], wet.Rows[5].Errors.Select(error => error.Field));
        Assert.Equal(["new", "same"], await directory.MembersAsync("missile"));
        Assert.Equal("Sample new", (await directory.Contacts.GetAsync(new ContactId("new"), default))!.Value.Value.Name.En);
        Assert.Equal(same.ETag, (await directory.Contacts.GetAsync(new ContactId("same"), default))!.Value.ETag);
    }

    [Fact]
    public async Task Importing_again_changes_nothing()
    {
        await directory.AddListAsync("missile");
        string[] file = ["id,nameEn,agency,nation,languages,channels,lists", "a,A,JCG,jpn,ja,smtp:a@example.jp,missile", "b,B,JCG,JPN,ja,outbox:,"];
        await ImportAsync(file);
        var before = Snapshot();

        var again = await ImportAsync(file);

        Assert.Equal(2, again.Unchanged);
        Assert.Equal(before, Snapshot());
    }

    [Fact]
    public async Task A_column_that_is_not_there_leaves_what_is_stored_and_an_empty_cell_clears_it()
    {
        await directory.AddListAsync("missile", "a", "b");
        var stored = (await directory.Contacts.GetAsync(new ContactId("a"), default))!.Value;
        await directory.Contacts.ReplaceAsync(
            stored.Value with { Role = "Watch", MaxTlp = Tlp.Green, TimeZone = "America/New_York", Rota = new RotaId("r") }, stored.ETag, default);

        await ImportAsync("ID,nameen", "a,Renamed");
        var renamed = (await directory.Contacts.GetAsync(new ContactId("a"), default))!.Value.Value;
        Assert.Equal(("Renamed", "Watch", "r"), (renamed.Name.En, renamed.Role, renamed.Rota?.Value));
        Assert.Equal(["missile"], await directory.ListsOfAsync("a"));

        var report = await ImportAsync("id,role,maxTlp,timeZone,rota,lists", "a,,,,,");
        var cleared = (await directory.Contacts.GetAsync(new ContactId("a"), default))!.Value.Value;
        Assert.Equal(["role", "rota", "lists"], report.Rows[0].Changed);
        Assert.Null(cleared.Role);
        // Clearance and zone are not lost by leaving them out.
        Assert.Equal((Tlp.Green, "America/New_York"), (cleared.MaxTlp, cleared.TimeZone));
        Assert.Equal(["b"], await directory.MembersAsync("missile"));
    }

    [Fact]
    public async Task A_required_cell_that_is_cleared_refuses_the_row_and_keeps_the_contact()
    {
        await directory.AddListAsync("missile", "a");

        var report = await ImportAsync("id,channels,lists", "a,,");

        Assert.Equal(["channels"], report.Rows[0].Errors.Select(error => error.Field));
        Assert.Equal(["a"], await directory.MembersAsync("missile"));
        Assert.Single((await directory.Contacts.GetAsync(new ContactId("a"), default))!.Value.Value.Channels);
    }

    [Fact]
    public async Task Line_numbers_are_those_of_the_file_with_blank_lines_and_quoted_line_breaks()
    {
        var report = await RunAsync(
            "id,nameEn,agency,nation,languages,channels\r\n\r\na,A,JCG,JPN,ja,outbox:\r\nb,\"B\r\nB\",JCG,JPN,ja,\"smtp:b@example.jp\r\noutbox:\"\r\n,,,,,\r\nc,C,JCG,JPN,\"ja\nen\",outbox:");

        Assert.Equal([(3, "a", ImportFate.Created), (4, "b", ImportFate.Refused), (8, "c", ImportFate.Created)], Fates(report));
        Assert.Equal(["nameEn"], report.Rows[1].Errors.Select(error => error.Field));
        Assert.Equal(["ja", "en"], (await directory.Contacts.GetAsync(new ContactId("c"), default))!.Value.Value.Languages);
    }

    [Theory]
    [InlineData("a,A,JCG,JPN,ja")]
    [InlineData("a,A,JCG,JPN,ja,outbox:,more")]
    [InlineData("a,A \"the\" A,JCG,JPN,ja,outbox:")]
    [InlineData("a,\"A\"A,JCG,JPN,ja,outbox:")]
    [InlineData("a,A,JCG,JPN,ja,\"outbox:")]
    public async Task A_row_that_is_not_sound_is_refused_whole(string row)
    {
        var report = await ImportAsync("id,nameEn,agency,nation,languages,channels", "z,Z,JCG,JPN,ja,outbox:", row);

        Assert.Equal([(2, "z", ImportFate.Created), (3, "a", ImportFate.Refused)], Fates(report));
        Assert.Equal(["row"], report.Rows[1].Errors.Select(error => error.Field));
        Assert.Null(await directory.Contacts.GetAsync(new ContactId("a"), default));
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("\r\n\r\n", "empty")]
    [InlineData("nameEn,agency\r\nA,B", "'id'")]
    [InlineData("id,Mobile,nameEn,E-mail\r\na,1,A,b", "'Mobile', 'E-mail'")]
    [InlineData("id;nameEn\r\na;A", "'id;nameEn'")]
    [InlineData("id,nameEn,ID\r\na,A,a", "twice")]
    [InlineData("id,\"nameEn\r\na,A", "quotation")]
    public async Task A_file_whose_columns_are_not_known_is_refused_by_name(string text, string said)
    {
        var result = await new ImportContacts(Tables()).RunAsync(Encoding.UTF8.GetBytes(text), null, false, default);

        Assert.Contains(said, Assert.IsType<ImportResult.NotRead>(result).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_too_large_is_not_read()
    {
        var result = await new ImportContacts(Tables()).RunAsync(new byte[ImportContacts.MaxBytes + 1], null, false, default);

        Assert.Contains("in parts", Assert.IsType<ImportResult.NotRead>(result).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_header_alone_is_a_list_of_nobody() => Assert.Empty((await ImportAsync(Header)).Rows);

    [Theory]
    [InlineData(false, "\n")]
    [InlineData(true, "\n")]
    [InlineData(false, "\r\n")]
    [InlineData(true, "\r\n")]
    [InlineData(true, "\r")]
    public async Task Byte_order_mark_and_line_ends_make_no_difference(bool mark, string lineEnd)
    {
        var text = $"lists,channels,id,nation,nameJa,agency,languages{lineEnd},outbox:,a,JPN,見本,JCG,ja{lineEnd}";
        byte[] bytes = [.. mark ? Encoding.UTF8.GetPreamble() : [], .. Encoding.UTF8.GetBytes(text)];

        Assert.Equal([(2, "a", ImportFate.Created)], Fates(await RunAsync(bytes, null)));
        Assert.Equal("見本", (await directory.Contacts.GetAsync(new ContactId("a"), default))!.Value.Value.Name.Ja);
    }

    [Fact]
    public async Task Shift_JIS_is_refused_by_name_unless_the_sender_declares_it()
    {
        var bytes = ShiftJis.GetBytes("id,nameJa,agency,nation,languages,channels\r\na,見本 髙橋①,JCG,JPN,ja,outbox:\r\n");

        var guessed = await new ImportContacts(Tables()).RunAsync(bytes, null, false, default);
        Assert.Contains("Shift_JIS", Assert.IsType<ImportResult.NotRead>(guessed).Reason, StringComparison.Ordinal);
        Assert.Null(await directory.Contacts.GetAsync(new ContactId("a"), default));

        Assert.Equal([(2, "a", ImportFate.Created)], Fates(await RunAsync(bytes, "Shift_JIS")));
        Assert.Equal("見本 髙橋①", (await directory.Contacts.GetAsync(new ContactId("a"), default))!.Value.Value.Name.Ja);
    }

    [Fact]
    public async Task Other_encodings_are_refused_and_never_guessed()
    {
        async Task<string> Refusal(byte[] bytes, string? charset) =>
            Assert.IsType<ImportResult.NotRead>(await new ImportContacts(Tables()).RunAsync(bytes, charset, false, default)).Reason;

        var text = Header + "\r\n";
        Assert.Contains("UTF-16", await Refusal([.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes(text)], null), StringComparison.Ordinal);
        Assert.Contains("UTF-16", await Refusal(Encoding.BigEndianUnicode.GetBytes(text), null), StringComparison.Ordinal);
        Assert.Contains("not UTF-8", await Refusal([.. Encoding.UTF8.GetBytes(text), 0xA0, 0xFF], null), StringComparison.Ordinal);
        Assert.Contains("charset", await Refusal(Encoding.UTF8.GetBytes(text), "iso-8859-1"), StringComparison.Ordinal);
        Assert.Contains("not Shift_JIS", await Refusal([.. Encoding.UTF8.GetBytes(text), 0xA0, 0xFF], "shift_jis"), StringComparison.Ordinal);
    }

    /// <summary>Wherever the import dies, no row is stored by halves that a second import would not complete.</summary>
    [Fact]
    public async Task Cut_off_anywhere_the_import_done_again_completes_it()
    {
        string[] file =
        [
            "id,nameEn,agency,nation,languages,channels,lists", "a,A,JCG,JPN,ja,outbox:,l1;l2", "b,Renamed,USFJ,USA,en,outbox:,l2", "c,,,,,,l1",
        ];
        for (var writes = 0; ; writes++)
        {
            var failing = new FailingStore(new InMemoryEntityStore());
            var fixture = new DirectoryFixture(failing);
            await fixture.AddListAsync("l1", "b");
            await fixture.AddListAsync("l2");
            failing.WritesUntilFailure = writes;
            var import = new ImportContacts(new DirectoryTables(failing));
            var bytes = Encoding.UTF8.GetBytes(string.Join('\n', file));
            var finished = false;
            try
            {
                await import.RunAsync(bytes, null, false, default);
                finished = true;
            }
            catch (IOException)
            {
                failing.WritesUntilFailure = null;
                await import.RunAsync(bytes, null, false, default);
            }

            Assert.Equal(["a"], await fixture.MembersAsync("l1"));
            Assert.Equal(["a", "b"], await fixture.MembersAsync("l2"));
            Assert.Equal(["l2"], await fixture.ListsOfAsync("b"));
            Assert.Equal("Renamed", (await fixture.Contacts.GetAsync(new ContactId("b"), default))!.Value.Value.Name.En);
            Assert.Null(await fixture.Contacts.GetAsync(new ContactId("c"), default));
            if (finished)
            {
                Assert.True(writes > 5);
                return;
            }
        }
    }

    [Fact]
    public async Task A_row_that_lost_a_race_is_read_and_written_anew()
    {
        await directory.AddListAsync("l1", "a");
        var meddler = new MeddlingStore(store, async () =>
        {
            var current = (await directory.Contacts.GetAsync(new ContactId("a"), default))!.Value;
            await directory.Contacts.ReplaceAsync(current.Value with { Role = "Set meanwhile" }, current.ETag, default);
        });

        var result = await new ImportContacts(new DirectoryTables(meddler)).RunAsync("id,nameEn\na,Renamed"u8.ToArray(), null, false, default);

        Assert.Equal(ImportFate.Updated, Assert.IsType<ImportResult.Done>(result).Report.Rows[0].Fate);
        var contact = (await directory.Contacts.GetAsync(new ContactId("a"), default))!.Value.Value;
        Assert.Equal(("Renamed", "Set meanwhile"), (contact.Name.En, contact.Role));
    }

    private static Encoding ShiftJis => CodePagesEncodingProvider.Instance.GetEncoding(932)!;

    private DirectoryTables Tables() => new(store);

    private Task<ImportReport> ImportAsync(params string[] lines) => RunAsync(string.Join("\r\n", lines));

    private Task<ImportReport> RunAsync(string text, bool dryRun = false) => RunAsync(Encoding.UTF8.GetBytes(text), null, dryRun);

    private async Task<ImportReport> RunAsync(byte[] bytes, string? charset, bool dryRun = false) =>
        Assert.IsType<ImportResult.Done>(await new ImportContacts(Tables()).RunAsync(bytes, charset, dryRun, default)).Report;

    private static IEnumerable<(int, string?, ImportFate)> Fates(ImportReport report) => report.Rows.Select(row => (row.Line, row.Id, row.Fate));

    /// <summary>Every row of every table, with its version.</summary>
    private List<string> Snapshot()
    {
        List<string> rows = [];
        foreach (var (table, partition) in new[] { ("Contacts", "all"), ("Lists", "all"), ("Memberships", "all"), ("ListMembers", "missile") })
        {
            rows.AddRange(store.QueryAsync(new TableName(table), partition, RowRange.All, default)
                .ToBlockingEnumerable()
                .Select(entity => $"{table} {entity.Row} {entity.ETag} {Encoding.UTF8.GetString(entity.Body.Span)}"));
        }

        return rows;
    }

    /// <summary>Does something once, just before the first replacement.</summary>
    private sealed class MeddlingStore(IEntityStore inner, Func<Task> meddle) : IEntityStore
    {
        private bool done;

        public ValueTask<StoredEntity?> GetAsync(TableName table, string partition, string row, CancellationToken cancellationToken) =>
            inner.GetAsync(table, partition, row, cancellationToken);

        public async ValueTask<WriteResult> WriteAsync(TableName table, string partition, EntityWrite write, CancellationToken cancellationToken)
        {
            if (write is EntityWrite.Replace && !done)
            {
                done = true;
                await meddle();
            }

            return await inner.WriteAsync(table, partition, write, cancellationToken);
        }

        public ValueTask<WriteResult> WriteBatchAsync(
            TableName table, string partition, IReadOnlyList<EntityWrite> writes, CancellationToken cancellationToken) =>
            inner.WriteBatchAsync(table, partition, writes, cancellationToken);

        public IAsyncEnumerable<StoredEntity> QueryAsync(TableName table, string partition, RowRange range, CancellationToken cancellationToken) =>
            inner.QueryAsync(table, partition, range, cancellationToken);
    }
}
