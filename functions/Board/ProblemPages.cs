using AllianceNotify.Functions.Security;
using AllianceNotify.Reports;
using Microsoft.Net.Http.Headers;

namespace AllianceNotify.Functions.Board;

/// <summary>
/// What went wrong, as a page where a person looks (a browser names <c>text/html</c>); every other client gets problem details.
/// Nothing that failed is claimed to be done.
/// </summary>
internal sealed class ProblemPages : IProblemDetailsWriter
{
    public bool CanWrite(ProblemDetailsContext context) =>
        context.HttpContext.Request.GetTypedHeaders().Accept is { Count: > 0 } accepted
        && accepted.Any(type => type.MediaType.Equals("text/html", StringComparison.OrdinalIgnoreCase))
        && !context.HttpContext.Response.HasStarted;

    public async ValueTask WriteAsync(ProblemDetailsContext context)
    {
        var status = context.ProblemDetails.Status ?? context.HttpContext.Response.StatusCode;
        var (heading, explanation) = Of(status);
        if (context.ProblemDetails.Detail is { } detail)
        {
            explanation = explanation with { En = $"{explanation.En} ({detail})" };
        }

        context.HttpContext.Response.Headers.Remove(HeaderNames.ContentType);
        await BoardEndpoints.Message(status, heading, explanation, HubCaller.Of(context.HttpContext.User)?.Name).ExecuteAsync(context.HttpContext);
    }

    private static (LocalizedText Heading, LocalizedText Explanation) Of(int status) => status switch
    {
        StatusCodes.Status403Forbidden => (
            new("Not allowed", "許可されていません"), new("Your role does not allow this. Nothing was done.", "現在の役割では実行できません。何も実行されていません。")),
        StatusCodes.Status404NotFound => (
            new("Nothing here", "見つかりません"), new("There is nothing of this name that you may read.", "この名前のもので閲覧できるものはありません。")),
        StatusCodes.Status503ServiceUnavailable => (
            new("Not done: the hub cannot reach its store", "実行されませんでした：保存先に接続できません"),
            new("Nothing was done. Go back and send it again; tell your contacts by other means if it stays so.",
                "何も実行されていません。戻ってもう一度送信してください。続く場合は他の手段で連絡してください。")),
        StatusCodes.Status429TooManyRequests => (
            new("Too many attempts", "試行回数超過"), new("Wait a little, then try again.", "しばらく待ってから再度お試しください。")),
        >= 500 => (
            new("The hub failed", "システム障害"),
            new("It is not certain that it was done: look before you send it again.", "実行されたか確認できません。再送の前に状態を確認してください。")),
        _ => (
            new("That was not done", "実行されませんでした"), new("The hub could not use what was sent.", "送信内容を処理できませんでした。")),
    };
}
