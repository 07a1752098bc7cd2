using System.Reflection;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using AllianceNotify.Reports;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AllianceNotify.Functions.Board;

/// <summary>The hub's pages: what is going on, who was told, and the page that an alert's link opens. Server-rendered, without script.</summary>
internal static class BoardEndpoints
{
    private static readonly Lazy<string> Css = new(() =>
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("hub.css")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    });

    public static void AddBoard(this WebApplicationBuilder builder)
    {
        // Japanese as it is, not as character references: a third of the size.
        builder.Services.AddSingleton(HtmlEncoder.Create(UnicodeRanges.All));
        builder.Services.AddRazorComponents();
    }

    public static void MapBoard(this WebApplication app)
    {
        var group = app.MapGroup("").ExcludeFromDescription();
        group.MapGet("/hub.css", () => TypedResults.Text(Css.Value, "text/css; charset=utf-8")).AllowAnonymous();
        group.MapAcknowledgePage();
        group.MapSituationPages();
        group.MapReportPages();
        group.MapRaisePages();
        group.MapAlertPages();
        group.MapOutboxPages();
        group.MapTeamsTab();
        group.MapTryPages();
        group.MapApiPages();
    }

    /// <summary>What is not there, or may not be read, says the same.</summary>
    public static RazorComponentResult<MessagePage> NotFound(string signedIn) => Message(
        StatusCodes.Status404NotFound,
        new LocalizedText("Nothing here", "見つかりません"),
        new LocalizedText("There is nothing of this name that you may read.", "この名前のもので閲覧できるものはありません。"),
        signedIn);

    public static RazorComponentResult<MessagePage> Message(int status, LocalizedText heading, LocalizedText explanation, string? signedIn = null) =>
        new(new { Heading = heading, Explanation = explanation, SignedIn = signedIn }) { StatusCode = status };
}
