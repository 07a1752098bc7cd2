using AllianceNotify.Acknowledgement;
using AllianceNotify.Audit;
using AllianceNotify.Classification;
using AllianceNotify.Contacts;
using AllianceNotify.Content;
using AllianceNotify.FanOut;
using AllianceNotify.Reports;
using AllianceNotify.Situations;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AllianceNotify.Functions.Board;

/// <summary>The page behind an alert's personal link. The link is the credential; it opens one alert for one contact.</summary>
internal static class AcknowledgePages
{
    public static void MapAcknowledgePage(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/a/{token}", ShowAsync).AllowAnonymous();
        routes.MapPost("/a/{token}", AnswerAsync).AllowAnonymous();
    }

    /// <summary>Shows the alert and a button. Mail scanners open links: this changes nothing.</summary>
    private static async Task<IResult> ShowAsync(string token, [AsParameters] Parts parts, CancellationToken cancellationToken)
    {
        var (reader, refusal) = await parts.OpenAsync(token, cancellationToken);
        return reader is null
            ? refusal!
            : await PageAsync(reader, await parts.Acknowledge.FindAsync(reader.Alert.Id, reader.Contact.Id, cancellationToken), parts, cancellationToken);
    }

    private static async Task<IResult> AnswerAsync(
        string token, HttpRequest request, AuditLog audit, [AsParameters] Parts parts, CancellationToken cancellationToken)
    {
        var (reader, refusal) = await parts.OpenAsync(token, cancellationToken);
        if (reader is null)
        {
            return refusal!;
        }

        if (await parts.Acknowledge.FindAsync(reader.Alert.Id, reader.Contact.Id, cancellationToken) is { } earlier)
        {
            return await PageAsync(reader, earlier, parts, cancellationToken);
        }

        var note = request.HasFormContentType ? (await request.ReadFormAsync(cancellationToken))["note"].ToString() : null;
        var order = new AuditOrder($"contact:{reader.Contact.Id}", reader.Contact.Name.In("en"), "acknowledge", $"alerts/{reader.Alert.Id}");
        return await audit.RecordAsync(
            order,
            () => parts.Acknowledge.ByContactAsync(reader.Alert.Id, reader.Contact.Id, note, cancellationToken),
            result => result is AnswerResult.Recorded,
            cancellationToken) switch
        {
            AnswerResult.Recorded recorded => await PageAsync(reader, recorded.Answer, parts, cancellationToken),
            AnswerResult.AlreadyAnswered before => await PageAsync(reader, before.Answer, parts, cancellationToken),
            _ => Unknown(),
        };
    }

    private static async Task<IResult> PageAsync(Reader reader, Answer? answered, Parts parts, CancellationToken cancellationToken)
    {
        var alert = reader.Alert;
        var language = reader.Contact.Languages.FirstOrDefault(language => Words.Primary(language) is "en" or "ja") ?? "en";
        var own = AlertSheet.Of(alert, parts.Taxonomy, language);
        return new RazorComponentResult<AcknowledgePage>(new
        {
            Alert = alert,
            Own = own,
            Other = AlertSheet.Of(alert, parts.Taxonomy, own.Language == "ja" ? "en" : "ja"),
            Latest = (await parts.Situations.ListAlertsAsync(alert.Situation, cancellationToken).Select(row => row.Value).LastOrDefaultAsync(cancellationToken)) is { } latest
                && MarkingRule.Withholds(reader.Contact, latest.Marking) is null
                    ? latest
                    : alert,
            Answered = answered,
        });
    }

    private static RazorComponentResult<MessagePage> Unknown() => BoardEndpoints.Message(
        StatusCodes.Status404NotFound,
        new LocalizedText("Link not known", "無効なリンク"),
        new LocalizedText(
            "This link is not one of this hub's, or was cut short. Copy the whole of it from the message.",
            "このリンクは無効か、途中で切れています。メッセージからリンク全体をコピーしてください。"));

    /// <summary>An alert and the contact whom a link lets read it.</summary>
    private sealed record Reader(Alert Alert, Contact Contact);

    /// <summary>What the page needs.</summary>
    private sealed record Parts(
        AcknowledgeLinks Links, SituationTable Situations, ContactTable Contacts, AcknowledgeAlert Acknowledge, Taxonomy Taxonomy, TimeProvider Time)
    {
        /// <summary>Who reads what, or the page that says why not.</summary>
        public async Task<(Reader? Reader, IResult? Refusal)> OpenAsync(string token, CancellationToken cancellationToken)
        {
            switch (Links.Read(token, Time.GetUtcNow()))
            {
                case AcknowledgeToken.Expired expired:
                    return (null, BoardEndpoints.Message(
                        StatusCodes.Status410Gone,
                        new LocalizedText("Link expired", "期限切れ"),
                        new LocalizedText(
                            $"This link ended {Times.Of(expired.Since)}. Nothing was acknowledged. Ask your duty desk for the state of this alert.",
                            $"このリンクの期限は {Times.Of(expired.Since)} に切れました。受領は報告されていません。状況は当直に確認してください。")));
                case AcknowledgeToken.Valid valid when await Situations.GetAlertAsync(valid.Alert, cancellationToken) is { } alert:
                    return (await Contacts.GetAsync(valid.Contact, cancellationToken))?.Value is { } contact && MarkingRule.Withholds(contact, alert.Marking) is null
                        ? (new Reader(alert, contact), null)
                        : (null, BoardEndpoints.Message(
                            StatusCodes.Status410Gone,
                            new LocalizedText("No longer open to you", "閲覧不可"),
                            new LocalizedText("You may no longer read this alert. Nothing was acknowledged.", "この通報は閲覧できなくなりました。受領は報告されていません。")));
                default:
                    return (null, Unknown());
            }
        }
    }
}
