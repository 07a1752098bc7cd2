using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Template;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace AllianceNotify.Contracts.FunctionsHost;

/// <summary>One function as the Functions host reads it: a folder with a <c>function.json</c>.</summary>
public sealed record FunctionFolder(string Name, IReadOnlyList<JsonElement> Bindings)
{
    public JsonElement Trigger => Bindings[0];

    public string Type => Trigger.GetProperty("type").GetString()!;

    public IReadOnlyList<string> Methods => [.. Trigger.GetProperty("methods").EnumerateArray().Select(method => method.GetString()!)];

    public string Route => Trigger.GetProperty("route").GetString()!;

    public string Text(string property) => Trigger.GetProperty(property).GetString()!;

    /// <summary>In the order in which the host tries their routes.</summary>
    public static IReadOnlyList<FunctionFolder> ReadAll(string root) =>
    [
        .. Directory.EnumerateFiles(root, "function.json", SearchOption.AllDirectories)
            .Where(file => Path.GetDirectoryName(Path.GetDirectoryName(file)) == Path.TrimEndingDirectorySeparator(root))
            .Select(file => new FunctionFolder(
                Path.GetFileName(Path.GetDirectoryName(file))!,
                [.. JsonDocument.Parse(File.ReadAllText(file)).RootElement.GetProperty("bindings").EnumerateArray()]))
            .OrderBy(function => function.Name, StringComparer.OrdinalIgnoreCase),
    ];

    /// <summary>Whether the function's route and methods take a request, as ASP.NET Core's route templates say.</summary>
    public bool Takes(string method, PathString path)
    {
        if (Type != "httpTrigger" || !Methods.Contains(method, StringComparer.OrdinalIgnoreCase))
        {
            return false;
        }

        var template = TemplateParser.Parse(Route);
        var values = new RouteValueDictionary();
        return new TemplateMatcher(template, []).TryMatch(path, values)
            && template.Parameters.All(parameter => parameter.InlineConstraints.All(constraint =>
                Constraints.ResolveConstraint(constraint.Constraint)!.Match(null, null, parameter.Name!, values, RouteDirection.IncomingRequest)));
    }

    private static DefaultInlineConstraintResolver Constraints { get; } = new(
        Options.Create(Configured()), new ServiceCollection().BuildServiceProvider());

    private static RouteOptions Configured()
    {
        var options = new RouteOptions();
        options.SetParameterPolicy<Microsoft.AspNetCore.Routing.Constraints.RegexInlineRouteConstraint>("regex");
        return options;
    }
}
