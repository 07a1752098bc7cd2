using AllianceNotify.Reports;
using Xunit;

namespace AllianceNotify.Tests.Storage;

/// <summary>Ids that are stored: whatever computes them later must come to the same.</summary>
public sealed class DeterministicIdTests
{
    [Fact]
    public void Ids_are_those_that_earlier_versions_stored()
    {
        Assert.Equal("r-r4gpjdqpalq6qicwndyc4tmuxi", SituationReport.IdOf("bench-desk", "b-0000012345").Value);
        Assert.Equal("r-vuilfa7qrwceptolud4czvegpa", SituationReport.IdOf("気象庁", "").Value);
        Assert.Equal("r-7y744d6juvtny77t35lqbpzjyq", SituationReport.IdOf(new string('界', 200), new string('x', 400)).Value);
    }

    [Fact]
    public void Parts_are_told_apart_by_their_lengths() =>
        Assert.NotEqual(DeterministicId.Of("", "ab", "c"), DeterministicId.Of("", "a", "bc"));
}
