using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace AllianceNotify.Isolated;

/// <summary>Every route goes to the hub's own pipeline. Routes and methods are those of <c>functions/bindings</c>; a test compares them.</summary>
public sealed class HttpFunctions(HubOfTheWorker hub)
{
    [Function("Acknowledge")]
    public Task Acknowledge([HttpTrigger(AuthorizationLevel.Anonymous, "get", "post", Route = "a/{token}")] HttpRequest request) => hub.AnswerAsync(request.HttpContext);

    [Function("Alerts")]
    public Task Alerts([HttpTrigger(AuthorizationLevel.Anonymous, "get", "post", Route = "api/alerts/{*path}")] HttpRequest request) => hub.AnswerAsync(request.HttpContext);

    [Function("Board")]
    public Task Board([HttpTrigger(AuthorizationLevel.Anonymous, "get", "post", Route = "{page:regex(^(situations|alerts|reports|outbox|teams|try|docs|sign-in|sign-out|hub.css)$)}/{*path}")] HttpRequest request) => hub.AnswerAsync(request.HttpContext);

    [Function("Classify")]
    public Task Classify([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/classify")] HttpRequest request) => hub.AnswerAsync(request.HttpContext);

    [Function("Contacts")]
    public Task Contacts([HttpTrigger(AuthorizationLevel.Anonymous, "get", "post", "put", "delete", Route = "api/{kind:regex(^(contacts|lists|policies|rotas|audience)$)}/{*path}")] HttpRequest request) => hub.AnswerAsync(request.HttpContext);

    [Function("Feeds")]
    public Task Feeds([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "feeds/{*path}")] HttpRequest request) => hub.AnswerAsync(request.HttpContext);

    [Function("Health")]
    public Task Health([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "{part:regex(^(health|openapi)$)}/{*path}")] HttpRequest request) => hub.AnswerAsync(request.HttpContext);

    [Function("Operations")]
    public Task Operations([HttpTrigger(AuthorizationLevel.Anonymous, "get", "post", "put", "delete", Route = "api/{area:regex(^(dead-letters|api-keys|audit|sources|events)$)}/{*path}")] HttpRequest request) => hub.AnswerAsync(request.HttpContext);

    [Function("Reports")]
    public Task Reports([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/reports/{id}")] HttpRequest request) => hub.AnswerAsync(request.HttpContext);

    [Function("Situations")]
    public Task Situations([HttpTrigger(AuthorizationLevel.Anonymous, "get", "post", Route = "api/situations/{*path}")] HttpRequest request) => hub.AnswerAsync(request.HttpContext);

    [Function("SubmitReport")]
    public Task SubmitReport([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/reports")] HttpRequest request) => hub.AnswerAsync(request.HttpContext);

    [Function("SubmitReportBatch")]
    public Task SubmitReportBatch([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/reports/batch")] HttpRequest request) => hub.AnswerAsync(request.HttpContext);

    [Function("Subscriptions")]
    public Task Subscriptions([HttpTrigger(AuthorizationLevel.Anonymous, "get", "post", "put", "delete", Route = "api/subscriptions/{*path}")] HttpRequest request) => hub.AnswerAsync(request.HttpContext);
}
