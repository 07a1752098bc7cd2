using AllianceNotify.Contacts;
using AllianceNotify.Contacts.Csv;

namespace AllianceNotify.Functions.Endpoints;

internal static class DirectoryWiring
{
    /// <summary>What the endpoints and verbs about contacts, lists and the rest work with.</summary>
    public static void AddDirectory(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<DirectoryTables>();
        builder.Services.AddSingleton<ImportContacts>();
        builder.Services.AddSingleton<ExportContacts>();
    }

    public static void MapDirectory(this WebApplication app)
    {
        app.MapContacts();
        app.MapLists();
        app.MapSubscriptions();
        app.MapPolicies();
        app.MapRotas();
        app.MapSources();
        app.MapAudience();
    }
}
