using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using AllianceNotify.Classification.Text;

namespace AllianceNotify.Classification.Learned;

/// <summary>
/// A model as its file states it: the classes (categories and <c>none</c>), what each has to begin with, and what each feature adds
/// to which class, in natural logarithms of odds.
/// </summary>
internal sealed record LearnedFile
{
    public required string[] Classes { get; init; }

    public required float[] Bias { get; init; }

    public required Dictionary<string, Dictionary<string, float>> Features { get; init; }
}

/// <summary>
/// The learned voice beside the rules: a linear model over words and concepts, learned from the tuning part of the evaluation set by
/// <c>bench classify-learn</c> and carried as data (<c>Learned/model.json</c>). Every word's share of an answer can be shown.
/// </summary>
internal sealed partial class LearnedModel
{
    /// <summary>The class of all that the model has too few texts of to speak for.</summary>
    public static readonly CategoryId Other = new("other");

    private readonly AlignedTable<float> weights;
    private readonly string?[] signals;

    /// <param name="weights">By feature, then by class.</param>
    public LearnedModel(LearnedFeatures features, CategoryId[] classes, float[] bias, float[] weights)
    {
        Features = features;
        Classes = classes;
        Bias = bias;
        Stride = (classes.Length + 15) & ~15;
        this.weights = new AlignedTable<float>(features.Count * Stride);
        for (var at = 0; at < weights.Length; at++)
        {
            this.weights[(at / classes.Length * Stride) + (at % classes.Length)] = weights[at];
        }

        None = Array.IndexOf(classes, CategoryId.None);
        signals = new string?[features.Count];
    }

    public LearnedFeatures Features { get; }

    public CategoryId[] Classes { get; }

    public float[] Bias { get; }

    /// <summary>How many numbers a feature's row has: the classes, filled up so that they add in one step.</summary>
    public int Stride { get; }

    public int None { get; }

    /// <summary>What the feature adds, by class.</summary>
    public ReadOnlySpan<float> Of(int feature) => MemoryMarshal.CreateReadOnlySpan(ref weights[feature * Stride], Stride);

    /// <summary>The first number of the feature's row.</summary>
    public ref readonly float First(int feature) => ref weights[feature * Stride];

    /// <summary>What the feature adds to the class and not to none.</summary>
    public float Adds(int feature, int @class) => weights[(feature * Stride) + @class] - weights[(feature * Stride) + None];

    /// <summary>The feature as the signal of evidence.</summary>
    public string SignalOf(int feature) =>
        signals[feature] ??= string.Concat("learned:", Features.NameOf(feature).AsSpan(Features.NameOf(feature).IndexOf(':', StringComparison.Ordinal) + 1));

    /// <summary>Throws <see cref="InvalidDataException"/> where the build carries no model or one that does not fit the taxonomy.</summary>
    public static LearnedModel Load(Lexicon lexicon, Taxonomy taxonomy)
    {
        using var stream = typeof(LearnedModel).Assembly.GetManifestResourceStream("learned.model.json")
            ?? throw new InvalidDataException("The build carries no learned model.");
        var file = JsonSerializer.Deserialize(stream, LearnedJson.Default.LearnedFile)!;
        var classes = file.Classes.Select(CategoryId.Of).ToArray();
        if (classes.FirstOrDefault(id => id != CategoryId.None && id != Other && taxonomy.Find(id) is null) is { Value: not null } unknown)
            throw new InvalidDataException($"The learned model speaks of {unknown}, which the taxonomy does not have.");
        var features = new LearnedFeatures(lexicon);
        var weights = new List<float>(new float[classes.Length]);
        foreach (var (name, row) in file.Features)
        {
            if (features.Add(name) == 0)
                continue;
            weights.AddRange(classes.Select(id => row.GetValueOrDefault(id.Value)));
        }

        features.CoverForms();
        return new LearnedModel(features, classes, file.Bias, [.. weights]);
    }

    public static string Write(LearnedFile file) => JsonSerializer.Serialize(file, LearnedJson.Default.LearnedFile);

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
    [JsonSerializable(typeof(LearnedFile))]
    private sealed partial class LearnedJson : JsonSerializerContext;
}
