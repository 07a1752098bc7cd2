using System.Collections.Concurrent;
using Microsoft.Playwright;
using Xunit;

namespace AllianceNotify.Browser.Tests;

/// <summary>One browser profile with one page, and what the browser complained of. With ALLIANCENOTIFY_SCREENSHOTS=FOLDER pages are kept as pictures.</summary>
internal sealed class Visit : IAsyncDisposable
{
    private static readonly string? Folder = Environment.GetEnvironmentVariable("ALLIANCENOTIFY_SCREENSHOTS");

    private readonly IBrowserContext context;
    private readonly ConcurrentQueue<string> complaints = new();

    public Visit(IBrowserContext context, IPage page)
    {
        this.context = context;
        Page = page;
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                complaints.Enqueue($"{page.Url}: {message.Text}");
            }
        };
        page.PageError += (_, error) => complaints.Enqueue($"{page.Url}: {error}");
        page.RequestFailed += (_, request) =>
        {
            // Leaving a page whose frame is still loading ends the frame's request: the visitor's doing and no fault of the page.
            if (request.Failure is not "net::ERR_ABORTED")
            {
                complaints.Enqueue($"{request.Url}: {request.Failure}");
            }
        };
        page.Dialog += async (_, dialog) =>
        {
            complaints.Enqueue($"{page.Url}: a dialog said {dialog.Message}");
            await dialog.DismissAsync();
        };
    }

    public IPage Page { get; }

    public IReadOnlyList<string> Complaints => [.. complaints];

    public async Task<IPage> GoAsync(string path)
    {
        await Page.GotoAsync(path, new PageGotoOptions { WaitUntil = WaitUntilState.Load });
        return Page;
    }

    public async Task KeepAsync(string name)
    {
        if (Folder is not null)
        {
            Directory.CreateDirectory(Folder);
            await Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Folder, $"{name}.png"), FullPage = true });
        }
    }

    /// <summary>Nothing is wider than the window: a reader never scrolls sideways.</summary>
    public async Task AssertFitsAsync()
    {
        var (content, window) = (
            await Page.EvaluateAsync<int>("document.documentElement.scrollWidth"), await Page.EvaluateAsync<int>("document.documentElement.clientWidth"));
        Assert.True(content <= window, $"{Page.Url} is {content} wide in a window of {window}.");
    }

    public void AssertNoComplaints() => Assert.True(complaints.IsEmpty, string.Join(Environment.NewLine, complaints));

    public ValueTask DisposeAsync() => context.DisposeAsync();
}
