using AllianceNotify.Acknowledgement;
using AllianceNotify.Contacts;
using AllianceNotify.Content;
using AllianceNotify.FanOut;
using AllianceNotify.Situations;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AllianceNotify.Functions.Board;

/// <summary>The page behind an alert's personal link. The link is the credential; it opens one alert for one contact.</summary>
internal sealed class AcknowledgementPageParts(
    AcknowledgeLinks links, SituationTable situations, ContactTable contacts, AcknowledgeAlert acknowledge, AlertRenderer renderer, TimeProvider time)
{
    public async Task<RazorComponentResult<AcknowledgePage>> AnswerAsync(string token, string? note, CancellationToken cancellationToken)
    {
        if (links.Read(token, time.GetUtcNow()) is not AcknowledgeToken.Valid valid)
        {
            return await PageAsync(token, null, cancellationToken);
        }

        var answered = await acknowledge.ByContactAsync(valid.Alert, valid.Contact, note, cancellationToken) switch
        {
            AnswerResult.Recorded recorded => recorded.Answer,
            AnswerResult.AlreadyAnswered before => before.Answer,
            _ => null,
        };
        return await PageAsync(token, answered, cancellationToken);
    }

    public async Task<RazorComponentResult<AcknowledgePage>> PageAsync(string token, Answer? answered, CancellationToken cancellationToken)
    {
        switch (links.Read(token, time.GetUtcNow()))
        {
            case AcknowledgeToken.Expired expired:
                return Plain(StatusCodes.Status410Gone, "Link expired 期限切れ", $"This link ended {Times.Of(expired.Since)}. このリンクの期限は切れています。");
            case AcknowledgeToken.Valid valid when await situations.GetAlertAsync(valid.Alert, cancellationToken) is { } alert:
                var contact = (await contacts.GetAsync(valid.Contact, cancellationToken))?.Value;
                if (contact is null || MarkingRule.Withholds(contact, alert.Marking) is not null)
                {
                    return Plain(StatusCodes.Status410Gone, "No longer open 閲覧不可", "This alert is no longer open to you. この通報は閲覧できません。");
                }

                answered ??= await acknowledge.FindAsync(valid.Alert, valid.Contact, cancellationToken);
                var language = contact.Languages.Count > 0 ? contact.Languages[0] : "en";
                var content = await renderer.RenderAsync(alert, language, cancellationToken);
                return new RazorComponentResult<AcknowledgePage>(new
                {
                    Alert = alert,
                    Content = content with { Text = content.Text.Replace(RenderedAlert.AcknowledgeUrlPlaceholder, "—", StringComparison.Ordinal) },
                    Answered = answered,
                });
            default:
                return Plain(StatusCodes.Status404NotFound, "Link not known 無効なリンク", "This link is not one of this hub's, or was cut short. このリンクは無効です。");
        }
    }

    private static RazorComponentResult<AcknowledgePage> Plain(int status, string heading, string explanation) =>
        new(new { Heading = heading, Explanation = explanation }) { StatusCode = status };
}
