using System.Globalization;
using AllianceNotify.Content;
using AllianceNotify.Delivery;
using AllianceNotify.Reports;
using AllianceNotify.Situations;
using Microsoft.Graph.Models;
using Microsoft.Graph.Users.Item.SendMail;
using Alert = AllianceNotify.Situations.Alert;

namespace AllianceNotify.Graph.Mail;

/// <summary>
/// An alert as the body of <c>sendMail</c>. Graph's JSON takes one body (the HTML) and headers of one's own only under names
/// that begin with <c>x-</c>, at most five; Message-ID, In-Reply-To and References go as the MAPI properties that Exchange makes
/// those headers from ([MS-OXPROPS] PidTagInternetMessageId, PidTagInReplyToId, PidTagInternetReferences).
/// </summary>
internal static class GraphMail
{
    public const string MessageIdHeader = "x-alliancenotify-message-id";

    /// <summary>To one person: their name on it, their own link in it.</summary>
    public static SendMailPostRequestBody ToOne(AlertDispatch dispatch, DispatchRecipient recipient, GraphMailOptions options)
    {
        var message = Compose(dispatch, recipient.AcknowledgeUrl, recipient.MessageId, recipient.ThreadMessageId, options);
        message.ToRecipients = [RecipientOf(recipient.Address, recipient.DisplayName)];
        return Body(message, options);
    }

    /// <summary>
    /// To several, who do not see each other. What they receive has one id, made from the alert, the language and the round, so
    /// that it is the same whichever of them it goes to again.
    /// </summary>
    /// <exception cref="InvalidOperationException">The recipients' links differ: one of them would get another's.</exception>
    public static SendMailPostRequestBody ToGroup(AlertDispatch dispatch, IReadOnlyList<DispatchRecipient> recipients, GraphMailOptions options)
    {
        var link = recipients[0].AcknowledgeUrl;
        if (recipients.Any(recipient => recipient.AcknowledgeUrl != link))
        {
            throw new InvalidOperationException("Blind copies would carry one recipient's personal link to all of them.");
        }

        var domain = recipients[0].MessageId[(recipients[0].MessageId.IndexOf('@', StringComparison.Ordinal) + 1)..];
        var first = IdOf(Alert.IdOf(dispatch.Alert.Situation, 1), dispatch.Content.Language, 0, domain);
        var own = IdOf(dispatch.Alert.Id, dispatch.Content.Language, dispatch.Round, domain);
        var message = Compose(dispatch, link, own, first == own ? null : first, options);
        message.BccRecipients = [.. recipients.Select(recipient => RecipientOf(recipient.Address, null))];
        return Body(message, options);
    }

    private static Message Compose(AlertDispatch dispatch, Uri link, string messageId, string? thread, GraphMailOptions options)
    {
        var content = dispatch.Content.For(link);
        var alert = dispatch.Alert;
        var message = new Message
        {
            Subject = content.Subject,
            Body = new ItemBody { ContentType = BodyType.Html, Content = content.Html },
            Importance = alert.Urgency switch
            {
                Urgency.Flash or Urgency.Urgent => Importance.High,
                Urgency.Routine => Importance.Normal,
                _ => Importance.Low,
            },
            InternetMessageHeaders =
            [
                new() { Name = "x-alliancenotify-mode", Value = alert.ShownMode.Wire() },
                new() { Name = "x-alliancenotify-alert", Value = alert.Id.Value },
                new() { Name = "x-alliancenotify-situation", Value = alert.Situation.Value },
                new() { Name = MessageIdHeader, Value = messageId },
                new() { Name = "x-auto-response-suppress", Value = "OOF, AutoReply" },
            ],
        };
        if (options.ReplyTo is { } replyTo)
        {
            message.ReplyTo = [RecipientOf(replyTo, null)];
        }

        if (options.ThreadingProperties)
        {
            message.SingleValueExtendedProperties = [new() { Id = "String 0x1035", Value = $"<{messageId}>" }];
            if (thread is not null)
            {
                message.SingleValueExtendedProperties.Add(new() { Id = "String 0x1042", Value = $"<{thread}>" });
                message.SingleValueExtendedProperties.Add(new() { Id = "String 0x1039", Value = $"<{thread}>" });
            }
        }

        return message;
    }

    private static SendMailPostRequestBody Body(Message message, GraphMailOptions options) =>
        new() { Message = message, SaveToSentItems = options.SaveToSentItems };

    private static Recipient RecipientOf(string address, string? name) => new() { EmailAddress = new EmailAddress { Address = address, Name = name } };

    private static string IdOf(AlertId alert, string language, int round, string domain) =>
        string.Create(CultureInfo.InvariantCulture, $"{alert}.{language}.{round}@{domain}");
}
