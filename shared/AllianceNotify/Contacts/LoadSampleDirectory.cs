using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using AllianceNotify.Classification;
using AllianceNotify.Contacts.Csv;
using AllianceNotify.Contacts.Forms;
using AllianceNotify.Intake;
using AllianceNotify.Storage;

namespace AllianceNotify.Contacts;

/// <summary>
/// Fills a directory from a folder: <c>seed.json</c> (lists, policies, rotas, subscriptions as the API takes them) and every
/// <c>*.csv</c> of contacts. Records that are there already stay as they are, so loading twice is loading once; contacts are
/// imported, which brings them to what the file says.
/// </summary>
public static class LoadSampleDirectory
{
    /// <summary>
    /// Throws <see cref="InvalidDataException"/> with every error of a file that is not right; what other files said may have
    /// been loaded by then.
    /// </summary>
    public static async Task LoadAsync(string folder, DirectoryTables tables, CancellationToken cancellationToken)
    {
        var path = Path.Combine(folder, "seed.json");
        var seed = JsonSerializer.Deserialize(await File.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false), SeedJson.Default.Seed)
            ?? throw new InvalidDataException($"{path} is empty.");
        var lists = Read(path, "lists", seed.Lists, form => form.Check());
        var policies = Read(path, "policies", seed.Policies, form => form.Check());
        var rotas = Read(path, "rotas", seed.Rotas, form => form.Check());
        var subscriptions = Read(path, "subscriptions", seed.Subscriptions, form => form.Check(Taxonomy.Load()));

        await InsertAsync(tables.Lists, lists, cancellationToken).ConfigureAwait(false);
        foreach (var file in Directory.EnumerateFiles(folder, "*.csv").Order(StringComparer.Ordinal))
        {
            await ImportAsync(file, tables, cancellationToken).ConfigureAwait(false);
        }

        await InsertAsync(tables.Policies, policies, cancellationToken).ConfigureAwait(false);
        await InsertAsync(tables.Rotas, rotas, cancellationToken).ConfigureAwait(false);
        await InsertAsync(tables.Subscriptions, subscriptions, cancellationToken).ConfigureAwait(false);
    }

    private static async Task InsertAsync<TId, T>(DirectoryTable<TId, T> table, IReadOnlyList<T> records, CancellationToken cancellationToken)
        where TId : struct, IStringId<TId>
        where T : class
    {
        foreach (var record in records)
        {
            if (await table.InsertAsync(record, cancellationToken).ConfigureAwait(false) is WriteResult.Conflict { Kind: not ConflictKind.AlreadyExists } conflict)
            {
                throw new InvalidOperationException($"An insertion met a conflict that is none: {conflict.Kind}.");
            }
        }
    }

    private static async Task ImportAsync(string file, DirectoryTables tables, CancellationToken cancellationToken)
    {
        var bytes = await File.ReadAllBytesAsync(file, cancellationToken).ConfigureAwait(false);
        var result = await new ImportContacts(tables).RunAsync(bytes, charset: null, dryRun: false, cancellationToken).ConfigureAwait(false);
        var faults = result switch
        {
            ImportResult.NotRead refused => [refused.Reason],
            ImportResult.Done { Report: var report } => report.Rows
                .Where(row => row.Fate is ImportFate.Refused or ImportFate.Duplicate)
                .Select(row => string.Create(
                    CultureInfo.InvariantCulture, $"line {row.Line}: {row.Fate} {string.Join(' ', row.Errors.Select(error => $"{error.Field}: {error.Message}"))}"))
                .ToList(),
            _ => throw new InvalidOperationException($"Unknown result {result.GetType().Name}."),
        };
        if (faults.Count > 0)
        {
            throw new InvalidDataException($"{file}: {string.Join("; ", faults)}");
        }
    }

    private static IReadOnlyList<T> Read<TForm, T>(string path, string section, IReadOnlyList<TForm>? forms, Func<TForm, FormResult<T>> check)
    {
        var results = (forms ?? []).Select(check).ToList();
        var faults = results.SelectMany((result, i) => result is FormResult<T>.Invalid invalid
            ? invalid.Errors.Select(error => error with { Field = string.Create(CultureInfo.InvariantCulture, $"{section}[{i}].{error.Field}") })
            : Enumerable.Empty<FieldError>());
        var text = string.Join("; ", faults.Select(error => $"{error.Field}: {error.Message}"));
        return text.Length == 0
            ? [.. results.OfType<FormResult<T>.Valid>().Select(valid => valid.Value)]
            : throw new InvalidDataException($"{path}: {text}");
    }
}

/// <summary>What <c>seed.json</c> holds.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record Seed
{
    public IReadOnlyList<ListForm>? Lists { get; init; }

    public IReadOnlyList<PolicyForm>? Policies { get; init; }

    public IReadOnlyList<RotaForm>? Rotas { get; init; }

    public IReadOnlyList<SubscriptionForm>? Subscriptions { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, ReadCommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true)]
[JsonSerializable(typeof(Seed))]
internal sealed partial class SeedJson : JsonSerializerContext;
