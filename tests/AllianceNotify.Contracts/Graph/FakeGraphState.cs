using System.Globalization;
using System.Text.Json.Nodes;

namespace AllianceNotify.Contracts.Graph;

/// <summary>What the fake knows and has taken. Bodies are read without regard to case: the SDK writes some names with capitals.</summary>
internal sealed class FakeGraphState(FakeGraphLimits limits)
{
    private readonly Lock gate = new();
    private readonly List<SentMail> mails = [];
    private readonly List<SentActivity> activities = [];
    private readonly List<string> violations = [];
    private readonly Dictionary<string, SlidingWindow> windows = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DateTimeOffset> told = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> inFlight = new(StringComparer.Ordinal);
    private int mailsInFlight;

    public FakeGraphLimits Limits => limits;

    public HashSet<string> Permissions { get; } = new(StringComparer.OrdinalIgnoreCase) { "Mail.Send", "TeamsActivity.Send" };

    public HashSet<string> NotInstalled { get; } = new(StringComparer.OrdinalIgnoreCase);

    public HashSet<string> Unknown { get; } = new(StringComparer.OrdinalIgnoreCase);

    public HashSet<string> InvalidRecipients { get; } = new(StringComparer.OrdinalIgnoreCase);

    public IReadOnlyList<SentMail> Mails => Copy(mails);

    public IReadOnlyList<SentActivity> Activities => Copy(activities);

    public IReadOnlyList<string> Violations => Copy(violations);

    public int MostInFlight { get; private set; }

    /// <summary>Limits on when and how much. Null: may be worked on.</summary>
    public FakeGraphAnswer? Begin(GraphCall call)
    {
        lock (gate)
        {
            var refused = call.Kind switch
            {
                GraphCallKind.Mail => BeginMail(call),
                GraphCallKind.BulkActivity => Count("bulk", TimeSpan.FromSeconds(1), 1, limits.BulkASecond, call),
                _ => Count("user", TimeSpan.FromSeconds(1), 1, limits.UserASecond, call),
            };
            if (refused is null && call.Kind == GraphCallKind.Mail)
            {
                mailsInFlight++;
                inFlight[call.User!] = inFlight.GetValueOrDefault(call.User!) + 1;
                MostInFlight = Math.Max(MostInFlight, mailsInFlight);
            }

            return refused;
        }
    }

    public void End(GraphCall call)
    {
        lock (gate)
        {
            if (call.Kind == GraphCallKind.Mail)
            {
                mailsInFlight--;
                inFlight[call.User!]--;
            }
        }
    }

    /// <summary>Permissions and content; what is right is taken.</summary>
    public FakeGraphAnswer Take(GraphCall call)
    {
        lock (gate)
        {
            return call.Kind == GraphCallKind.Mail ? TakeMail(call) : TakeActivity(call);
        }
    }

    public void Forget()
    {
        lock (gate)
        {
            mails.Clear();
            activities.Clear();
        }
    }

    private FakeGraphAnswer? BeginMail(GraphCall call)
    {
        if (mailsInFlight >= limits.AppConcurrency || inFlight.GetValueOrDefault(call.User!) >= limits.MailboxConcurrency)
        {
            violations.Add("concurrency");
            return FakeGraphAnswer.Error(429, "ApplicationThrottled", "Application is over its MailboxConcurrency limit.") with { RetryAfter = "1" };
        }

        var recipients = MailOf(call).Recipients.ToList();
        var external = recipients.Count(address => !address.EndsWith($"@{call.User!.Split('@')[^1]}", StringComparison.OrdinalIgnoreCase));
        return Count($"messages {call.User}", TimeSpan.FromMinutes(1), 1, limits.MessagesAMinute, call)
            ?? Count($"recipients {call.User}", TimeSpan.FromDays(1), recipients.Count, limits.RecipientsADay, call)
            ?? Count("external", TimeSpan.FromDays(1), external, limits.ExternalADay, call);
    }

    private FakeGraphAnswer? Count(string what, TimeSpan window, int amount, int limit, GraphCall call)
    {
        if (told.TryGetValue(what, out var until) && call.At < until)
        {
            violations.Add($"{what}: back before the time");
        }

        if (!windows.TryGetValue(what, out var used))
        {
            windows[what] = used = new SlidingWindow(window);
        }

        if (used.Over(amount, limit, call.At) is not { } free)
        {
            return null;
        }

        violations.Add($"{what}: over {limit}");
        var seconds = Math.Max(1, Math.Ceiling((free - call.At).TotalSeconds));
        told[what] = call.At + TimeSpan.FromSeconds(seconds);
        return FakeGraphAnswer.Error(429, "TooManyRequests", "Too many requests.") with { RetryAfter = seconds.ToString(CultureInfo.InvariantCulture) };
    }

    private FakeGraphAnswer TakeMail(GraphCall call)
    {
        if (Unknown.Contains(call.User!))
        {
            return FakeGraphAnswer.Error(404, "ErrorInvalidUser", $"The requested user '{call.User}' is invalid.");
        }

        if (!Permissions.Contains("Mail.Send"))
        {
            return FakeGraphAnswer.Error(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.");
        }

        var mail = MailOf(call);
        if (mail.Headers.Count > limits.Headers)
        {
            return FakeGraphAnswer.Error(400, "InvalidInternetMessageHeaderCollection", "Maximum number of headers in one message should be less than or equal to 5.");
        }

        if (mail.Headers.Keys.FirstOrDefault(name => !name.StartsWith("x-", StringComparison.OrdinalIgnoreCase)) is { } header)
        {
            return FakeGraphAnswer.Error(400, "InvalidInternetMessageHeader", $"The internet message header name '{header}' should start with 'x-' or 'X-'.");
        }

        var recipients = mail.Recipients.ToList();
        if (recipients.Count == 0 || recipients.Any(InvalidRecipients.Contains))
        {
            return FakeGraphAnswer.Error(400, "ErrorInvalidRecipients", "At least one recipient is not valid.");
        }

        if (recipients.Count > limits.RecipientsAMessage)
        {
            return FakeGraphAnswer.Error(400, "ErrorExceededMaxRecipientLimitPerMessage", "Too many recipients.");
        }

        mails.Add(mail);
        return new FakeGraphAnswer(202, null);
    }

    private FakeGraphAnswer TakeActivity(GraphCall call)
    {
        if (!Permissions.Contains("TeamsActivity.Send"))
        {
            return FakeGraphAnswer.Error(
                403,
                "Forbidden",
                "Missing role permissions on the request. API requires one of 'TeamsActivity.Send, TeamsActivity.Send.User'. Roles on the request ''.");
        }

        var body = call.Body!;
        var topic = Get(body, "topic")!;
        if (Text(topic, "source") == "text" && !Text(topic, "webUrl").StartsWith("https://teams.microsoft.com/l/", StringComparison.Ordinal))
        {
            return FakeGraphAnswer.Error(400, "BadRequest", "Invalid webUrl: it must be a Microsoft Teams deep link.");
        }

        var users = call.Kind == GraphCallKind.UserActivity
            ? [call.User!]
            : Get(body, "recipients")!.AsArray().Select(recipient => Text(recipient!, "userId")).ToList();
        if (users.Count > limits.BulkRecipients)
        {
            return FakeGraphAnswer.Error(400, "BadRequest", "Too many recipients.");
        }

        if (call.Kind == GraphCallKind.UserActivity && Unknown.Contains(call.User!))
        {
            return FakeGraphAnswer.Error(404, "NotFound", "User does not exist.");
        }

        if (call.Kind == GraphCallKind.UserActivity && NotInstalled.Contains(call.User!))
        {
            return FakeGraphAnswer.Error(
                403,
                "Forbidden",
                $"Application with AAD App Id '00000000-0000-0000-0000-00000000000a' is not authorized to generate custom text notifications about '/users/{call.User}/teamwork/sendActivityNotification' to the recipient. Ensure that the expected Teams app is installed in the target scope (user, team, or chat).");
        }

        // As the real one: 202 to a bulk call, and nothing about whoever has not got the app.
        activities.AddRange(users.Where(user => !NotInstalled.Contains(user) && !Unknown.Contains(user)).Select(user => new SentActivity(
            user,
            Text(body, "activityType"),
            Get(body, "chainId")!.GetValue<long>(),
            Text(Get(body, "previewText")!, "content"),
            Text(topic, "webUrl"),
            Pairs(Get(body, "templateParameters"), "name"),
            call.Kind == GraphCallKind.BulkActivity,
            call.At)));
        return new FakeGraphAnswer(call.Kind == GraphCallKind.BulkActivity ? 202 : 204, null);
    }

    private static SentMail MailOf(GraphCall call)
    {
        var message = Get(call.Body!, "message")!;
        var body = Get(message, "body")!;
        return new SentMail(
            call.User!,
            Text(message, "subject"),
            Text(body, "contentType"),
            Text(body, "content"),
            Get(message, "importance")?.GetValue<string>(),
            Addresses(Get(message, "toRecipients")),
            Addresses(Get(message, "bccRecipients")),
            Addresses(Get(message, "replyTo")),
            Pairs(Get(message, "internetMessageHeaders"), "name"),
            Pairs(Get(message, "singleValueExtendedProperties"), "id"),
            Get(call.Body!, "saveToSentItems")?.GetValue<bool>() ?? true,
            call.At);
    }

    private static List<string> Addresses(JsonNode? recipients) =>
        [.. (recipients?.AsArray() ?? []).Select(recipient => Text(Get(recipient!, "emailAddress")!, "address"))];

    private static Dictionary<string, string> Pairs(JsonNode? list, string key) =>
        (list?.AsArray() ?? []).ToDictionary(pair => Text(pair!, key), pair => Text(pair!, "value"), StringComparer.OrdinalIgnoreCase);

    private static string Text(JsonNode node, string name) => Get(node, name)?.GetValue<string>() ?? "";

    private static JsonNode? Get(JsonNode node, string name) =>
        node.AsObject().FirstOrDefault(property => string.Equals(property.Key, name, StringComparison.OrdinalIgnoreCase)).Value;

    private List<T> Copy<T>(List<T> list)
    {
        lock (gate)
        {
            return [.. list];
        }
    }
}
