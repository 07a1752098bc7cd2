using AllianceNotify.Delivery.Channels;
using Microsoft.Extensions.Options;

namespace AllianceNotify.Feeds;

/// <summary>How sources are fetched: configuration section <c>Feeds</c>. Only public addresses, and those that it opens.</summary>
public sealed class FeedOptions : OutboundOptions
{
    public const string Section = "Feeds";

    /// <summary>The largest body taken, in bytes: 1 KiB to 32 MiB.</summary>
    public int MaxBytes { get; set; } = 8 * 1024 * 1024;

    /// <summary>Time for one source, all of its pages and entries, in seconds: 1 to 300.</summary>
    public int TimeoutSeconds { get; set; } = 30;

    /// <summary>Sources fetched at once: 1 to 64.</summary>
    public int Concurrency { get; set; } = 16;

    /// <summary>Value of the <c>Authorization</c> header by source id: <c>Bearer …</c>, <c>Basic …</c>.</summary>
    public Dictionary<string, string> Authorization { get; } = new(StringComparer.Ordinal);
}

internal sealed class FeedOptionsValidator : IValidateOptions<FeedOptions>
{
    public ValidateOptionsResult Validate(string? name, FeedOptions options)
    {
        var mistakes = options.Mistakes(FeedOptions.Section).ToList();
        if (options.MaxBytes is < 1024 or > 32 * 1024 * 1024 || options.TimeoutSeconds is < 1 or > 300 || options.Concurrency is < 1 or > 64)
        {
            mistakes.Add("Feeds needs MaxBytes from 1024 to 33554432, TimeoutSeconds from 1 to 300 and Concurrency from 1 to 64.");
        }

        return mistakes.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(mistakes);
    }
}
