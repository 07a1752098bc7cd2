using AllianceNotify.Graph.Calls;

namespace AllianceNotify.Graph;

/// <summary>Graph's refusals in words an administrator can act on.</summary>
internal static class GraphRefusals
{
    public static string SignIn(GraphAnswer answer) => $"Graph does not accept the hub's sign-in: check tenant, client id and secret or certificate. {answer.Reason}";

    /// <summary>Exchange says the same to an app without the permission and to one whose role scope leaves this mailbox out.</summary>
    public static string Mail(string setting, GraphAnswer answer) => answer.Status switch
    {
        403 => $"The app may not send as the mailbox in {setting}: grant the application permission Mail.Send with admin consent, or take the mailbox into the app's Exchange role scope (RBAC for Applications). {answer.Reason}",
        404 => $"The sender in {setting} has no Exchange Online mailbox: correct the setting or license the mailbox. {answer.Reason}",
        _ => $"Exchange does not send as the mailbox in {setting}. {answer.Reason}",
    };

    public static string TeamsConsent(GraphAnswer answer) =>
        $"The app may not send Teams notifications: grant the application permission TeamsActivity.Send with admin consent (or TeamsActivity.Send.User in the Teams app's manifest). {answer.Reason}";

    public static string TeamsNotInstalled(GraphAnswer answer) =>
        $"The AllianceNotify Teams app is not installed for this person: install it by a Teams app setup policy. {answer.Reason}";

    public static string TeamsManifest(GraphAnswer answer) =>
        $"Teams does not take the notification as the app's manifest stands: publish the app package built for this hub, and check Graph:Teams. {answer.Reason}";
}
