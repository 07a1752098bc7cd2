using System.Net;
using System.Text;
using System.Text.Json;

namespace AllianceNotify.AzureTables.Tests;

/// <summary>The way to the emulator, on which the next requests meet what a test has planned; later ones pass.</summary>
internal sealed class FaultyNetwork() : DelegatingHandler(new SocketsHttpHandler())
{
    private readonly Queue<Func<HttpRequestMessage, Func<Task<HttpResponseMessage>>, Task<HttpResponseMessage>>> planned = new();
    private readonly Lock gate = new();

    /// <summary>Only such requests meet a fault.</summary>
    public Predicate<HttpRequestMessage> Where { get; set; } = _ => true;

    public int Requests { get; private set; }

    /// <summary>The service does its work and the answer never comes; <paramref name="meanwhile"/> happens before the caller notices.</summary>
    public void LoseAnswer(Func<Task>? meanwhile = null) => Plan(async (_, send) =>
    {
        (await send()).Dispose();
        await (meanwhile?.Invoke() ?? Task.CompletedTask);
        throw new HttpRequestException(HttpRequestError.ResponseEnded, "The connection broke.");
    });

    /// <summary>One request has no fault.</summary>
    public void Pass() => Plan((_, send) => send());

    /// <summary>The request never arrives.</summary>
    public void LoseRequest() => Plan((_, _) => throw new HttpRequestException(HttpRequestError.Unknown, "The connection broke."));

    public void Answer(HttpStatusCode status, string? retryAfter = null, string? code = null) => Plan((_, _) =>
    {
        var response = new HttpResponseMessage(status);
        if (retryAfter is not null)
        {
            response.Headers.TryAddWithoutValidation("Retry-After", retryAfter);
        }

        if (code is not null)
        {
            response.Content = new StringContent(
                JsonSerializer.Serialize(new Dictionary<string, object> { ["odata.error"] = new { code, message = new { lang = "en-US", value = code } } }), Encoding.UTF8, "application/json");
        }

        return Task.FromResult(response);
    });

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Func<HttpRequestMessage, Func<Task<HttpResponseMessage>>, Task<HttpResponseMessage>>? fault = null;
        lock (gate)
        {
            Requests++;
            if (Where(request))
            {
                planned.TryDequeue(out fault);
            }
        }

        return fault is null
            ? await base.SendAsync(request, cancellationToken)
            : await fault(request, () => base.SendAsync(request, cancellationToken));
    }

    private void Plan(Func<HttpRequestMessage, Func<Task<HttpResponseMessage>>, Task<HttpResponseMessage>> fault)
    {
        lock (gate)
        {
            planned.Enqueue(fault);
        }
    }
}
