using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using AllianceNotify.Classification;
using AllianceNotify.FanOut;
using AllianceNotify.Functions.Endpoints;
using AllianceNotify.Functions.Security;
using AllianceNotify.Functions.Web;
using AllianceNotify.Reports;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AllianceNotify.Functions.Board;

/// <summary>A text pasted in, what the hub would make of it, and whom it would tell. Stores nothing and tells nobody.</summary>
internal static class TryPages
{
    /// <summary>A pasted text is at most this long, in UTF-16 units.</summary>
    private const int LongestText = 200_000;

    /// <summary>Of a collection only so many reports are shown.</summary>
    private const int MostAnswers = 10;

    public static void MapTryPages(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/try", (HubCaller caller) => Page(caller, "", ReportMode.Actual, [], null)).RequireAuthorization(HubPolicies.Read);
        routes.MapPost("/try", TryAsync).RequireAuthorization(HubPolicies.Read);
    }

    private static async Task<IResult> TryAsync(
        HttpRequest request, HubCaller caller, ClassifyReports classify, ResolveAudience audience, Taxonomy taxonomy, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!request.HasFormContentType)
        {
            return Problems.Of(StatusCodes.Status415UnsupportedMediaType, "Use the page's form.");
        }

        var form = await request.ReadFormAsync(cancellationToken);
        var text = form["text"].ToString().ReplaceLineEndings("\n").Trim();
        var mode = Enum.GetValues<ReportMode>().FirstOrDefault(mode => BoardWords.Style(mode) == form["mode"]);
        if (text.Length is 0 or > LongestText)
        {
            return Page(caller, text.Length == 0 ? "" : text[..LongestText], mode, [], BoardWords.TextNeeded);
        }

        switch (classify.Classify(BodyOf(text, mode), null))
        {
            case ClassifyOutcome.Classified classified:
                var answers = new List<TriedReport>();
                foreach (var item in classified.Items.Take(MostAnswers))
                {
                    answers.Add(await TriedReport.LoadAsync(item, audience, taxonomy, time.GetUtcNow(), cancellationToken));
                }

                return Page(caller, text, mode, answers, null);
            case ClassifyOutcome.Invalid invalid:
                return Page(caller, text, mode, [], Same(string.Join(" ", invalid.Errors.Take(10).Select(error => $"{error.Field}: {error.Message}"))));
            case ClassifyOutcome.Refused refused:
                return Page(caller, text, mode, [], Same(refused.Reason));
            case ClassifyOutcome.Unsupported unsupported:
                return Page(caller, text, mode, [], Same(unsupported.Reason));
            default:
                throw new InvalidOperationException("Unknown outcome of a classification.");
        }
    }

    /// <summary>XML and JSON as they are; anything else as the text of a report that was entered here.</summary>
    private static byte[] BodyOf(string text, ReportMode mode) => text[0] is '<' or '{' or '['
        ? Encoding.UTF8.GetBytes(text)
        : JsonSerializer.SerializeToUtf8Bytes(new JsonObject { ["body"] = text, ["mode"] = BoardWords.Style(mode) }, ClassifyJson.Default.JsonObject);

    /// <summary>What a format says is wrong, it says in one language.</summary>
    private static LocalizedText Same(string text) => new(text, "");

    private static RazorComponentResult<TryPage> Page(HubCaller caller, string text, ReportMode mode, IReadOnlyList<TriedReport> answers, LocalizedText? error) =>
        new(new { Text = text, Mode = mode, Answers = answers, Error = error, SignedIn = caller.Name })
        {
            StatusCode = error is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest,
        };
}
