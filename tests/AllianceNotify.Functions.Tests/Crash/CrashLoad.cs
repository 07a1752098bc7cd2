using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace AllianceNotify.Functions.Tests.Crash;

/// <summary>
/// A sender as it should be: posts several reports at a time, remembers which were answered 202, and sends again what got no
/// answer because the hub died.
/// </summary>
/// <param name="key">An API key.</param>
/// <param name="behindHost">A Functions host stands before the hub and answers 500 when the hub dies.</param>
internal sealed class CrashLoad(string key, bool behindHost = false)
{
    private const int AtOnce = 8;

    private readonly ConcurrentDictionary<int, string> accepted = new();
    private readonly ConcurrentQueue<int> unanswered = new();
    private int number;

    /// <summary>Report ids by number.</summary>
    public IReadOnlyDictionary<int, string> Accepted => accepted;

    public int Unanswered => unanswered.Count;

    /// <summary>Posts what had no answer before and then new reports, until all have been sent or the hub dies.</summary>
    public async Task SendAsync(Uri hub, int newReports)
    {
        var waiting = new ConcurrentQueue<int>();
        while (unanswered.TryDequeue(out var again))
        {
            waiting.Enqueue(again);
        }

        for (var i = 0; i < newReports; i++)
        {
            waiting.Enqueue(++number);
        }

        using var client = new HttpClient { BaseAddress = hub };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(async _ =>
        {
            while (waiting.TryDequeue(out var report))
            {
                await SendAsync(client, report);
            }
        }));
    }

    private async Task SendAsync(HttpClient client, int report)
    {
        string body;
        try
        {
            using var content = new StringContent(CrashSample.Report(report), Encoding.UTF8, "application/json");
            using var response = await client.PostAsync(new Uri("/api/reports", UriKind.Relative), content);
            body = await response.Content.ReadAsStringAsync();
            if (behindHost && response.StatusCode == HttpStatusCode.InternalServerError)
            {
                unanswered.Enqueue(report);
                return;
            }

            if (response.StatusCode != HttpStatusCode.Accepted)
            {
                throw new InvalidOperationException($"Report {report} was answered {response.StatusCode}: {body}");
            }
        }
        catch (HttpRequestException)
        {
            unanswered.Enqueue(report);
            return;
        }

        using var answer = JsonDocument.Parse(body);
        accepted[report] = answer.RootElement.GetProperty("id").GetString()!;
    }
}
