namespace AllianceNotify.Graph;

/// <summary>Which Microsoft cloud the tenant is in. Microsoft's national cloud deployments page lists their hosts.</summary>
public enum GraphCloud
{
    Global,

    /// <summary>US Government L4.</summary>
    GccHigh,

    /// <summary>US Government L5.</summary>
    Dod,
}

/// <summary>The hosts of one cloud: where Graph is, where tokens come from, and where Teams links lead.</summary>
internal sealed record GraphHosts(Uri Graph, Uri Login, Uri Teams)
{
    public static GraphHosts Of(GraphCloud cloud) => cloud switch
    {
        GraphCloud.Global => new(new("https://graph.microsoft.com"), new("https://login.microsoftonline.com"), new("https://teams.microsoft.com")),
        GraphCloud.GccHigh => new(new("https://graph.microsoft.us"), new("https://login.microsoftonline.us"), new("https://gov.teams.microsoft.us")),
        GraphCloud.Dod => new(new("https://dod-graph.microsoft.us"), new("https://login.microsoftonline.us"), new("https://dod.teams.microsoft.us")),
        _ => throw new ArgumentOutOfRangeException(nameof(cloud), cloud, "A cloud whose hosts are not known."),
    };
}
