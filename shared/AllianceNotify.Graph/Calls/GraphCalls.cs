using System.Net.Sockets;
using System.Security.Authentication;
using System.Text.RegularExpressions;
using Azure.Core;
using Azure.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Graph;
using Microsoft.Graph.Authentication;
using Microsoft.Kiota.Abstractions;

namespace AllianceNotify.Graph.Calls;

/// <summary>
/// Requests made with the Graph SDK, each sent once: none of the SDK's handlers (its retries among them) is in the way, so that
/// a delivery's attempts are those that its record counts.
/// </summary>
internal sealed partial class GraphCalls : IDisposable
{
    /// <summary>Requests in one <c>$batch</c>. Graph: 20.</summary>
    public const int MaxBatch = 20;

    private readonly HttpClient http;
    private readonly TimeProvider time;
    private readonly string address;

    public GraphCalls(IOptions<GraphOptions> options, [FromKeyedServices(GraphOptions.Section)] TokenCredential credential, TimeProvider time)
    {
        this.time = time;
        http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            UseCookies = false,
        })
        {
            // The delivery stage's pipeline ends what takes too long.
            Timeout = Timeout.InfiniteTimeSpan,
        };
        var hosts = GraphHosts.Of(options.Value.Cloud);
        var graph = options.Value.BaseAddress ?? new Uri(hosts.Graph, "/v1.0");
        address = graph.AbsoluteUri.TrimEnd('/');
        // Tokens go to this one host and nowhere else.
        var signIn = new AzureIdentityAuthenticationProvider(
            credential, [graph.Host], observabilityOptions: null, isCaeEnabled: false, new Uri(hosts.Graph, "/.default").AbsoluteUri);
        Client = new GraphServiceClient(http, signIn, address);
    }

    /// <summary>For making requests with; they are sent by <see cref="SendAsync"/>.</summary>
    public GraphServiceClient Client { get; }

    public void Dispose()
    {
        Client.Dispose();
        http.Dispose();
    }

    public Task<GraphAnswer> SendAsync(RequestInformation request, CancellationToken cancellationToken) => SendAsync(
        request, (response, token) => GraphAnswer.ReadAsync(response, time, token), answer => answer, cancellationToken);

    /// <summary>
    /// Up to <see cref="MaxBatch"/> requests in one. Each has its own answer, in order; where the batch as a whole failed, that is the
    /// answer to each. A request that Graph gave no answer for may have been done or not.
    /// </summary>
    public async Task<IReadOnlyList<GraphAnswer>> SendBatchAsync(IReadOnlyList<RequestInformation> requests, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(requests.Count, MaxBatch);
        var batch = new RequestInformation { HttpMethod = Method.POST, URI = new Uri($"{address}/$batch") };
        batch.SetStreamContent(new MemoryStream(GraphBatch.Write(requests, address)), "application/json");
        return await SendAsync<IReadOnlyList<GraphAnswer>>(
            batch,
            async (response, token) => response.IsSuccessStatusCode
                ? await GraphBatch.ReadAsync(response, requests.Count, time, token).ConfigureAwait(false)
                : All(await GraphAnswer.ReadAsync(response, time, token).ConfigureAwait(false)),
            All,
            cancellationToken).ConfigureAwait(false);

        IReadOnlyList<GraphAnswer> All(GraphAnswer answer) => [.. requests.Select(_ => answer)];
    }

    private async Task<T> SendAsync<T>(
        RequestInformation request, Func<HttpResponseMessage, CancellationToken, Task<T>> read, Func<GraphAnswer, T> failed, CancellationToken cancellationToken)
    {
        try
        {
            using var message = await Client.RequestAdapter.ConvertToNativeRequestAsync<HttpRequestMessage>(request, cancellationToken).ConfigureAwait(false)
                ?? throw new InvalidOperationException("The Graph SDK made no HTTP request.");
            using var response = await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
            return await read(response, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (Failure(exception) is { } answer)
        {
            return failed(answer);
        }
    }

    /// <summary>What a failure to get an answer means; null for what is none of those.</summary>
    private static GraphAnswer? Failure(Exception exception) => exception switch
    {
        HttpRequestException { InnerException: AuthenticationException } =>
            new GraphAnswer(SignInFailed, null, "The TLS certificate of Graph's host is not trusted.", null, null),
        HttpRequestException request => GraphAnswer.Nothing($"No answer from Graph: {request.HttpRequestError}."),
        IOException or SocketException => GraphAnswer.Nothing("No answer from Graph: the connection broke."),
        CredentialUnavailableException => new GraphAnswer(
            SignInFailed, "CredentialUnavailable", "There is no identity to sign in with here: managed identity is not available.", null, null),
        AuthenticationFailedException failed when EntraError.Match(failed.Message) is { Success: true } code =>
            new GraphAnswer(SignInFailed, code.Value, $"Entra ID does not let the hub sign in ({code.Value}).", null, null),
        AuthenticationFailedException => GraphAnswer.Nothing("No token from Entra ID. A managed identity has one only on the resource that it is assigned to."),
        _ => null,
    };

    /// <summary>Stands in the status's place where nobody was asked because the hub could not sign in.</summary>
    public const int SignInFailed = 401;

    [GeneratedRegex("AADSTS[0-9]{4,8}", RegexOptions.CultureInvariant)]
    private static partial Regex EntraError { get; }
}
