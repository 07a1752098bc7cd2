using System.Collections.Frozen;

namespace AllianceNotify.Classification;

/// <summary>All categories, by id.</summary>
public sealed class Taxonomy(IReadOnlyList<TaxonomyCategory> categories)
{
    private readonly FrozenDictionary<CategoryId, TaxonomyCategory> byId = categories.ToFrozenDictionary(category => category.Id);

    /// <summary>In the order of the Guidelines.</summary>
    public IReadOnlyList<TaxonomyCategory> Categories => categories;

    /// <summary>Null for <see cref="CategoryId.None"/>, <see cref="CategoryId.Unclassified"/> and ids the taxonomy does not have.</summary>
    public TaxonomyCategory? Find(CategoryId id) => byId.GetValueOrDefault(id);
}
