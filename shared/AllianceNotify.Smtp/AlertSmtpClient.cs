using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;

namespace AllianceNotify.Smtp;

/// <summary>
/// A connection that goes on when some recipients are refused and remembers what was said of each. Used by one send at a time.
/// </summary>
internal sealed class AlertSmtpClient : SmtpClient
{
    private readonly Dictionary<string, SmtpResponse> refused = new(StringComparer.OrdinalIgnoreCase);
    private readonly X509Certificate2? trusted;

    public AlertSmtpClient(X509Certificate2? trusted)
    {
        this.trusted = trusted;
        ServerCertificateValidationCallback = IsTrusted;

        // A relay on an isolated network has no revocation list to ask, and an alert must not wait for one.
        CheckCertificateRevocation = false;
    }

    /// <summary>The server's certificate was looked at and not trusted.</summary>
    public bool CertificateRejected { get; private set; }

    public int Sent { get; set; }

    /// <summary>The server has said that it is about to close the connection (421).</summary>
    public bool Closing { get; set; }

    public DateTimeOffset IdleSince { get; set; }

    /// <summary>Recipients of the last send that the server did not take, by address.</summary>
    public IReadOnlyDictionary<string, SmtpResponse> Refused => refused;

    public void Begin() => refused.Clear();

    protected override void OnRecipientNotAccepted(MimeMessage message, MailboxAddress mailbox, SmtpResponse response) =>
        refused[mailbox.Address] = response;

    private bool IsTrusted(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None)
        {
            return true;
        }

        if (errors == SslPolicyErrors.RemoteCertificateChainErrors && trusted is not null && certificate is not null)
        {
            using var custom = new X509Chain();
            custom.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            custom.ChainPolicy.CustomTrustStore.Add(trusted);
            custom.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            custom.ChainPolicy.ExtraStore.AddRange(chain?.ChainPolicy.ExtraStore ?? []);
            using var presented = X509CertificateLoader.LoadCertificate(certificate.Export(X509ContentType.Cert));
            if (custom.Build(presented))
            {
                return true;
            }
        }

        CertificateRejected = true;
        return false;
    }

    public static SecureSocketOptions SocketOptionsFor(SmtpSecurity security) => security switch
    {
        SmtpSecurity.StartTls => SecureSocketOptions.StartTls,
        SmtpSecurity.Tls => SecureSocketOptions.SslOnConnect,
        SmtpSecurity.None => SecureSocketOptions.None,
        _ => throw new ArgumentOutOfRangeException(nameof(security), security, null),
    };
}
