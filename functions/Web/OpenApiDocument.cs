using Microsoft.OpenApi;

namespace AllianceNotify.Functions.Web;

internal static class OpenApiDocument
{
    public static void AddOpenApiDocument(this WebApplicationBuilder builder) => builder.Services.AddOpenApi("v1", openApi =>
    {
        openApi.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        openApi.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "AllianceNotify",
                Version = "v1",
                Description = "Situation reports in, alerts out. Authorization: Bearer KEY or X-Api-Key: KEY.",
            };
            // The same document wherever it is served, so that the copy in docs/ can be compared with it.
            document.Servers = [];
            return Task.CompletedTask;
        });
    });

    public static void MapOpenApiDocument(this WebApplication app) => app.MapOpenApi("/openapi/{documentName}.json").AllowAnonymous();
}
