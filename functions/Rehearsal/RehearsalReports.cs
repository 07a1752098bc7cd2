using System.Globalization;
using System.Text.Json;
using AllianceNotify.Contacts;

namespace AllianceNotify.Functions.Rehearsal;

/// <summary>What is rehearsed with: test reports that make flash alerts, in both languages in turn, and contacts who do not exist.</summary>
internal static class RehearsalReports
{
    public static byte[] Of(int number, DateTimeOffset now) => JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object>
    {
        ["source"] = "rehearsal",
        ["sourceId"] = string.Create(CultureInfo.InvariantCulture, $"rehearsal-{number}"),
        ["mode"] = "test",
        ["marking"] = new Dictionary<string, string> { ["tlp"] = "clear" },
        ["observedAt"] = now.UtcDateTime,
        ["language"] = number % 2 == 0 ? "en" : "ja",
        ["title"] = number % 2 == 0 ? $"Ballistic missile launch detected, rehearsal {number}" : $"弾道ミサイル発射を探知、試行{number}",
        ["body"] = number % 2 == 0
            ? "A ballistic missile was launched. This is a rehearsal inside the hub; no such launch took place and nobody is told of it."
            : "弾道ミサイルが発射されました。これはハブ内部の試行であり、実際の発射はなく、誰にも通知されません。",
    });

    public static Contact ContactOf(int number) => new()
    {
        Id = new ContactId(string.Create(CultureInfo.InvariantCulture, $"c-rehearsal-{number:D3}")),
        Name = new PersonName($"Rehearsal {number}", $"試行{number}"),
        Agency = "SAMPLE",
        Nation = number % 2 == 0 ? "JPN" : "USA",
        Languages = number % 2 == 0 ? ["ja", "en"] : ["en"],
        Channels = [new ContactChannel(Delivery.Channels.WebhookChannel.ChannelName, string.Create(CultureInfo.InvariantCulture, $"http://rehearsal.invalid/{number}"))],
    };
}
