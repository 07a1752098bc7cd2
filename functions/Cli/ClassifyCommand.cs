using System.CommandLine;
using System.Text.Json;
using AllianceNotify.Classification;
using AllianceNotify.Functions.Endpoints;
using AllianceNotify.Intake;

namespace AllianceNotify.Functions.Cli;

/// <summary>
/// <c>classify FILE…|-</c>: a line out for every line in, in their order, with the <c>id</c> that came with it; for a file of
/// another kind, a line for every report in it. Needs no server. Exit code 1 where something could not be read.
/// </summary>
internal static class ClassifyCommand
{
    public static Command Create()
    {
        var files = new Argument<string[]>("FILE") { Description = "JSON lines or report files; - for standard input.", Arity = ArgumentArity.OneOrMore };
        var command = new Command("classify", "Say what reports are about, and why; nothing is stored.") { files };
        command.SetAction((parsed, cancellationToken) => RunAsync(ReportInput.Expand(parsed.GetValue(files)!), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        var classify = new ClassifyReports(new ReportReader(IntakeServices.All()), new ReportClassifier(Taxonomy.Load()), TimeProvider.System);
        await using var output = new BufferedStream(Console.OpenStandardOutput(), 65_536);
        var unread = 0;
        foreach (var name in names)
        {
            await using var input = ReportInput.Open(name);
            if (await input.IsLinesAsync(cancellationToken))
            {
                await foreach (var line in input.LinesAsync(cancellationToken))
                {
                    await WriteAsync(ClassifiedView.Of(ClassifyEndpoints.IdOf((ReadOnlyMemory<byte>)line), classify.Classify(line, "application/json")));
                }
            }
            else
            {
                foreach (var view in Whole(classify, await input.WholeAsync(cancellationToken), input.ContentType))
                {
                    await WriteAsync(view);
                }
            }
        }

        await output.FlushAsync(cancellationToken);
        return unread == 0 ? 0 : throw new CallFailed($"{unread} could not be read; the output says why.", exitCode: 1);

        async Task WriteAsync(ClassifiedView view)
        {
            unread += view.Error is null ? 0 : 1;
            await JsonSerializer.SerializeAsync(output, view, ClassifyJson.Wire.ClassifiedView, cancellationToken);
            output.WriteByte((byte)'\n');
        }
    }

    private static IEnumerable<ClassifiedView> Whole(ClassifyReports classify, byte[] body, string? contentType)
    {
        if (ClassifyEndpoints.ItemsOf(body) is { } items)
        {
            return items.Select(item => ClassifiedView.Of(ClassifyEndpoints.IdOf(item), classify.Classify(JsonSerializer.SerializeToUtf8Bytes(item), contentType)));
        }

        var outcome = classify.Classify(body, contentType);
        var id = ClassifyEndpoints.IdOf((ReadOnlyMemory<byte>)body);
        return outcome is ClassifyOutcome.Classified { Items: var reports } && (id is null || reports.Count != 1)
            ? reports.Select(ClassifiedView.Of)
            : [ClassifiedView.Of(id, outcome)];
    }
}
