using System.Text.Encodings.Web;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Net.Http.Headers;

namespace AllianceNotify.Functions.Web;

internal static class HttpAnswers
{
    /// <summary>JSON conventions, problem details for every error, and the response headers that browsers act on.</summary>
    public static void AddHttpAnswers(this WebApplicationBuilder builder)
    {
        builder.Services.Configure<JsonOptions>(json =>
        {
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, Endpoints.ReportViewJson.Wire);
            json.SerializerOptions.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
            json.SerializerOptions.Converters.Add(new UtcDateTimeOffsetConverter());
            json.SerializerOptions.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
            json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
            json.SerializerOptions.MaxDepth = 32;
        });
        builder.Services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        // Before the framework's own writer, which writes for browsers as well.
        builder.Services.AddSingleton<IProblemDetailsWriter, Board.ProblemPages>();
        builder.Services.AddProblemDetails();
        builder.Services.AddExceptionHandler<ExceptionAnswers>();
        builder.AddOpenApiDocument();
    }

    public static void UseHttpAnswers(this WebApplication app)
    {
        app.Use(AddSecurityHeaders);
        app.UseExceptionHandler(new ExceptionHandlerOptions { SuppressDiagnosticsCallback = context => ExceptionAnswers.IsExplained(context.Exception) });
        app.UseStatusCodePages();
    }

    private static Task AddSecurityHeaders(HttpContext context, RequestDelegate next)
    {
        // At the start of the answer, whatever it turned out to be: an error clears the headers set before it.
        context.Response.OnStarting(static state => SetSecurityHeaders((HttpContext)state), context);
        return next(context);
    }

    private static Task SetSecurityHeaders(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        var policy = context.GetEndpoint()?.Metadata.GetMetadata<PagePolicy>() ?? PagePolicy.Default;
        headers.XFrameOptions = policy.FrameOptions;
        headers.ContentSecurityPolicy = policy.ContentSecurityPolicy;
        // Not no-referrer: browsers then send forms with "Origin: null", which the same-origin check refuses.
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()";
        if (!headers.ContainsKey(HeaderNames.CacheControl) || context.Response.StatusCode >= 400)
        {
            headers.CacheControl = "no-store";
        }

        if (context.Request.IsHttps)
        {
            headers.StrictTransportSecurity = "max-age=31536000";
        }

        return Task.CompletedTask;
    }
}
