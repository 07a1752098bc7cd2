using System.Globalization;
using System.Text.Json;
using AllianceNotify.Delivery.Channels;
using AllianceNotify.Intake;
using AllianceNotify.Intake.Formats;
using Microsoft.Extensions.Options;

namespace AllianceNotify.Feeds;

/// <summary>What came of fetching a source once.</summary>
internal abstract record FetchResult
{
    private FetchResult()
    {
    }

    /// <summary>It answered; what is new is accepted. The status has the versions for the next time, and as its error what of the answer could not be read.</summary>
    public sealed record Fetched(SourceStatus Status) : FetchResult;

    public sealed record Failed(string Reason, TimeSpan? RetryAfter = null) : FetchResult;
}

/// <summary>Fetches a source once and hands what it says to intake, which knows what it has had.</summary>
internal sealed class FetchSource(AcceptReports intake, SourceStatusTable statuses, IOptions<FeedOptions> options) : IDisposable
{
    private const int MaxEntries = 50;
    private const int MaxPages = 50;
    private const string Taxii = "application/taxii+json;version=2.1";

    /// <summary>What a source says of the time long before it was configured is history: a first fetch must not page for it.</summary>
    private static readonly TimeSpan History = TimeSpan.FromDays(1);

    private readonly OutboundHttp http = new(options.Value.Rules);

    public void Dispose() => http.Dispose();

    public Task<FetchResult> RunAsync(ReportSource source, SourceStatus status, CancellationToken cancellationToken) =>
        source.Kind == SourceKind.Taxii ? TaxiiAsync(source, status, cancellationToken) : FeedAsync(source, status, cancellationToken);

    private async Task<FetchResult> FeedAsync(ReportSource source, SourceStatus status, CancellationToken cancellationToken)
    {
        using var request = Request(source, source.Address!);
        if (status.ETag is { } etag)
        {
            request.Headers.TryAddWithoutValidation("If-None-Match", etag);
        }

        if (status.LastModified is { } modified)
        {
            request.Headers.TryAddWithoutValidation("If-Modified-Since", modified);
        }

        var (answer, failure) = await http.FetchAsync(request, options.Value.MaxBytes, cancellationToken).ConfigureAwait(false);
        if (answer is null)
        {
            return failure!;
        }

        if (answer.Status == 304)
        {
            // What could not be read of it stands as it did; what could not be fetched is over.
            return new FetchResult.Fetched(status.Failures == 0 ? status : status with { LastError = null });
        }

        status = status with { LastError = null };
        var result = await AcceptAsync(source, status, answer.Body, answer.ContentType, cancellationToken).ConfigureAwait(false);
        if (result is not IntakeResult.Accepted && FeedIndex.TryRead(answer.Body, out _) is { } entries)
        {
            if (await EntriesAsync(source, status, entries, cancellationToken).ConfigureAwait(false) is { } broken)
            {
                return broken;
            }
        }
        else if (result is not IntakeResult.Accepted)
        {
            return new FetchResult.Failed(Words(result));
        }

        if (result is IntakeResult.Accepted { SkippedEntries: [var first, ..] unread })
        {
            status = status with { LastError = Unread(unread.Count, first) };
        }

        return new FetchResult.Fetched(status with { ETag = answer.Header("ETag"), LastModified = answer.Header("Last-Modified") });
    }

    /// <summary>An index of files: those not fetched yet, the newest first. What its server does not give now is asked for again.</summary>
    private async Task<FetchResult?> EntriesAsync(ReportSource source, SourceStatus status, IReadOnlyList<FeedEntry> entries, CancellationToken cancellationToken)
    {
        var fetched = 0;
        FetchResult? failed = null;
        foreach (var entry in entries.Where(entry => entry.Link is { } link && link.Host == source.Address!.Host && !(entry.Updated < status.Since - History))
            .OrderByDescending(entry => entry.Updated ?? DateTimeOffset.MaxValue))
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{entry.Id}|{entry.Updated:O}");
            if (fetched == MaxEntries || await statuses.IsSeenAsync(source.Id, name, cancellationToken).ConfigureAwait(false))
            {
                continue;
            }

            fetched++;
            using var request = Request(source, entry.Link!);
            var (answer, failure) = await http.FetchAsync(request, options.Value.MaxBytes, cancellationToken).ConfigureAwait(false);
            if (answer is null)
            {
                failed = failure;
                continue;
            }

            // What cannot be read today cannot be read tomorrow: it is not asked for again.
            await AcceptAsync(source, status, answer.Body, answer.ContentType, cancellationToken).ConfigureAwait(false);
            await statuses.MarkSeenAsync(source.Id, name, cancellationToken).ConfigureAwait(false);
        }

        return failed;
    }

    /// <summary>TAXII 2.1 §5.4 and §3.5: objects added after the last fetch, page by page.</summary>
    private async Task<FetchResult> TaxiiAsync(ReportSource source, SourceStatus status, CancellationToken cancellationToken)
    {
        var (addedAfter, next, last) = (status.AddedAfter, (string?)null, status.AddedAfter);
        status = status with { LastError = null };
        for (var page = 0; page < MaxPages; page++)
        {
            var query = new List<string>();
            if (addedAfter is not null)
            {
                query.Add($"added_after={Uri.EscapeDataString(addedAfter)}");
            }

            if (next is not null)
            {
                query.Add($"next={Uri.EscapeDataString(next)}");
            }

            using var request = Request(source, new UriBuilder(source.Address!) { Query = string.Join('&', query) }.Uri);
            request.Headers.TryAddWithoutValidation("Accept", Taxii);
            var (answer, failure) = await http.FetchAsync(request, options.Value.MaxBytes, cancellationToken).ConfigureAwait(false);
            if (answer is null)
            {
                return failure!;
            }

            if (Envelope(answer.Body) is not { } envelope)
            {
                return new FetchResult.Failed("The answer is no TAXII 2.1 envelope.");
            }

            if (envelope.Unread is [var first, ..])
            {
                status = status with { LastError = Unread(envelope.Unread.Count, first) };
            }

            if (envelope.Bundle is { } bundle && await AcceptAsync(source, status, bundle, "application/stix+json;version=2.1", cancellationToken).ConfigureAwait(false) is var result
                && result is not IntakeResult.Accepted and not IntakeResult.Refused)
            {
                return new FetchResult.Failed(Words(result));
            }

            last = answer.Header("X-TAXII-Date-Added-Last") ?? last;
            if (!envelope.More || envelope.Next is null)
            {
                return new FetchResult.Fetched(status with { AddedAfter = last });
            }

            next = envelope.Next;
        }

        // The rest comes with the next fetch: what came so far is not asked for again.
        return new FetchResult.Fetched(status with { AddedAfter = last });
    }

    /// <summary>
    /// The page's objects as a bundle; null where the body is no envelope. A page is no bundle of one meaning: an object that is none is left out,
    /// or it would hold up all that come after it.
    /// </summary>
    private static (byte[]? Bundle, bool More, string? Next, List<FieldError> Unread)? Envelope(byte[] body)
    {
        var unread = new List<FieldError>();
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 64 });
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                return null;
            }

            var root = document.RootElement;
            var more = root.TryGetProperty("more", out var said) && said.ValueKind == JsonValueKind.True;
            var next = root.TryGetProperty("next", out var cursor) && cursor.ValueKind == JsonValueKind.String ? cursor.GetString() : null;
            if (!root.TryGetProperty("objects", out var objects) || objects.ValueKind != JsonValueKind.Array || objects.GetArrayLength() == 0)
            {
                return (null, more, next, unread);
            }

            using var bundle = new MemoryStream();
            using (var writer = new Utf8JsonWriter(bundle))
            {
                writer.WriteStartObject();
                writer.WriteString("type", "bundle");
                writer.WriteString("id", "bundle--00000000-0000-4000-8000-000000000000");
                writer.WriteStartArray("objects");
                var index = 0;
                foreach (var each in objects.EnumerateArray())
                {
                    if (StixObject.TryRead(each, string.Create(CultureInfo.InvariantCulture, $"objects[{index++}]"), unread) is not null)
                    {
                        each.WriteTo(writer);
                    }
                }

                writer.WriteEndArray();
                writer.WriteEndObject();
            }

            return (bundle.ToArray(), more, next, unread);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private HttpRequestMessage Request(ReportSource source, Uri address)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.TryAddWithoutValidation("User-Agent", "AllianceNotify");
        if (options.Value.Authorization.TryGetValue(source.Id.Value, out var authorization))
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        return request;
    }

    private Task<IntakeResult> AcceptAsync(ReportSource source, SourceStatus status, byte[] body, string? contentType, CancellationToken cancellationToken) => intake.AcceptAsync(
        body,
        contentType,
        new IntakeCaller { Id = $"feed:{source.Id}", MaySubmit = true, MaxBodyBytes = options.Value.MaxBytes, NotBefore = status.Since - History },
        cancellationToken);

    private static string Unread(int count, FieldError first) =>
        string.Create(CultureInfo.InvariantCulture, $"Read, except {(count == 1 ? "for one part of it" : $"for {count} parts of it")}: {first.Field}: {first.Message}");

    private static string Words(IntakeResult result) => result switch
    {
        IntakeResult.Invalid invalid => $"What it says cannot be read: {invalid.Errors[0].Field}: {invalid.Errors[0].Message}",
        IntakeResult.Refused refused => refused.Reason,
        IntakeResult.UnsupportedMediaType unsupported => unsupported.Reason,
        IntakeResult.TooLarge => "What it says is too large.",
        _ => $"What it says was not accepted ({result.GetType().Name}).",
    };
}
