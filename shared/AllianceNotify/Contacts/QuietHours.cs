namespace AllianceNotify.Contacts;

/// <summary>
/// Local times in the contact's zone, <paramref name="From"/> inside and <paramref name="To"/> not; from 22:00 to 07:00 spans
/// midnight. Equal times are no quiet hours.
/// </summary>
public sealed record QuietHours(TimeOnly From, TimeOnly To)
{
    /// <summary>
    /// When the quiet hours that <paramref name="now"/> falls into end (UTC); null: it falls into none. Where clocks change,
    /// the local clock decides: an end that the change skips comes when the change does, and of an hour that comes
    /// twice the next end counts.
    /// </summary>
    public DateTimeOffset? EndsAfter(DateTimeOffset now, TimeZoneInfo zone)
    {
        var local = TimeZoneInfo.ConvertTime(now, zone).DateTime;
        var time = TimeOnly.FromDateTime(local);
        if (From == To || !time.IsBetween(From, To))
        {
            return null;
        }

        var today = DateOnly.FromDateTime(local);
        return EndsOn(today, zone).Concat(EndsOn(today.AddDays(1), zone)).Where(end => end > now).Min();
    }

    private IEnumerable<DateTimeOffset> EndsOn(DateOnly day, TimeZoneInfo zone)
    {
        var end = day.ToDateTime(To);
        while (zone.IsInvalidTime(end))
        {
            end = end.AddMinutes(1);
        }

        var offsets = zone.IsAmbiguousTime(end) ? zone.GetAmbiguousTimeOffsets(end) : [zone.GetUtcOffset(end)];
        return offsets.Select(offset => new DateTimeOffset(end, offset).ToUniversalTime());
    }
}
