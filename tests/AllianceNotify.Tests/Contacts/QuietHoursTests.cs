using System.Globalization;
using AllianceNotify.Contacts;
using Xunit;

namespace AllianceNotify.Tests.Contacts;

public sealed class QuietHoursTests
{
    [Theory]
    [InlineData("22:00", "07:00", "2026-11-24T21:59:59+09:00", null)]
    [InlineData("22:00", "07:00", "2026-11-24T22:00:00+09:00", "2026-11-25T07:00:00+09:00")]
    [InlineData("22:00", "07:00", "2026-11-25T00:30:00+09:00", "2026-11-25T07:00:00+09:00")]
    [InlineData("22:00", "07:00", "2026-11-25T06:59:59+09:00", "2026-11-25T07:00:00+09:00")]
    [InlineData("22:00", "07:00", "2026-11-25T07:00:00+09:00", null)]
    [InlineData("12:00", "13:00", "2026-11-24T12:30:00+09:00", "2026-11-24T13:00:00+09:00")]
    [InlineData("12:00", "13:00", "2026-11-24T23:30:00+09:00", null)]
    [InlineData("00:00", "07:00", "2026-11-24T15:00:00+00:00", "2026-11-25T07:00:00+09:00")]
    [InlineData("09:00", "09:00", "2026-11-24T09:00:00+09:00", null)]
    public void Quiet_hours_run_by_the_clock_in_Tokyo(string from, string to, string now, string? end) =>
        Check("Asia/Tokyo", from, to, now, end);

    [Theory]
    // 8 March 2026: 02:00 EST becomes 03:00 EDT. 1 November 2026: 02:00 EDT becomes 01:00 EST.
    [InlineData("22:00", "07:00", "2026-03-08T01:00:00-05:00", "2026-03-08T07:00:00-04:00")]
    [InlineData("22:00", "02:30", "2026-03-08T01:00:00-05:00", "2026-03-08T03:00:00-04:00")]
    [InlineData("22:00", "02:30", "2026-03-08T03:00:00-04:00", null)]
    [InlineData("22:00", "07:00", "2026-11-01T01:30:00-04:00", "2026-11-01T07:00:00-05:00")]
    [InlineData("22:00", "01:30", "2026-11-01T00:10:00-04:00", "2026-11-01T01:30:00-04:00")]
    [InlineData("22:00", "01:30", "2026-11-01T01:40:00-04:00", null)]
    [InlineData("22:00", "01:30", "2026-11-01T01:10:00-05:00", "2026-11-01T01:30:00-05:00")]
    public void Quiet_hours_follow_the_clocks_when_they_change(string from, string to, string now, string? end) =>
        Check("America/New_York", from, to, now, end);

    private static void Check(string zone, string from, string to, string now, string? end)
    {
        var quiet = new QuietHours(TimeOnly.Parse(from, CultureInfo.InvariantCulture), TimeOnly.Parse(to, CultureInfo.InvariantCulture));

        var actual = quiet.EndsAfter(DateTimeOffset.Parse(now, CultureInfo.InvariantCulture), TimeZoneInfo.FindSystemTimeZoneById(zone));

        Assert.Equal(end is null ? null : DateTimeOffset.Parse(end, CultureInfo.InvariantCulture), actual);
        Assert.True(actual is null || actual.Value.Offset == TimeSpan.Zero);
    }
}
