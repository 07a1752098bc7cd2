using AllianceNotify.Contacts;
using AllianceNotify.Contacts.Forms;
using AllianceNotify.Reports;
using Xunit;

namespace AllianceNotify.Tests.Contacts.Forms;

public sealed class ContactFormTests
{
    private static readonly ContactForm Full = new()
    {
        Id = "jcg-ops-01",
        Name = new LocalizedForm("Sample Officer 01", "見本 一郎"),
        Agency = "JCG",
        Nation = "JPN",
        Role = "Watch officer",
        Languages = ["ja", "en-US"],
        Channels = [new ChannelForm("smtp", "officer01@example.jp"), new ChannelForm("outbox", null)],
        MaxTlp = "amber-strict",
        TimeZone = "Asia/Tokyo",
        Rota = "watch",
        LastVerifiedAt = "2026-11-01T09:00:00+09:00",
    };

    [Fact]
    public void A_form_makes_the_contact_it_describes()
    {
        var contact = Valid(Full);

        Assert.Equal(new ContactId("jcg-ops-01"), contact.Id);
        Assert.Equal(new PersonName("Sample Officer 01", "見本 一郎"), contact.Name);
        Assert.Equal([new ContactChannel("smtp", "officer01@example.jp"), new ContactChannel("outbox", "")], contact.Channels);
        Assert.Equal(Tlp.AmberStrict, contact.MaxTlp);
        Assert.Equal(new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero), contact.LastVerifiedAt);
    }

    [Fact]
    public void A_contact_written_down_and_read_again_is_the_same()
    {
        var contact = Valid(Full);

        Assert.Equivalent(contact, Valid(ContactForm.Of(contact)), strict: true);
    }

    [Fact]
    public void What_may_be_missing_takes_the_strict_defaults()
    {
        var contact = Valid(new ContactForm
        {
            Id = "a",
            Name = new LocalizedForm(null, "見本"),
            Agency = "jcg",
            Nation = "jpn",
            Languages = ["ja"],
            Channels = [new ChannelForm("outbox", "")],
        });

        Assert.Equal(("JCG", "JPN", Tlp.Amber, "Asia/Tokyo"), (contact.Agency, contact.Nation, contact.MaxTlp, contact.TimeZone));
        Assert.Null(contact.Name.En);
        Assert.Null(contact.LastVerifiedAt);
    }

    [Fact]
    public void An_empty_form_says_everything_that_is_missing() =>
        Assert.Equal(["id", "name", "agency", "nation", "languages", "channels"], Errors(new ContactForm()));

    [Fact]
    public void Every_error_is_found_at_once()
    {
        var errors = Errors(Full with
        {
            Id = "UPPER",
            Name = new LocalizedForm(new string('x', 201), "a\u0007b"),
            Agency = "J C G",
            Nation = "XXX",
            Role = "a\u202Eb",
            Languages = ["fr", "not a tag", null],
            Channels = [new ChannelForm("smpt", "a@example.jp"), new ChannelForm("webhook", "ftp://example.jp"), null],
            MaxTlp = "AMBER",
            TimeZone = "Tokyo Standard Time",
            Rota = "no such!",
            LastVerifiedAt = "2026-11-01T09:00:00",
        });

        Assert.Equal(
            [
                "id", "name.en", "name.ja", "agency", "nation", "role", "languages[1]", "languages[2]", "languages", "channels[0].channel",
                "channels[1].address", "channels[2]", "maxTlp", "timeZone", "rota", "lastVerifiedAt",
            ],
            errors);
    }

    [Theory]
    [InlineData("JPN", true)]
    [InlineData("usa", true)]
    [InlineData("JP", false)]
    [InlineData("ZZZ", false)]
    [InlineData("EUR", false)]
    [InlineData("", false)]
    public void A_nation_is_one_of_the_list(string nation, bool valid) => Assert.Equal(valid, IsValid(Full with { Nation = nation }));

    [Fact]
    public void The_list_of_nations_is_whole() => Assert.Equal(249, Nations.Count);

    [Theory]
    [InlineData("en", true)]
    [InlineData("JA", true)]
    [InlineData("en-US", true)]
    [InlineData("ja-Latn-JP-hepburn", true)]
    [InlineData("en-x-navy", true)]
    [InlineData("en-a-bb-cc", true)]
    [InlineData("en_US", false)]
    [InlineData("en-", false)]
    [InlineData("e", false)]
    [InlineData("en-US-US", false)]
    [InlineData("japanese", false)]
    [InlineData("jam", false)]
    [InlineData("x-ja", false)]
    public void A_language_is_a_well_formed_tag_of_a_language_that_alerts_are_written_in(string tag, bool valid) =>
        Assert.Equal(valid, IsValid(Full with { Languages = [tag] }));

    [Theory]
    [InlineData("a@example.jp", true)]
    [InlineData("first.last+duty@sub.example-host.jp", true)]
    [InlineData("desk@localhost", true)]
    [InlineData("a@x.1a", false)]
    [InlineData("a@127.0.0.1", false)]
    [InlineData("a@example..jp", false)]
    [InlineData("a@-example.jp", false)]
    [InlineData(".a@example.jp", false)]
    [InlineData("a..b@example.jp", false)]
    [InlineData("a b@example.jp", false)]
    [InlineData("a@example.jp, b@example.jp", false)]
    [InlineData("a@b@example.jp", false)]
    [InlineData("\"a b\"@example.jp", false)]
    [InlineData("A <a@example.jp>", false)]
    [InlineData("a@example.jp\r\nBcc: b@example.jp", false)]
    [InlineData("見本@example.jp", false)]
    [InlineData("example.jp", false)]
    [InlineData("", false)]
    public void A_mail_address_is_one_plain_mailbox(string address, bool valid) =>
        Assert.Equal(valid, IsValid(Full with { Channels = [new ChannelForm("smtp", address)] }));

    [Fact]
    public void A_mail_address_keeps_the_lengths_of_the_standard()
    {
        bool Fits(int local, int domain) =>
            IsValid(Full with { Channels = [new ChannelForm("smtp", $"{new string('a', local)}@{string.Concat(Enumerable.Repeat("a.", (domain - 2) / 2))}jp")] });

        Assert.True(Fits(64, 188));
        Assert.False(Fits(65, 100));
        Assert.False(Fits(64, 200));
    }

    [Theory]
    [InlineData("webhook", "https://example.jp/hook?x=1;y=2", true)]
    [InlineData("webhook", "http://127.0.0.1:8080/", true)]
    [InlineData("webhook", "ftp://example.jp/", false)]
    [InlineData("webhook", "javascript:alert(1)", false)]
    [InlineData("webhook", "/hook", false)]
    [InlineData("webhook", "file:///etc/passwd", false)]
    [InlineData("webhook", "https://user:pass@example.jp/", false)]
    [InlineData("webhook", "https://example.jp/#part", false)]
    [InlineData("webhook", "https://example.jp/a b", false)]
    [InlineData("webhook", "https://", false)]
    [InlineData("webhook", "", false)]
    [InlineData("teams-workflow", "https://example.jp/workflows/1", true)]
    [InlineData("teams-workflow", "http://example.jp/workflows/1", false)]
    [InlineData("teams-workflow", "http://127.0.0.1:9/workflows/1", true)]
    [InlineData("outbox", "", true)]
    [InlineData("graph-mail", "officer01@example.jp", true)]
    [InlineData("graph-mail", "0b5c2d9e-7a31-4c86-9f0e-2a6d1b3c4e5f", false)]
    [InlineData("teams", "0b5c2d9e-7a31-4c86-9f0e-2a6d1b3c4e5f", true)]
    [InlineData("teams", "officer01@example.jp", true)]
    [InlineData("teams", "{0b5c2d9e-7a31-4c86-9f0e-2a6d1b3c4e5f}", false)]
    [InlineData("teams", "0b5c2d9e7a314c869f0e2a6d1b3c4e5f", false)]
    [InlineData("teams", "officer01", false)]
    [InlineData("teams", "../officer01@example.jp", false)]
    [InlineData("teams", "", false)]
    public void An_address_is_one_that_its_channel_can_take(string channel, string address, bool valid) =>
        Assert.Equal(valid, IsValid(Full with { Channels = [new ChannelForm(channel, address)] }));

    [Fact]
    public void A_contact_has_each_channel_once()
    {
        Assert.Equal(["channels"], Errors(Full with { Channels = [new("smtp", "a@example.jp"), new("smtp", "b@example.jp")] }));
        Assert.Equal(["channels"], Errors(Full with { Channels = [.. Enumerable.Repeat(new ChannelForm("outbox", ""), 11)] }));
    }

    [Theory]
    [InlineData("Asia/Tokyo", true)]
    [InlineData("America/Argentina/Buenos_Aires", true)]
    [InlineData("Etc/GMT+9", true)]
    [InlineData("UTC", true)]
    [InlineData("Asia/Nowhere", false)]
    [InlineData("../../etc/passwd", false)]
    [InlineData("", false)]
    public void A_time_zone_is_one_this_machine_knows(string zone, bool valid) => Assert.Equal(valid, IsValid(Full with { TimeZone = zone }));

    [Theory]
    [InlineData("2026-11-24T05:49:00Z", true)]
    [InlineData("2026-11-24T05:49+09:00", true)]
    [InlineData("2026-11-24T05:49:00.1234567-05:00", true)]
    [InlineData("2026-11-24T05:49:00", false)]
    [InlineData("2026-02-30T05:49:00Z", false)]
    [InlineData("2026-11-24", false)]
    [InlineData("24/11/2026", false)]
    [InlineData("", false)]
    public void A_time_says_its_offset(string time, bool valid) => Assert.Equal(valid, IsValid(Full with { LastVerifiedAt = time }));

    [Theory]
    [InlineData("a", true)]
    [InlineData("0.a_b-c", true)]
    [InlineData("export", false)]
    [InlineData("-a", false)]
    [InlineData("a|b", false)]
    [InlineData("a!b", false)]
    [InlineData("A", false)]
    [InlineData("a\n", false)]
    [InlineData("見本", false)]
    [InlineData("", false)]
    public void An_id_is_of_a_small_alphabet(string id, bool valid) => Assert.Equal(valid, IsValid(Full with { Id = id }));

    private static Contact Valid(ContactForm form) => Assert.IsType<FormResult<Contact>.Valid>(form.Check()).Value;

    private static bool IsValid(ContactForm form) => form.Check() is FormResult<Contact>.Valid;

    private static IEnumerable<string> Errors(ContactForm form) =>
        Assert.IsType<FormResult<Contact>.Invalid>(form.Check()).Errors.Select(error => error.Field);
}
