using Microsoft.Extensions.Options;

namespace AllianceNotify.Graph;

/// <summary>Names every mistake at once.</summary>
internal sealed class GraphOptionsValidator : IValidateOptions<GraphOptions>
{
    public ValidateOptionsResult Validate(string? name, GraphOptions options)
    {
        var mistakes = new List<string>();
        void Check(bool right, string what)
        {
            if (!right)
            {
                mistakes.Add($"{GraphOptions.Section}:{what}.");
            }
        }

        void Between(string setting, long value, long least, long most) =>
            Check(value >= least && value <= most, $"{setting} is {value}, not between {least} and {most}");

        void Lasting(string setting, TimeSpan value, TimeSpan least, TimeSpan most) =>
            Check(value >= least && value <= most, $"{setting} is {value}, not between {least} and {most}");

        Check(Enum.IsDefined(options.Cloud), "Cloud is none of Global, GccHigh and Dod");
        Check(
            options.BaseAddress is not { } address || address is { IsAbsoluteUri: true, Scheme: "https" } or { IsAbsoluteUri: true, Scheme: "http", IsLoopback: true },
            "BaseAddress is not https, or http on this machine");
        Between("Instances", options.Instances, 1, 100);
        Lasting("Patience", options.Patience, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10));
        Lasting("RestAtMost", options.RestAtMost, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5));
        Between("RequestsInTenSeconds", options.RequestsInTenSeconds, 1, 1_000_000);
        if (options.Mail.Senders.Count > 0 || options.Teams.AppId is not null)
        {
            CheckCredential(options, Check);
        }

        CheckMail(options.Mail, Check, Between);
        CheckTeams(options.Teams, Check, Between, Lasting);
        return mistakes.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(mistakes);
    }

    private static void CheckCredential(GraphOptions options, Action<bool, string> check)
    {
        if (options.BaseAddress is { IsAbsoluteUri: true, IsLoopback: true })
        {
            return;
        }

        var given = (options.ClientSecret is null ? 0 : 1) + (options.CertificateFile is null ? 0 : 1) + (options.ManagedIdentity ? 1 : 0);
        check(given == 1, "one of ClientSecret, CertificateFile and ManagedIdentity has to be given, and no more");
        check(options.ManagedIdentity || Guid.TryParse(options.ClientId, out _), "ClientId is not the id of an app registration");
        check(
            options.ManagedIdentity || (options.TenantId is { } tenant && (Guid.TryParse(tenant, out _) || Uri.CheckHostName(tenant) == UriHostNameType.Dns)),
            "TenantId is neither an id nor a domain");
        check(options.CertificateFile is not { } file || File.Exists(file), "CertificateFile names no file");
        check(options.CertificatePassword is null || options.CertificateFile is not null, "CertificatePassword is given without CertificateFile");
    }

    private static void CheckMail(GraphMailOptions mail, Action<bool, string> check, Action<string, long, long, long> between)
    {
        check(mail.Senders.All(GraphUser.IsValid), "Mail:Senders has an entry that is neither an object id nor a user principal name");
        check(mail.Senders.Distinct(StringComparer.OrdinalIgnoreCase).Count() == mail.Senders.Count, "Mail:Senders names a mailbox twice");
        check(mail.Senders.Count <= 100, "Mail:Senders has more than 100 entries");
        between("Mail:MaxRecipients", mail.MaxRecipients, 1, 100);
        check(mail.ReplyTo is null || GraphUser.IsPrincipalName(mail.ReplyTo), "Mail:ReplyTo is not a mail address");
        check(mail.InternalDomains.All(domain => Uri.CheckHostName(domain) == UriHostNameType.Dns), "Mail:InternalDomains has an entry that is no domain");
        between("Mail:Licences", mail.Licences ?? 1, 1, 10_000_000);
        between("Mail:ExternalRecipientsADay", mail.ExternalRecipientsADay ?? 1, 1, 100_000_000);
        between("Mail:MessagesAMinute", mail.MessagesAMinute, 1, 100_000);
        between("Mail:RecipientsADay", mail.RecipientsADay, mail.MaxRecipients, 10_000_000);
        between("Mail:RequestsInTenMinutes", mail.RequestsInTenMinutes, 1, 1_000_000);
        between("Mail:UploadInFiveMinutes", mail.UploadInFiveMinutes, 1_000_000, 100_000_000_000);
        between("Mail:MailboxConcurrency", mail.MailboxConcurrency, 1, 100);
        between("Mail:AppConcurrency", mail.AppConcurrency, 1, 1_000);
    }

    private static void CheckTeams(
        GraphTeamsOptions teams, Action<bool, string> check, Action<string, long, long, long> between, Action<string, TimeSpan, TimeSpan, TimeSpan> lasting)
    {
        check(teams.AppId is null || Guid.TryParse(teams.AppId, out _), "Teams:AppId is not an id");
        check(teams.CatalogAppId is null || Guid.TryParse(teams.CatalogAppId, out _), "Teams:CatalogAppId is not an id");
        check(teams.ActivityType.Length is > 0 and <= 32, "Teams:ActivityType is not 1 to 32 characters");
        check(teams.TabId.Length is > 0 and <= 64, "Teams:TabId is not 1 to 64 characters");
        between("Teams:PerUserUpTo", teams.PerUserUpTo, 0, 100);
        between("Teams:MaxRecipients", teams.MaxRecipients, 1, 100);
        between("Teams:BulkCallsASecond", teams.BulkCallsASecond, 1, 1_000);
        between("Teams:UserCallsASecond", teams.UserCallsASecond, 1, 1_000);
        lasting("Teams:BulkAgainAfter", teams.BulkAgainAfter, TimeSpan.FromMinutes(1), TimeSpan.FromDays(1));
    }
}
