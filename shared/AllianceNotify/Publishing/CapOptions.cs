using System.Security.Cryptography.X509Certificates;
using AllianceNotify.Intake;
using Microsoft.Extensions.Options;

namespace AllianceNotify.Publishing;

/// <summary>CAP alerts of this hub, and the certificates that others' are checked with: configuration section <c>Cap</c>.</summary>
public sealed class CapOptions
{
    public const string Section = "Cap";

    /// <summary>
    /// This hub's name as CAP sender (CAP 1.2 §3.2.1): no spaces, commas, &lt; or &amp;, at most 200 characters, and no other hub's. By it an alert
    /// that comes back is known as ours.
    /// </summary>
    public string Sender { get; set; } = "alliancenotify.invalid";

    /// <summary>How long an alert is said to hold (<c>expires</c>), in hours: 1 to 720.</summary>
    public int ExpiresAfterHours { get; set; } = 24;

    /// <summary>PEM file of the certificate that alerts are signed with; without it they are not signed.</summary>
    public string? SigningCertificate { get; set; }

    /// <summary>PEM file of its RSA key; the certificate's own file unless set.</summary>
    public string? SigningKey { get; set; }

    /// <summary>PEM files of the certificates that signed alerts of others are checked with; without any, signatures are noted and not checked.</summary>
    public List<string> TrustedCertificates { get; } = [];

    public X509Certificate2? LoadSigner() =>
        SigningCertificate is { } file ? X509Certificate2.CreateFromPemFile(file, SigningKey) : null;

    public CapSignatures LoadTrusted()
    {
        var certificates = new X509Certificate2Collection();
        foreach (var file in TrustedCertificates)
        {
            certificates.ImportFromPemFile(file);
        }

        return new CapSignatures([.. certificates]);
    }
}

internal sealed class CapOptionsValidator : IValidateOptions<CapOptions>
{
    public ValidateOptionsResult Validate(string? name, CapOptions options)
    {
        var mistakes = new List<string>();
        if (options.Sender is not { Length: >= 1 and <= 200 } sender || sender.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || c is ',' or '<' or '&'))
        {
            mistakes.Add("Cap:Sender is 1 to 200 characters without spaces, commas, < and &.");
        }

        if (options.ExpiresAfterHours is < 1 or > 720)
        {
            mistakes.Add("Cap:ExpiresAfterHours is 1 to 720.");
        }

        mistakes.AddRange(options.TrustedCertificates.Append(options.SigningCertificate).Append(options.SigningKey).OfType<string>()
            .Where(file => !File.Exists(file)).Select(file => $"Cap names the file {file}, which is not there."));
        return mistakes.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(mistakes);
    }
}
