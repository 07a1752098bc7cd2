using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.Kiota.Abstractions;

namespace AllianceNotify.Graph.Calls;

/// <summary>
/// <c>$batch</c> (Graph, JSON batching) as bytes: the SDK's own reader loses the Retry-After of a batch that fails as a whole.
/// </summary>
internal static class GraphBatch
{
    private const int MaxRead = 4 * 1024 * 1024;

    public static byte[] Write(IReadOnlyList<RequestInformation> requests, string address)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartArray("requests");
            for (var i = 0; i < requests.Count; i++)
            {
                json.WriteStartObject();
                json.WriteString("id", IdOf(i));
                json.WriteString("method", "POST");
                json.WriteString("url", requests[i].URI.AbsoluteUri[address.Length..]);
                json.WriteStartObject("headers");
                json.WriteString("Content-Type", "application/json");
                json.WriteEndObject();
                json.WritePropertyName("body");
                using var body = JsonDocument.Parse(requests[i].Content);
                body.RootElement.WriteTo(json);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    /// <summary>The answers in the order of the requests, whatever order Graph gives them in.</summary>
    public static async Task<IReadOnlyList<GraphAnswer>> ReadAsync(HttpResponseMessage batch, int count, TimeProvider time, CancellationToken cancellationToken)
    {
        var answers = Enumerable.Repeat(GraphAnswer.Nothing("Graph left this request of a batch without an answer."), count).ToArray();
        await batch.Content.LoadIntoBufferAsync(MaxRead, cancellationToken).ConfigureAwait(false);
        await using var stream = await batch.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            using var document = await JsonDocument.ParseAsync(stream, cancellationToken: cancellationToken).ConfigureAwait(false);
            foreach (var response in document.RootElement.GetProperty("responses").EnumerateArray())
            {
                if (int.TryParse(response.GetProperty("id").GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out var index)
                    && index >= 1 && index <= count)
                {
                    using var inner = AsMessage(response, batch);
                    answers[index - 1] = await GraphAnswer.ReadAsync(inner, time, cancellationToken).ConfigureAwait(false);
                }
            }
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            // What was read before it stopped making sense holds; the rest has no answer.
        }

        return answers;
    }

    private static HttpResponseMessage AsMessage(JsonElement response, HttpResponseMessage batch)
    {
        var message = new HttpResponseMessage((HttpStatusCode)response.GetProperty("status").GetInt32());
        message.Headers.Date = batch.Headers.Date;
        if (response.TryGetProperty("headers", out var headers) && headers.ValueKind == JsonValueKind.Object)
        {
            foreach (var header in headers.EnumerateObject())
            {
                message.Headers.TryAddWithoutValidation(header.Name, header.Value.ToString());
            }
        }

        if (response.TryGetProperty("body", out var body))
        {
            message.Content = new StringContent(body.GetRawText());
        }

        return message;
    }

    private static string IdOf(int index) => (index + 1).ToString(CultureInfo.InvariantCulture);
}
