using System.Text.Json;
using AllianceNotify.Functions.Security;
using AllianceNotify.Functions.Web;
using Microsoft.Extensions.Options;

namespace AllianceNotify.Functions.Endpoints;

/// <summary>What a report would be classified as; nothing is stored and nobody is told.</summary>
internal static class ClassifyEndpoints
{
    public static void MapClassify(this WebApplication app) =>
        app.MapPost("/api/classify", ClassifyAsync).WithTags("Reports").RequireAuthorization(HubPolicies.ReadReports)
            .WithMetadata(new BodyExample("application/json", typeof(ReportBody)))
            .Produces<ClassifiedView>()
            .ProducesValidationProblem()
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);

    private static async Task<IResult> ClassifyAsync(
        HttpRequest request, ClassifyReports classify, IOptions<WebServerOptions> limits, CancellationToken cancellationToken)
    {
        if (await request.ReadWholeAsync(limits.Value.MaxBodyBytes, cancellationToken) is not { } body)
        {
            return Problems.Of(StatusCodes.Status413PayloadTooLarge, $"A body is at most {limits.Value.MaxBodyBytes} bytes.");
        }

        return ItemsOf(body) is { } items
            ? TypedResults.Ok(new Page<ClassifiedView>([.. items.Select(item => ClassifiedView.Of(IdOf(item), classify.Classify(JsonSerializer.SerializeToUtf8Bytes(item), request.ContentType)))], null))
            : Answer(body, classify.Classify(body, request.ContentType));
    }

    private static IResult Answer(ReadOnlyMemory<byte> body, ClassifyOutcome outcome) => outcome switch
    {
        ClassifyOutcome.Classified classified => TypedResults.Ok(ClassifiedView.Of(IdOf(body), classified)),
        ClassifyOutcome.Invalid invalid => Problems.Invalid(invalid.Errors),
        ClassifyOutcome.Refused refused => Problems.Refused(refused.Reason),
        ClassifyOutcome.Unsupported unsupported => Problems.Of(StatusCodes.Status415UnsupportedMediaType, unsupported.Reason),
        _ => throw new InvalidOperationException($"Unknown outcome {outcome.GetType().Name}."),
    };

    /// <summary>The elements of a JSON array; null where the body is something else.</summary>
    internal static IReadOnlyList<JsonElement>? ItemsOf(ReadOnlyMemory<byte> body)
    {
        var start = body.Span.IndexOfAnyExcept(" \t\r\n"u8);
        if (start < 0 || body.Span[start] != (byte)'[')
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 64 });
            return [.. document.RootElement.EnumerateArray().Select(item => item.Clone())];
        }
        catch (JsonException)
        {
            return null;
        }
    }

    internal static JsonElement? IdOf(JsonElement item) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty("id", out var id) ? id : null;

    /// <summary>The <c>id</c> of a JSON object, and null for anything else.</summary>
    internal static JsonElement? IdOf(ReadOnlyMemory<byte> body)
    {
        try
        {
            var reader = new Utf8JsonReader(body.Span, new JsonReaderOptions { MaxDepth = 64 });
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return null;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("id"u8))
                {
                    reader.Read();
                    return JsonElement.ParseValue(ref reader);
                }

                reader.Read();
                reader.Skip();
            }
        }
        catch (JsonException)
        {
            // The answer to the line says what is wrong with it.
        }

        return null;
    }
}
