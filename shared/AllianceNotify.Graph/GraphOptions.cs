namespace AllianceNotify.Graph;

/// <summary>
/// Configuration section <c>Graph</c>: one app registration, and what it sends with it. Mail is set up when
/// <see cref="GraphMailOptions.Senders"/> are given, Teams when <see cref="GraphTeamsOptions.AppId"/> is.
/// </summary>
public sealed class GraphOptions
{
    public const string Section = "Graph";

    public GraphCloud Cloud { get; set; }

    /// <summary>In place of the cloud's Graph host, version included. Plain http is for loopback only, and no token goes there.</summary>
    public Uri? BaseAddress { get; set; }

    public string? TenantId { get; set; }

    /// <summary>Of the app registration; with <see cref="ManagedIdentity"/> of the user-assigned identity, or null for the system-assigned one.</summary>
    public string? ClientId { get; set; }

    public string? ClientSecret { get; set; }

    /// <summary>A PFX or PEM file with the certificate and its private key.</summary>
    public string? CertificateFile { get; set; }

    /// <summary>Of a PFX.</summary>
    public string? CertificatePassword { get; set; }

    /// <summary>Sign in as the Azure resource that the hub runs on.</summary>
    public bool ManagedIdentity { get; set; }

    /// <summary>
    /// Hub processes that share this app registration. Each takes its share of every limit, since they do not count together.
    /// 1 to 100.
    /// </summary>
    public int Instances { get; set; } = 1;

    /// <summary>
    /// How long a send waits inside the channel for its turn under a limit, ahead of less urgent ones; what would wait longer
    /// goes back to the queue until then. 1 to 10 s.
    /// </summary>
    public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(8);

    /// <summary>Longest rest of a mailbox or an app that fails without saying when to come back (the first is a second, then doubled). 1 s to 5 min.</summary>
    public TimeSpan RestAtMost { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Requests of the app in any 10 s, over all of Graph. Graph throttling limits: 130,000.</summary>
    public int RequestsInTenSeconds { get; set; } = 130_000;

    public GraphMailOptions Mail { get; set; } = new();

    public GraphTeamsOptions Teams { get; set; } = new();
}

/// <summary>Section <c>Graph:Mail</c>. Limits are Exchange Online's and Graph's Outlook service's, "subject to change".</summary>
public sealed class GraphMailOptions
{
    /// <summary>Mailboxes to send from: user principal names or object ids. Several share the load, and one that fails is gone around.</summary>
    public List<string> Senders { get; set; } = [];

    /// <summary>
    /// Recipients of one mail. 1: everybody gets a mail of their own, with a personal link to answer. 2 to 100: blind copies in
    /// groups of one language and marking, with a link to the page behind sign-in.
    /// </summary>
    public int MaxRecipients { get; set; } = 1;

    /// <summary>Null: none; answers go to the sending mailbox.</summary>
    public string? ReplyTo { get; set; }

    /// <summary>Whether each mail is kept in the sending mailbox's Sent Items. The hub's own record of what was sent does not depend on it.</summary>
    public bool SaveToSentItems { get; set; }

    /// <summary>Give Message-ID, In-Reply-To and References as MAPI properties, the only way Graph's JSON has for them.</summary>
    public bool ThreadingProperties { get; set; } = true;

    /// <summary>Mail domains of the tenant; who is elsewhere counts as external. The senders' own domains always belong.</summary>
    public List<string> InternalDomains { get; set; } = [];

    /// <summary>Exchange licences of the tenant, which set how many external recipients it may have a day. Null: unknown, and the limit of a trial tenant holds.</summary>
    public int? Licences { get; set; }

    /// <summary>External recipients of the tenant in any 24 h; null: 500 × licences^0.7 + 9,500, or 5,000 for a trial (Exchange's tenant external recipient rate limit).</summary>
    public int? ExternalRecipientsADay { get; set; }

    /// <summary>Messages from one mailbox in any minute. Exchange Online: 30.</summary>
    public int MessagesAMinute { get; set; } = 30;

    /// <summary>Recipients of one mailbox in any 24 h. Exchange Online: 10,000.</summary>
    public int RecipientsADay { get; set; } = 10_000;

    /// <summary>Graph requests to one mailbox in any 10 min. Outlook service: 10,000.</summary>
    public int RequestsInTenMinutes { get; set; } = 10_000;

    /// <summary>Bytes sent to one mailbox in any 5 min. Outlook service: 150 MB.</summary>
    public long UploadInFiveMinutes { get; set; } = 150_000_000;

    /// <summary>Requests in flight to one mailbox. Outlook service: 4.</summary>
    public int MailboxConcurrency { get; set; } = 4;

    /// <summary>Requests in flight to all mailboxes. Newer text of the same limit: 4 an app, whatever the mailbox.</summary>
    public int AppConcurrency { get; set; } = 4;

    internal long ExternalLimit => ExternalRecipientsADay
        ?? (Licences is { } licences ? (long)(500 * Math.Pow(licences, 0.7)) + 9_500 : 5_000);
}

/// <summary>Section <c>Graph:Teams</c>.</summary>
public sealed class GraphTeamsOptions
{
    /// <summary>Id of the Teams app (its manifest's <c>id</c>), which has to be installed for whoever is told.</summary>
    public string? AppId { get; set; }

    /// <summary>Id in the tenant's app catalogue, where several installed apps share the app registration; null: Graph finds the app by itself.</summary>
    public string? CatalogAppId { get; set; }

    /// <summary>An activity type that the manifest declares, with the parameters <c>banner</c> and <c>subject</c>; or <c>systemDefault</c>, which needs none.</summary>
    public string ActivityType { get; set; } = "situationAlert";

    /// <summary>Id of the manifest's static tab, which links lead to.</summary>
    public string TabId { get; set; } = "situations";

    /// <summary>
    /// Up to so many are told one by one, since only then Graph says who has not got the app; the bulk call answers 202 for all.
    /// 0 to 100.
    /// </summary>
    public int PerUserUpTo { get; set; } = 5;

    /// <summary>Recipients of one bulk call. Graph: 100.</summary>
    public int MaxRecipients { get; set; } = 100;

    /// <summary>Bulk calls of the app in the tenant in any second. Graph: 2.</summary>
    public int BulkCallsASecond { get; set; } = 2;

    /// <summary>Calls for one user, of the app in the tenant, in any second. Graph: 5.</summary>
    public int UserCallsASecond { get; set; } = 5;

    /// <summary>How long bulk calls are left out after Graph refused one outright. 1 min to 1 day.</summary>
    public TimeSpan BulkAgainAfter { get; set; } = TimeSpan.FromMinutes(10);
}
