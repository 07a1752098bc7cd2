using System.Net;
using Microsoft.Extensions.Options;

namespace AllianceNotify.Smtp;

/// <summary>How the connection to the mail server is protected.</summary>
public enum SmtpSecurity
{
    /// <summary>STARTTLS, required (usually port 587). A server that does not offer it is not used.</summary>
    StartTls,

    /// <summary>TLS from the first byte (usually port 465).</summary>
    Tls,

    /// <summary>None. For a relay on this machine or behind a protected link.</summary>
    None,
}

/// <summary>Configuration section <c>Smtp</c>. The channel is set up when <see cref="Host"/> is given.</summary>
public sealed class SmtpOptions
{
    public const string Section = "Smtp";

    /// <summary>Null: mail goes to the outbox.</summary>
    public string? Host { get; set; }

    /// <summary>Null: 587 with STARTTLS, 465 with TLS, 25 without.</summary>
    public int? Port { get; set; }

    public SmtpSecurity Security { get; set; } = SmtpSecurity.StartTls;

    /// <summary>A PEM file of a certificate or authority to trust besides the system's.</summary>
    public string? TrustedCertificate { get; set; }

    /// <summary>Null: the hub does not sign in.</summary>
    public string? UserName { get; set; }

    public string? Password { get; set; }

    /// <summary>Mailbox in the From header, with or without a name.</summary>
    public string From { get; set; } = "AllianceNotify <alerts@alliancenotify.invalid>";

    /// <summary>Null: none; answers go to <see cref="From"/>.</summary>
    public string? ReplyTo { get; set; }

    /// <summary>Where bounces go; null: <see cref="From"/>.</summary>
    public string? EnvelopeFrom { get; set; }

    /// <summary>Connections at a time. 1 to 100.</summary>
    public int MaxConnections { get; set; } = 8;

    /// <summary>
    /// Recipients of one mail. 1: everybody gets a mail of their own, with a personal link to answer. 2 to 100: blind copies in
    /// groups of one language, with a link to the page behind sign-in, for lists that one mailbox may not write to one by one.
    /// </summary>
    public int MaxRecipients { get; set; } = 1;

    internal int PortInUse => Port ?? Security switch
    {
        SmtpSecurity.StartTls => 587,
        SmtpSecurity.Tls => 465,
        _ => 25,
    };
}

internal sealed class SmtpOptionsValidator : IValidateOptions<SmtpOptions>
{
    public ValidateOptionsResult Validate(string? name, SmtpOptions options)
    {
        var mistakes = new List<string>();
        void Check(bool right, string what)
        {
            if (!right)
            {
                mistakes.Add($"{SmtpOptions.Section}:{what}.");
            }
        }

        Check(options.Host is null || Uri.CheckHostName(options.Host) != UriHostNameType.Unknown, "Host is not a host name");
        Check(options.Port is null or (>= 1 and <= 65_535), "Port is not between 1 and 65535");
        Check(Enum.IsDefined(options.Security), "Security is none of StartTls, Tls and None");
        Check(options.TrustedCertificate is not { } file || File.Exists(file), "TrustedCertificate names no file");
        Check((options.UserName is null) == (options.Password is null), "UserName and Password belong together");
        Check(
            options.UserName is null || options.Security != SmtpSecurity.None || IsThisMachine(options.Host),
            "Security None would send the password in clear; use StartTls or Tls");
        Check(AlertMail.MailboxOf(options.From) is not null, "From is not a mailbox");
        Check(options.ReplyTo is null || AlertMail.MailboxOf(options.ReplyTo) is not null, "ReplyTo is not a mailbox");
        Check(options.EnvelopeFrom is null || AlertMail.MailboxOf(options.EnvelopeFrom) is not null, "EnvelopeFrom is not a mailbox");
        Check(options.MaxConnections is >= 1 and <= 100, "MaxConnections is not between 1 and 100");
        Check(options.MaxRecipients is >= 1 and <= 100, "MaxRecipients is not between 1 and 100");
        return mistakes.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(mistakes);
    }

    private static bool IsThisMachine(string? host) =>
        host == "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}
