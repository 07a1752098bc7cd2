namespace AllianceNotify.Delivery.Channels;

/// <summary>One POST and what it says about a delivery. Addresses are never part of a reason: some of them are credentials.</summary>
internal static class WebPost
{
    /// <param name="http">Made by <see cref="OutgoingHttp"/>.</param>
    /// <param name="request">The whole request; disposed here.</param>
    /// <param name="time">The clock that Retry-After counts from.</param>
    /// <param name="readAnswer">Looks at a successful answer's first 64 KiB; null: the status is all.</param>
    /// <param name="cancellationToken">The send's time limit; its end is the caller's to judge.</param>
    public static async Task<DeliveryOutcome> SendAsync(
        HttpClient http, HttpRequestMessage request, TimeProvider time, Func<string, DeliveryOutcome?>? readAnswer, CancellationToken cancellationToken)
    {
        using (request)
        {
            try
            {
                using var response = await http.SendAsync(
                    request, readAnswer is null ? HttpCompletionOption.ResponseHeadersRead : HttpCompletionOption.ResponseContentRead, cancellationToken)
                    .ConfigureAwait(false);
                if (readAnswer is not null && response.IsSuccessStatusCode
                    && readAnswer(await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false)) is { } told)
                {
                    return told;
                }

                if (response.IsSuccessStatusCode && readAnswer is null)
                {
                    // A short answer read to its end lets the connection be used again; a long one is not worth it.
                    await DrainAsync(response, cancellationToken).ConfigureAwait(false);
                }

                return OutgoingHttp.OutcomeOf(response, time.GetUtcNow());
            }
            catch (HttpRequestException exception) when (exception.GetBaseException() is PrivateAddressException)
            {
                return new DeliveryOutcome.Refused("The address leads into a private network, which configuration does not allow.");
            }
            catch (HttpRequestException exception)
            {
                return new DeliveryOutcome.Deferred(null, $"No answer: {exception.HttpRequestError}.");
            }
            catch (IOException exception)
            {
                return new DeliveryOutcome.Deferred(null, $"No answer: {exception.GetType().Name}.");
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return new DeliveryOutcome.Deferred(null, "No answer in time.");
            }
        }
    }

    private static async Task DrainAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentLength is null or > 4096)
        {
            return;
        }

        try
        {
            await response.Content.CopyToAsync(Stream.Null, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException)
        {
            // The status has been given; what follows it changes nothing.
        }
    }
}
