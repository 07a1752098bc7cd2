using AllianceNotify.Content;
using Xunit;

namespace AllianceNotify.Tests.Content;

public sealed class MomentsTests
{
    [Theory]
    [InlineData("2026-11-24T05:49:00Z", "2026-11-24 14:49 JST", "2026-11-24 05:49 UTC", "240549Z NOV 26", "241449I NOV 26")]
    [InlineData("2026-12-31T15:00:07Z", "2027-01-01 00:00:07 JST", "2026-12-31 15:00:07 UTC", "311500Z DEC 26", "010000I JAN 27")]
    [InlineData("2026-03-01T08:30:00-08:00", "2026-03-02 01:30 JST", "2026-03-01 16:30 UTC", "011630Z MAR 26", "020130I MAR 26")]
    public void One_moment_is_told_in_every_way(string moment, string jst, string utc, string dtg, string dtgJapan)
    {
        var time = DateTimeOffset.Parse(moment, System.Globalization.CultureInfo.InvariantCulture);

        Assert.Equal(jst, Moments.Jst(time));
        Assert.Equal(utc, Moments.Utc(time));
        Assert.Equal(dtg, Moments.Dtg(time));
        Assert.Equal(dtgJapan, Moments.DtgJapan(time));
    }

    [Fact]
    public void A_reader_whose_system_speaks_another_language_sees_the_same()
    {
        var culture = System.Globalization.CultureInfo.CurrentCulture;
        try
        {
            System.Globalization.CultureInfo.CurrentCulture = new System.Globalization.CultureInfo("ar-SA");
            Assert.Equal("240549Z NOV 26", Moments.Dtg(new DateTimeOffset(2026, 11, 24, 5, 49, 0, TimeSpan.Zero)));
        }
        finally
        {
            System.Globalization.CultureInfo.CurrentCulture = culture;
        }
    }
}
