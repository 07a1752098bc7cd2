using System.Globalization;
using AllianceNotify.Contacts;
using AllianceNotify.Reports;
using AllianceNotify.Sqlite;

namespace AllianceNotify.Functions.Tests.Crash;

/// <summary>Who is told in the crash tests: written to the store before the hub first serves from it.</summary>
internal static class CrashSample
{
    public const string RefusingPath = "/refuses";

    /// <summary>Reached at the first attempt.</summary>
    public static readonly ContactId[] Reachable = [new("c-sample-1"), new("c-sample-2"), new("c-sample-3")];

    /// <summary>The webhook refuses; the outbox, which is next, takes it.</summary>
    public static readonly ContactId ByFallback = new("c-sample-4");

    /// <summary>Refuses for good and has no other channel: ends among the dead letters.</summary>
    public static readonly ContactId Unreachable = new("c-sample-5");

    public static readonly IReadOnlyList<ContactId> Everybody = [.. Reachable, ByFallback, Unreachable];

    public static async Task WriteAsync(string data, Uri sink)
    {
        Directory.CreateDirectory(data);
        using var database = SqliteDatabase.Open(new SqliteOptions { Path = Path.Combine(data, "hub.db") }, TimeProvider.System);
        var store = new SqliteEntityStore(database);
        var contacts = new ContactTable(store);
        foreach (var id in Everybody)
        {
            await contacts.InsertAsync(ContactOf(id, sink), CancellationToken.None);
        }

        var list = new ContactList { Id = new ListId("sample"), Name = new LocalizedText("Sample list", "見本名簿") };
        var lists = new ListTable(store);
        await lists.InsertAsync(list, CancellationToken.None);
        await lists.AddMembersAsync(list.Id, Everybody, CancellationToken.None);

        // Nobody is asked again while the test runs: what arrives twice arrived twice by a crash.
        var patient = EscalationPolicy.Default with
        {
            Id = new PolicyId("patient"),
            Steps = [new EscalationStep { After = TimeSpan.FromDays(7), Target = EscalationTarget.Again }],
            RepeatEvery = null,
        };
        await new PolicyTable(store).InsertAsync(patient, CancellationToken.None);
        await new SubscriptionTable(store).InsertAsync(
            new Subscription
            {
                Id = new SubscriptionId("sample"),
                List = list.Id,
                MinimumUrgency = Urgency.Info,
                Modes = [ReportMode.Actual, ReportMode.Exercise],
                Policy = patient.Id,
            },
            CancellationToken.None);
    }

    /// <summary>A report that alerts everybody, under a number of its own; every fourth is an exercise.</summary>
    public static string Report(int number) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""
        {"source":"sample-radar","sourceId":"crash-{{number}}","mode":"{{(number % 4 == 0 ? "exercise" : "actual")}}","observedAt":"2026-01-01T00:00:00Z",
         "language":"en","title":"Ballistic missile launch detected, track {{number}}","body":"Sample report of a test. No such launch took place.","marking":{"tlp":"clear"} }
        """);

    private static Contact ContactOf(ContactId id, Uri sink)
    {
        var refuses = new ContactChannel("webhook", new Uri(sink, $"{RefusingPath}/{id}").AbsoluteUri);
        var outbox = new ContactChannel("outbox", "");
        var takes = new ContactChannel("webhook", new Uri(sink, $"/{id}").AbsoluteUri);
        return new Contact
        {
            Id = id,
            Name = new PersonName($"Sample Contact {id}", null),
            Agency = "SAMPLE",
            Nation = "JPN",
            Languages = ["en"],
            Channels = id == Unreachable ? [refuses] : id == ByFallback ? [refuses, outbox] : [takes],
        };
    }
}
