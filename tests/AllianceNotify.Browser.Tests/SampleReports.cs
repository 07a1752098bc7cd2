using System.Globalization;
using System.Text.Json.Nodes;

namespace AllianceNotify.Browser.Tests;

/// <summary>Reports as sensors and agencies would post them; nothing in them happened.</summary>
internal static class SampleReports
{
    public static string Launch(string id) => Report(id, "actual", "ja", "弾道ミサイルの可能性があるものが発射された", "北朝鮮西岸から東方向に、弾道ミサイルの可能性があるものが1発発射された。詳細は確認中。", report =>
    {
        report["texts"] = new JsonArray(
            Text("ja", "弾道ミサイルの可能性があるものが発射された", "北朝鮮西岸から東方向に、弾道ミサイルの可能性があるものが1発発射された。詳細は確認中。"),
            Text("en", "Possible ballistic missile launched", "One possible ballistic missile was launched eastward from the west coast of North Korea. Details are being confirmed."));
        report.Remove("title");
        report.Remove("body");
        report.Remove("language");
        report["location"] = new JsonObject { ["name"] = "日本海", ["latitude"] = 40.5, ["longitude"] = 134.2, ["radiusKm"] = 50 };
    });

    public static string Exercise(string id) =>
        Report(id, "exercise", "en", "Exercise: ballistic missile launch detected", "Exercise inject 12. A ballistic missile launch is simulated for training.");

    /// <summary>Says that it is real, and that it is an exercise.</summary>
    public static string Doubtful(string id) =>
        Report(id, "actual", "en", "EXERCISE EXERCISE EXERCISE ballistic missile launch", "This is an exercise message. Ballistic missile launched toward the Sea of Japan.");

    /// <summary>What nothing recognises: the duty desk's.</summary>
    public static string Unrecognised(string id) =>
        Report(id, "actual", "en", "Large explosion heard across the bay, cause unknown", "Residents report a column of smoke; details are unclear.");

    public static string Hostile(string id) => Report(
        id,
        "actual",
        "en",
        "<script>alert('title')</script> Ballistic missile launched \u202Eyltneuqesbus deifirev\u202C",
        $"<img src=x onerror=alert('body')> <style>*{{display:none}}</style> \"onmouseover=\"alert(1)\n</main></body><h1>ALL CLEAR</h1>\n\u2067left behind {new string('W', 400)} "
            + "{{7*7}} javascript:alert(1) https://evil.example/?q=<b>",
        report =>
        {
            report["location"] = new JsonObject { ["name"] = $"<b>Nowhere</b> {new string('あ', 150)}", ["latitude"] = 40.5, ["longitude"] = 134.2 };
            report["facts"] = new JsonObject { ["<i>altitude</i>"] = new string('9', 200), ["magnitude"] = 7.1 };
        });

    private static string Report(string id, string mode, string language, string title, string body, Action<JsonObject>? with = null)
    {
        var report = new JsonObject
        {
            ["source"] = "sample-watch",
            ["sourceId"] = id,
            ["mode"] = mode,
            ["language"] = language,
            ["observedAt"] = TimeProvider.System.GetUtcNow().AddMinutes(-2).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            ["title"] = title,
            ["body"] = body,
            ["marking"] = new JsonObject { ["tlp"] = "amber", ["releasableTo"] = new JsonArray("JPN", "USA") },
        };
        with?.Invoke(report);
        return report.ToJsonString();
    }

    private static JsonObject Text(string language, string title, string body) => new() { ["language"] = language, ["title"] = title, ["body"] = body };
}
