using System.Collections.Frozen;

namespace AllianceNotify.Classification;

/// <summary>All categories, by id.</summary>
public sealed class Taxonomy(IReadOnlyList<TaxonomyCategory> categories)
{
    private static readonly Lazy<Taxonomy> Loaded = new(TaxonomyData.Read);

    private readonly FrozenDictionary<CategoryId, TaxonomyCategory> byId = categories.ToFrozenDictionary(category => category.Id);

    /// <summary>In the order of the Guidelines.</summary>
    public IReadOnlyList<TaxonomyCategory> Categories => categories;

    /// <summary>
    /// The taxonomy this build carries. Read once.
    /// Throws <see cref="InvalidDataException"/> where the data are malformed or name a paragraph the Guidelines do not have.
    /// </summary>
    public static Taxonomy Load() => Loaded.Value;

    /// <summary>Null for <see cref="CategoryId.None"/>, <see cref="CategoryId.Unclassified"/> and ids the taxonomy does not have.</summary>
    public TaxonomyCategory? Find(CategoryId id) => byId.GetValueOrDefault(id);
}
