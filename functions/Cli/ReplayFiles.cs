using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace AllianceNotify.Functions.Cli;

/// <summary>What became of a file that was sent: the reports it held, or why the hub took none.</summary>
internal sealed record ReplayedFile(string Path, int Accepted, int Duplicates, string? Refusal);

/// <summary>Sends report files to a hub over its public API, one after the other.</summary>
internal static class ReplayFiles
{
    private const int MostTries = 5;

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    /// <summary>Report files of a folder and all below it, in a fixed order; notes and licences are passed over.</summary>
    public static IReadOnlyList<string> In(string folder) =>
    [
        .. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(path => MediaTypeOf(path) is not null)
            .Order(StringComparer.Ordinal),
    ];

    public static async Task<ReplayedFile> SendAsync(HttpClient hub, string path, TimeProvider time, CancellationToken cancellationToken)
    {
        var mediaType = MediaTypeOf(path) ?? throw new CallFailed($"'{path}' is no report file: .json, .ndjson, .geojson, .xml or .cap.");
        var body = await File.ReadAllBytesAsync(path, cancellationToken);
        var batch = mediaType == "application/x-ndjson";
        for (var attempt = 1; ; attempt++)
        {
            using var content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue(mediaType) } };
            using var response = await hub.PostAsync(batch ? "/api/reports/batch" : "/api/reports", content, cancellationToken);
            var text = await response.Content.ReadAsStringAsync(cancellationToken);
            if (response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable && attempt < MostTries)
            {
                var asked = response.Headers.RetryAfter?.Delta ?? TimeSpan.FromSeconds(1);
                await Task.Delay(asked < LongestWait ? asked : LongestWait, time, cancellationToken);
                continue;
            }

            return response.IsSuccessStatusCode ? Tally(path, text, batch) : new ReplayedFile(path, 0, 0, Refusal(response.StatusCode, text));
        }
    }

    private static ReplayedFile Tally(string path, string text, bool batch)
    {
        var (accepted, duplicates, refused) = (0, 0, 0);
        foreach (var line in batch ? text.Split('\n', StringSplitOptions.RemoveEmptyEntries) : [text])
        {
            using var answer = JsonDocument.Parse(line);
            CountIn(answer.RootElement, ref accepted, ref duplicates, ref refused);
        }

        return new ReplayedFile(path, accepted, duplicates, refused > 0 ? string.Create(CultureInfo.InvariantCulture, $"{refused} lines were refused.") : null);
    }

    /// <summary>One answer names one report, or several in <c>items</c> where the body held several.</summary>
    private static void CountIn(JsonElement answer, ref int accepted, ref int duplicates, ref int refused)
    {
        if (answer.TryGetProperty("items", out var items) && items.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in items.EnumerateArray())
            {
                CountIn(item, ref accepted, ref duplicates, ref refused);
            }
        }
        else if (answer.TryGetProperty("id", out _))
        {
            accepted++;
            duplicates += answer.TryGetProperty("duplicate", out var duplicate) && duplicate.GetBoolean() ? 1 : 0;
        }
        else
        {
            refused++;
        }
    }

    private static string Refusal(HttpStatusCode status, string text)
    {
        var title = "";
        try
        {
            using var problem = JsonDocument.Parse(text);
            title = problem.RootElement.TryGetProperty("detail", out var detail) ? detail.GetString()
                : problem.RootElement.TryGetProperty("title", out var found) ? found.GetString() : "";
        }
        catch (JsonException)
        {
            // Not the hub's own answer; the status says enough.
        }

        return string.Create(CultureInfo.InvariantCulture, $"{(int)status} {title}").Trim();
    }

    private static string? MediaTypeOf(string path) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".json" => "application/json",
        ".ndjson" or ".jsonl" => "application/x-ndjson",
        ".geojson" => "application/geo+json",
        ".xml" or ".cap" => "application/xml",
        _ => null,
    };
}
