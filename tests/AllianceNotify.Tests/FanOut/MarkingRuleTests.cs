using AllianceNotify.Contacts;
using AllianceNotify.FanOut;
using AllianceNotify.Reports;
using AllianceNotify.Tests.Contacts;
using Xunit;

namespace AllianceNotify.Tests.FanOut;

public sealed class MarkingRuleTests
{
    private static readonly Contact Officer = DirectoryFixture.Person("c1") with { MaxTlp = Tlp.Red };

    [Theory]
    [InlineData(Tlp.Clear, "", true)]
    [InlineData(Tlp.Clear, "USA", false)]
    [InlineData(Tlp.Clear, "JPN", true)]
    [InlineData(Tlp.Green, "", true)]
    [InlineData(Tlp.Green, "JPN", true)]
    [InlineData(Tlp.Green, "USA agency:JCG", true)]
    [InlineData(Tlp.Green, "contact:c1", true)]
    [InlineData(Tlp.Green, "USA agency:MOD", false)]
    [InlineData(Tlp.Amber, "", false)]
    [InlineData(Tlp.Amber, "JPN", true)]
    [InlineData(Tlp.Amber, "jpn", true)]
    [InlineData(Tlp.Amber, "agency:JCG", true)]
    [InlineData(Tlp.Amber, "contact:c1", true)]
    [InlineData(Tlp.Amber, "USA", false)]
    [InlineData(Tlp.Amber, "agency:JPN", false)]
    [InlineData(Tlp.Amber, "JCG", false)]
    [InlineData(Tlp.Amber, "contact:c2 contact:c11 contact:C1", false)]
    [InlineData(Tlp.AmberStrict, "", false)]
    [InlineData(Tlp.AmberStrict, "JPN USA", false)]
    [InlineData(Tlp.AmberStrict, "agency:JCG", true)]
    [InlineData(Tlp.AmberStrict, "agency:JCGX agency:JC", false)]
    [InlineData(Tlp.AmberStrict, "contact:c1", true)]
    [InlineData(Tlp.Red, "", false)]
    [InlineData(Tlp.Red, "JPN agency:JCG", false)]
    [InlineData(Tlp.Red, "contact:c1", true)]
    [InlineData(Tlp.Red, "contact:c2", false)]
    public void A_reader_of_every_colour_reads_what_is_released_to_them(Tlp tlp, string releasableTo, bool reads)
    {
        var marking = new Marking(tlp, releasableTo.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.Equal(reads, MarkingRule.Withholds(Officer, marking) is null);
    }

    [Fact]
    public void Nobody_reads_above_their_colour_even_where_they_are_named_in_person()
    {
        foreach (var may in Enum.GetValues<Tlp>())
        {
            foreach (var tlp in Enum.GetValues<Tlp>())
            {
                var marking = new Marking(tlp, ["JPN", "agency:JCG", "contact:c1"]);
                Assert.Equal(tlp <= may, MarkingRule.Withholds(Officer with { MaxTlp = may }, marking) is null);
            }
        }
    }

    [Fact]
    public void The_reason_names_the_colour_and_nobody_else()
    {
        var reason = MarkingRule.Withholds(Officer, new Marking(Tlp.AmberStrict, ["agency:SECRETIVE", "contact:someone-else"]));

        Assert.NotNull(reason);
        Assert.Contains("TLP:AMBER+STRICT", reason, StringComparison.Ordinal);
        Assert.DoesNotContain("SECRETIVE", reason, StringComparison.Ordinal);
        Assert.DoesNotContain("someone-else", reason, StringComparison.Ordinal);
        Assert.DoesNotContain(Officer.Channels[0].Address, reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_colour_that_does_not_exist_is_withheld() =>
        Assert.NotNull(MarkingRule.Withholds(Officer, new Marking((Tlp)7, ["JPN", "agency:JCG", "contact:c1"])));

    [Fact]
    public void An_entry_that_names_nobody_does_not_name_a_reader_without_nation_or_agency()
    {
        var nobody = Officer with { Id = new ContactId(""), Nation = "", Agency = "" };

        foreach (var entry in new[] { "", "agency:", "contact:" })
        {
            Assert.All(Enum.GetValues<Tlp>(), tlp => Assert.NotNull(MarkingRule.Withholds(nobody, new Marking(tlp, [entry]))));
        }
    }
}
