using System.Text;
using AllianceNotify.Classification;
using AllianceNotify.Contacts;
using AllianceNotify.Contacts.Csv;
using AllianceNotify.Contracts.Storage;
using AllianceNotify.FanOut;
using AllianceNotify.Reports;
using Xunit;

namespace AllianceNotify.Tests.Contacts;

public sealed class LoadSampleDirectoryTests
{
    private static readonly string Samples = Path.Combine(AppContext.BaseDirectory, "samples", "contacts");

    private readonly InMemoryEntityStore store = new();
    private readonly DirectoryTables tables;

    public LoadSampleDirectoryTests() => tables = new DirectoryTables(store);

    [Fact]
    public async Task The_samples_are_twenty_people_of_two_nations_who_are_plainly_samples_and_reach_nobody_real()
    {
        await LoadSampleDirectory.LoadAsync(Samples, tables, default);

        var people = await tables.Contacts.AllAsync(default).Select(row => row.Value).ToListAsync();
        Assert.Equal(20, people.Count);
        Assert.Equal(["JPN", "USA"], people.Select(person => person.Nation).Distinct().Order());
        Assert.True(people.Select(person => person.Agency).Distinct().Count() >= 8);
        Assert.All(people, person =>
        {
            Assert.StartsWith("Sample Officer ", person.Name.En, StringComparison.Ordinal);
            Assert.True(person.Name.Ja is null || person.Name.Ja.StartsWith("見本 ", StringComparison.Ordinal));
            Assert.Equal(["smtp", "outbox"], person.Channels.Select(channel => channel.Channel));
            // RFC 2606 .example and JPRS example.jp are nobody's.
            Assert.Matches(@"@[a-z]+\.example(\.jp)?\z", person.Channels[0].Address);
        });
    }

    [Fact]
    public async Task Loading_twice_is_loading_once_and_keeps_what_an_administrator_changed()
    {
        await LoadSampleDirectory.LoadAsync(Samples, tables, default);
        var list = (await tables.Lists.GetAsync(new ListId("missile"), default))!.Value;
        await tables.Lists.ReplaceAsync(list.Value with { Owner = "Changed" }, list.ETag, default);
        var before = await ExportAsync();

        await LoadSampleDirectory.LoadAsync(Samples, tables, default);

        Assert.Equal(before, await ExportAsync());
        Assert.Equal("Changed", (await tables.Lists.GetAsync(new ListId("missile"), default))!.Value.Value.Owner);
    }

    [Fact]
    public async Task Whatever_the_samples_name_is_there()
    {
        await LoadSampleDirectory.LoadAsync(Samples, tables, default);

        await foreach (var (subscription, _, _) in tables.Subscriptions.AllAsync(default))
        {
            Assert.NotNull(await tables.Lists.GetAsync(subscription.List, default));
            Assert.True(subscription.Policy is not { } policy || await tables.Policies.GetAsync(policy, default) is not null);
        }

        await foreach (var (policy, _, _) in tables.Policies.AllAsync(default))
        {
            Assert.All(policy.Steps, step => Assert.True(step.Rota is null || tables.Rotas.GetAsync(step.Rota.Value, default).AsTask().Result is not null));
            Assert.All(policy.Steps, step => Assert.True(step.List is null || tables.Lists.GetAsync(step.List.Value, default).AsTask().Result is not null));
        }

        await foreach (var (rota, _, _) in tables.Rotas.AllAsync(default))
        {
            Assert.All(rota.Entries, entry => Assert.NotNull(tables.Contacts.GetAsync(entry.Contact, default).AsTask().Result));
        }
    }

    [Fact]
    public async Task An_unanswered_sample_alert_is_asked_again_within_seconds_and_somebody_is_on_call()
    {
        await LoadSampleDirectory.LoadAsync(Samples, tables, default);
        var now = new DateTimeOffset(2026, 11, 24, 3, 0, 0, TimeSpan.Zero);
        var audience = new ResolveAudience(tables.Contacts, tables.Lists, tables.Subscriptions, Taxonomy.Load());

        foreach (var category in new[] { "missile-launch", "large-scale-disaster" })
        {
            var query = new AudienceQuery
            {
                Category = new CategoryId(category),
                Urgency = Urgency.Flash,
                Mode = ReportMode.Actual,
                Marking = new Marking(Tlp.Amber, ["JPN", "USA"]),
            };
            var told = await audience.ResolveAsync(query, now).ToListAsync();
            Assert.Equal(2, told.Where(member => member.Withheld is null).Select(member => member.Contact.Nation).Distinct().Count());
            var policy = await tables.Policies.InForceAsync(told[0].Policy, default);
            Assert.InRange(policy.Steps[0].After, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(8));
        }

        Assert.NotEmpty(await tables.Rotas.OnCallAsync(new RotaId("duty-watch"), now, default));
    }

    [Fact]
    public async Task A_folder_that_is_not_right_says_everything_that_is_wrong()
    {
        var folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            await File.WriteAllTextAsync(
                Path.Combine(folder, "seed.json"), """{ "lists": [ { "id": "A", "name": { "en": "x", "ja": "x" } } ], "policies": [ { "id": "p" } ] }""");
            var seed = await Assert.ThrowsAsync<InvalidDataException>(() => LoadSampleDirectory.LoadAsync(folder, tables, default));
            Assert.Contains("lists[0].id", seed.Message, StringComparison.Ordinal);

            await File.WriteAllTextAsync(Path.Combine(folder, "seed.json"), "{}");
            await File.WriteAllTextAsync(Path.Combine(folder, "c.csv"), "id,nameEn\na,A");
            var csv = await Assert.ThrowsAsync<InvalidDataException>(() => LoadSampleDirectory.LoadAsync(folder, tables, default));
            Assert.Contains("line 2", csv.Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<string> ExportAsync()
    {
        using var stream = new MemoryStream();
        await new ExportContacts(tables).WriteAsync(stream, default);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
