using System.Security.Cryptography.X509Certificates;
using Azure.Core;
using Azure.Identity;

namespace AllianceNotify.Graph.Calls;

/// <summary>Signs the hub in to Entra ID as configured.</summary>
internal static class GraphCredentials
{
    public static TokenCredential For(GraphOptions options, TimeProvider time)
    {
        var hosts = GraphHosts.Of(options.Cloud);
        if (options.BaseAddress is { IsLoopback: true })
        {
            return new NoSignIn(time);
        }

        if (options.ManagedIdentity)
        {
            var identity = options.ClientId is { } id ? ManagedIdentityId.FromUserAssignedClientId(id) : ManagedIdentityId.SystemAssigned;
            return new ManagedIdentityCredential(new ManagedIdentityCredentialOptions(identity) { AuthorityHost = hosts.Login });
        }

        if (options.CertificateFile is { } file)
        {
            var certificate = Load(file, options.CertificatePassword);
            return new LongLivedToken(
                () => new ClientCertificateCredential(
                    options.TenantId, options.ClientId, certificate, new ClientCertificateCredentialOptions { AuthorityHost = hosts.Login }),
                time);
        }

        return new LongLivedToken(
            () => new ClientSecretCredential(
                options.TenantId, options.ClientId, options.ClientSecret, new ClientSecretCredentialOptions { AuthorityHost = hosts.Login }),
            time);
    }

    private static X509Certificate2 Load(string file, string? password) => Path.GetExtension(file).ToLowerInvariant() is ".pfx" or ".p12"
        ? X509CertificateLoader.LoadPkcs12FromFile(file, password)
        : X509Certificate2.CreateFromPemFile(file);

    /// <summary>For a Graph on this machine, which is a test's: no real token may go over plain http.</summary>
    private sealed class NoSignIn(TimeProvider time) : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            new("no-sign-in", time.GetUtcNow() + TimeSpan.FromHours(1));

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            new(GetToken(requestContext, cancellationToken));
    }
}

/// <summary>
/// Keeps a token only while it has the time that Graph's bulk activity call asks for (45 minutes, or 412) and lets a new
/// credential fetch the next: a credential by itself would serve its token from memory almost to the end.
/// </summary>
internal sealed class LongLivedToken(Func<TokenCredential> make, TimeProvider time) : TokenCredential, IDisposable
{
    public static readonly TimeSpan AskedFor = TimeSpan.FromMinutes(46);

    private readonly SemaphoreSlim fetching = new(1);
    private AccessToken? held;
    private DateTimeOffset fetchedAt;

    public void Dispose() => fetching.Dispose();

    public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
        throw new NotSupportedException("Tokens are fetched asynchronously.");

    public override async ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken)
    {
        await fetching.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var now = time.GetUtcNow();

            // Where tokens live for less than that, one a minute has to do.
            var serves = held is { } token && token.ExpiresOn > now + TimeSpan.FromMinutes(2)
                && (token.ExpiresOn > now + AskedFor || now < fetchedAt + TimeSpan.FromMinutes(1));
            if (!serves || requestContext.Claims is not null)
            {
                held = await make().GetTokenAsync(requestContext, cancellationToken).ConfigureAwait(false);
                fetchedAt = now;
            }

            return held!.Value;
        }
        finally
        {
            fetching.Release();
        }
    }
}
