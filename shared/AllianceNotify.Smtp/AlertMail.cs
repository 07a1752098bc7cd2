using System.Globalization;
using AllianceNotify.Content;
using AllianceNotify.Delivery;
using AllianceNotify.Reports;
using AllianceNotify.Situations;
using MimeKit;

namespace AllianceNotify.Smtp;

/// <summary>An alert as a mail (RFC 5322, MIME): text and HTML of the same content, threaded with the situation's first mail.</summary>
internal static class AlertMail
{
    /// <summary>A mailbox with a domain; null where the text is none.</summary>
    public static MailboxAddress? MailboxOf(string text) =>
        MailboxAddress.TryParse(text, out var mailbox) && mailbox is { LocalPart.Length: > 0, Domain.Length: > 0 } ? mailbox : null;

    /// <summary>To one person: their name on it, their own link in it.</summary>
    public static MimeMessage ToOne(AlertDispatch dispatch, DispatchRecipient recipient, MailboxAddress to, SmtpOptions options, DateTimeOffset now)
    {
        var mail = Compose(dispatch, recipient.AcknowledgeUrl, options, now);
        mail.To.Add(new MailboxAddress(recipient.DisplayName, to.Address));
        mail.MessageId = recipient.MessageId;
        Thread(mail, recipient.ThreadMessageId);
        return mail;
    }

    /// <summary>
    /// To several, who do not see each other. What they receive is one message and has one Message-ID, made from the alert, the
    /// language and the round, so that it is the same whichever of them it goes to again.
    /// </summary>
    /// <exception cref="InvalidOperationException">The recipients' links differ: one of them would get another's.</exception>
    public static MimeMessage ToGroup(AlertDispatch dispatch, SmtpOptions options, DateTimeOffset now)
    {
        var link = dispatch.Recipients[0].AcknowledgeUrl;
        if (dispatch.Recipients.Any(recipient => recipient.AcknowledgeUrl != link))
        {
            throw new InvalidOperationException("Blind copies would carry one recipient's personal link to all of them.");
        }

        var mail = Compose(dispatch, link, options, now);
        mail.To.Add(new GroupAddress("undisclosed-recipients"));
        var domain = dispatch.Recipients[0].MessageId[(dispatch.Recipients[0].MessageId.IndexOf('@', StringComparison.Ordinal) + 1)..];
        var first = IdOf(Alert.IdOf(dispatch.Alert.Situation, 1), dispatch.Content.Language, 0, domain);
        mail.MessageId = IdOf(dispatch.Alert.Id, dispatch.Content.Language, dispatch.Round, domain);
        Thread(mail, first == mail.MessageId ? null : first);
        return mail;
    }

    /// <summary>The bytes of an <c>.eml</c> file.</summary>
    public static ReadOnlyMemory<byte> Write(MimeMessage mail)
    {
        using var buffer = new MemoryStream();
        mail.Prepare(EncodingConstraint.SevenBit);
        mail.WriteTo(buffer);
        return buffer.ToArray();
    }

    private static MimeMessage Compose(AlertDispatch dispatch, Uri link, SmtpOptions options, DateTimeOffset now)
    {
        var content = dispatch.Content.For(link);
        var alert = dispatch.Alert;
        var mail = new MimeMessage { Subject = content.Subject, Date = now };
        mail.From.Add(MailboxAddress.Parse(options.From));
        if (options.ReplyTo is { } replyTo)
        {
            mail.ReplyTo.Add(MailboxAddress.Parse(replyTo));
        }

        (mail.Importance, mail.XPriority, mail.Priority) = alert.Urgency switch
        {
            Urgency.Flash => (MessageImportance.High, XMessagePriority.Highest, MessagePriority.Urgent),
            Urgency.Urgent => (MessageImportance.High, XMessagePriority.High, MessagePriority.Urgent),
            Urgency.Routine => (MessageImportance.Normal, XMessagePriority.Normal, MessagePriority.Normal),
            _ => (MessageImportance.Low, XMessagePriority.Low, MessagePriority.NonUrgent),
        };

        // RFC 3834 §5: nobody's out-of-office notice should answer an alert.
        mail.Headers.Add(HeaderId.AutoSubmitted, "auto-generated");
        mail.Headers.Add("X-Auto-Response-Suppress", "OOF, AutoReply");
        mail.Headers.Add("X-AllianceNotify-Mode", alert.ShownMode.Wire());
        mail.Headers.Add("X-AllianceNotify-Alert", alert.Id.Value);
        mail.Headers.Add("X-AllianceNotify-Situation", alert.Situation.Value);
        mail.Body = new MultipartAlternative(
            new TextPart("plain") { Text = content.Text },
            new TextPart("html") { Text = content.Html });
        return mail;
    }

    private static void Thread(MimeMessage mail, string? first)
    {
        if (first is not null)
        {
            mail.InReplyTo = first;
            mail.References.Add(first);
        }
    }

    private static string IdOf(AlertId alert, string language, int round, string domain) =>
        string.Create(CultureInfo.InvariantCulture, $"{alert}.{language}.{round}@{domain}");
}
