using AllianceNotify.Audit;
using AllianceNotify.Classification;
using AllianceNotify.Contacts;
using AllianceNotify.Functions.Rehearsal;
using AllianceNotify.Functions.Web;
using AllianceNotify.Security;

namespace AllianceNotify.Functions.Cli;

/// <summary>A hub from its start to its end, and what it prints.</summary>
internal static class RunningHub
{
    /// <param name="arguments">Where it listens and keeps its things.</param>
    /// <param name="whenListening">What to do once it answers; its failure ends the hub.</param>
    /// <param name="cancellationToken">Ends the hub.</param>
    public static async Task<int> RunAsync(
        HubArguments arguments, Func<WebApplication, CancellationToken, Task>? whenListening, CancellationToken cancellationToken)
    {
        await using var app = HubApplication.Build(arguments, builder => builder.AddRehearsal());

        // Lexicon and model take a third of the start to read: begun now, beside the rest, so that the first report does not wait for them. What
        // goes wrong there is thrown to whoever asks for the classifier.
        _ = Task.Run(app.Services.GetRequiredService<ReportClassifier>, CancellationToken.None);
        using var stop = cancellationToken.Register(app.Lifetime.StopApplication);
        await StartAsync(app, cancellationToken);
        foreach (var address in app.Services.GetRequiredService<PublicAddress>().Listening)
        {
            Console.Out.WriteLine($"Listening on {address.AbsoluteUri.TrimEnd('/')}");
        }

        var underFunctionsHost = app.Configuration.IsUnderFunctionsHost();
        // There, standard output is a log that others read: an administrator asks for a link with the verb.
        if (!underFunctionsHost && await app.Services.GetRequiredService<HubSecrets>().ClaimFirstStartAsync(cancellationToken))
        {
            Console.Out.WriteLine($"Sign in once, within the hour, at {await SignInLink.IssueAsync(app.Services, cancellationToken)}");
        }

        if (whenListening is not null)
        {
            await whenListening(app, app.Lifetime.ApplicationStopping);
        }

        if (!await app.Services.GetRequiredService<DutyDesk>().IsStaffedAsync(cancellationToken))
        {
            Console.Error.WriteLine("Warning: nobody is on the duty desk. Reports that the hub does not recognise reach nobody until contacts are added to the list duty-desk.");
        }

        await app.WaitForShutdownAsync(CancellationToken.None);
        return underFunctionsHost ? FunctionsHost.ExitCode : 0;
    }

    /// <summary>Whatever keeps the hub from starting (a port in use, a store that is served already, wrong settings) is one line.</summary>
    private static async Task StartAsync(WebApplication app, CancellationToken cancellationToken)
    {
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            var causes = exception is AggregateException several ? several.Flatten().InnerExceptions : [exception];
            throw new CallFailed(string.Join(" ", causes.Select(cause => cause.Message).Distinct(StringComparer.Ordinal)), exitCode: 1);
        }
    }
}

internal static class SignInLink
{
    private const string LocalAdministrator = "local administrator";

    public static async Task<Uri> IssueAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        await services.GetRequiredService<AuditLog>().AppendAsync(AuditCommand.Order("issue-sign-in-link", "sessions"), cancellationToken);
        var ticket = await services.GetRequiredService<SessionTable>().IssueTicketAsync(
            LocalAdministrator, HubRole.Administrator, services.GetRequiredService<TimeProvider>().GetUtcNow(), cancellationToken);
        return new Uri($"{services.GetRequiredService<PublicAddress>().Base.AbsoluteUri.TrimEnd('/')}/sign-in?ticket={ticket}");
    }
}
