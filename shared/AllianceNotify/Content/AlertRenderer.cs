using System.Text.Encodings.Web;
using System.Text.Unicode;
using AllianceNotify.Classification;
using AllianceNotify.Situations;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace AllianceNotify.Content;

/// <summary>
/// Puts an alert into words: HTML and text for mail, Adaptive Card for Teams. The alert alone decides what they say, so that
/// the same alert renders the same whenever and however often it is asked for. Safe for concurrent use.
/// </summary>
public sealed class AlertRenderer
{
    private readonly Taxonomy taxonomy;
    private readonly ServiceProvider services;

    public AlertRenderer(Taxonomy taxonomy)
    {
        this.taxonomy = taxonomy;
        // Encodes what HTML gives a meaning and leaves Japanese as it is: a third of the size of character references.
        services = new ServiceCollection().AddSingleton(HtmlEncoder.Create(UnicodeRanges.All)).BuildServiceProvider();
    }

    /// <param name="alert">What is to be told.</param>
    /// <param name="language">The reader's own language, shown first: Japanese for <c>ja*</c>, else English. Both are in the mail.</param>
    /// <param name="cancellationToken">Ends the rendering early.</param>
    public async Task<RenderedAlert> RenderAsync(Alert alert, string language, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var own = AlertSheet.Of(alert, taxonomy, language);
        var other = AlertSheet.Of(alert, taxonomy, own.Language == "ja" ? "en" : "ja");
        var subject = SubjectLine.Of(alert, taxonomy, own.Language);
        return new RenderedAlert
        {
            Language = own.Language,
            Subject = subject,
            Html = await HtmlAsync(own, other, subject).ConfigureAwait(false),
            Text = TextMail.Write(own, other),
            Card = AlertCard.Write(own, other),
        };
    }

    private async Task<string> HtmlAsync(AlertSheet own, AlertSheet other, string subject)
    {
        // A renderer keeps every root component it has rendered, so each mail gets its own.
        var renderer = new HtmlRenderer(services, NullLoggerFactory.Instance);
        await using (renderer.ConfigureAwait(false))
        {
            var parameters = ParameterView.FromDictionary(new Dictionary<string, object?>
            {
                [nameof(AlertMail.Own)] = own,
                [nameof(AlertMail.Other)] = other,
                [nameof(AlertMail.Subject)] = subject,
            });
            return await renderer.Dispatcher.InvokeAsync(async () =>
                (await renderer.RenderComponentAsync<AlertMail>(parameters).ConfigureAwait(true)).ToHtmlString()).ConfigureAwait(false);
        }
    }
}
