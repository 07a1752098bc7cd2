using System.Globalization;
using AllianceNotify.Delivery;
using MailKit;
using MailKit.Net.Smtp;
using Microsoft.Extensions.Options;
using MimeKit;

namespace AllianceNotify.Smtp;

/// <summary>
/// Mail through one server, one mail a person or blind copies to several. 250 after the data is delivered; 4xx is tried again; 5xx
/// to a recipient or to the message is refused; 5xx to the hub itself (sender, sign-in, TLS) is misconfigured.
/// </summary>
public sealed class SmtpChannel : IAlertChannel, IDisposable
{
    public const string ChannelName = "smtp";

    private const int MaxReason = 200;

    private readonly SmtpOptions options;
    private readonly TimeProvider time;
    private readonly SmtpConnections connections;
    private readonly MailboxAddress sender;

    public SmtpChannel(IOptions<SmtpOptions> options, TimeProvider time)
    {
        this.options = options.Value;
        this.time = time;
        connections = new SmtpConnections(this.options, time);
        sender = AlertMail.MailboxOf(this.options.EnvelopeFrom ?? this.options.From)!;
    }

    public string Name => ChannelName;

    public int MaxRecipients => options.MaxRecipients;

    public void Dispose() => connections.Dispose();

    /// <summary>All mail goes by the one server.</summary>
    public string TargetOf(string address) => string.Create(CultureInfo.InvariantCulture, $"smtp:{options.Host}:{options.PortInUse}");

    public async Task<IReadOnlyList<DeliveryOutcome>> SendAsync(AlertDispatch dispatch, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var mailboxes = dispatch.Recipients.Select(recipient => AlertMail.MailboxOf(recipient.Address)).ToList();
        var reached = mailboxes.OfType<MailboxAddress>().DistinctBy(mailbox => mailbox.Address, StringComparer.OrdinalIgnoreCase).ToList();
        var outcomes = reached.Count == 0
            ? _ => throw new InvalidOperationException("There is nobody to ask about.")
            : await SendAsync(dispatch, reached, cancellationToken).ConfigureAwait(false);
        return [.. mailboxes.Select(mailbox => mailbox is null ? new DeliveryOutcome.Refused("Not a mail address.") : outcomes(mailbox))];
    }

    private async Task<Func<MailboxAddress, DeliveryOutcome>> SendAsync(
        AlertDispatch dispatch, List<MailboxAddress> to, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        using var mail = MaxRecipients > 1 ? AlertMail.ToGroup(dispatch, options, now) : AlertMail.ToOne(dispatch, dispatch.Recipients.Single(), to[0], options, now);
        try
        {
            return await connections.UseAsync(client => SendAsync(client, mail, to, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        catch (SmtpSetupException exception)
        {
            return _ => new DeliveryOutcome.Misconfigured(exception.Message);
        }
        catch (SmtpUnavailableException exception)
        {
            return _ => new DeliveryOutcome.Deferred(null, exception.Message);
        }
    }

    private async Task<Func<MailboxAddress, DeliveryOutcome>> SendAsync(
        AlertSmtpClient client, MimeMessage mail, List<MailboxAddress> to, CancellationToken cancellationToken)
    {
        client.Begin();
        DeliveryOutcome others;
        try
        {
            var answer = await client.SendAsync(FormatOptions.Default, mail, sender, to, cancellationToken).ConfigureAwait(false);
            others = new DeliveryOutcome.Delivered(Told(answer, to));
        }
        catch (SmtpCommandException exception)
        {
            client.Closing = exception.StatusCode == SmtpStatusCode.ServiceNotAvailable;
            others = Reading(exception, to);
        }
        catch (ServiceNotAuthenticatedException)
        {
            others = new DeliveryOutcome.Misconfigured("The mail server wants the hub to sign in.");
        }
        catch (Exception exception) when (exception is IOException or SmtpProtocolException or ServiceNotConnectedException)
        {
            others = new DeliveryOutcome.Deferred(null, "The mail server broke the connection.");
        }

        var refused = client.Refused.ToDictionary(pair => pair.Key, pair => RecipientOutcome(pair.Value, to), StringComparer.OrdinalIgnoreCase);
        return mailbox => refused.GetValueOrDefault(mailbox.Address) ?? others;
    }

    private static DeliveryOutcome Reading(SmtpCommandException exception, List<MailboxAddress> to)
    {
        var status = (int)exception.StatusCode;
        var reason = $"{status} {Told(exception.Message, to)}".TrimEnd();
        return (status, exception.ErrorCode) switch
        {
            ( < 500, _) => new DeliveryOutcome.Deferred(null, reason),
            (530 or 534 or 535 or 538, _) or (_, SmtpErrorCode.SenderNotAccepted) => new DeliveryOutcome.Misconfigured(reason),
            _ => new DeliveryOutcome.Refused(reason),
        };
    }

    private static DeliveryOutcome RecipientOutcome(SmtpResponse response, List<MailboxAddress> to)
    {
        var status = (int)response.StatusCode;
        var reason = $"{status} {Told(response.Response, to)}".TrimEnd();
        return status switch
        {
            < 500 => new DeliveryOutcome.Deferred(null, reason),
            530 => new DeliveryOutcome.Misconfigured(reason),
            _ => new DeliveryOutcome.Refused(reason),
        };
    }

    /// <summary>What the server said, on one line, without the addresses it likes to repeat.</summary>
    private static string Told(string answer, List<MailboxAddress> to)
    {
        var line = string.Join(' ', answer.Split(['\r', '\n', '\t', ' '], StringSplitOptions.RemoveEmptyEntries));
        foreach (var mailbox in to)
        {
            line = line.Replace(mailbox.Address, "(address)", StringComparison.OrdinalIgnoreCase);
        }

        return line.Length <= MaxReason ? line : line[..MaxReason];
    }
}
