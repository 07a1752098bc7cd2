using System.Globalization;
using System.Xml.Linq;
using AllianceNotify.Reports;

namespace AllianceNotify.Intake.Formats;

/// <summary>Reads a collection entry by entry: one that cannot be read is named and does not silence the others.</summary>
internal static class Collection
{
    /// <summary>More entries than any feed has; the rest is named as unread.</summary>
    private const int MaxEntries = 20_000;

    public static ReadResult Read(IEnumerable<XElement> entries, string path, Func<XmlFields, List<FieldError>, SituationReport?> read)
    {
        var reading = new Reading();
        var index = 0;
        foreach (var entry in entries)
        {
            if (++index > MaxEntries)
            {
                reading.Errors.Add(XmlFields.ErrorAt(entry, path, "is one entry too many; this and those after it were not read"));
                break;
            }

            var errors = new List<FieldError>();
            var report = read(new XmlFields(entry, string.Create(CultureInfo.InvariantCulture, $"{path}[{index}]"), errors), errors);
            reading.Add(report, errors);
        }

        return reading.Result;
    }

    internal sealed class Reading
    {
        private readonly List<SituationReport> reports = [];

        public List<FieldError> Errors { get; } = [];

        public ReadResult Result => reports.Count == 0 && Errors.Count > 0 ? new ReadResult.Invalid(Errors) : new ReadResult.Reports(reports) { SkippedEntries = Errors };

        public void Add(SituationReport? report, IReadOnlyList<FieldError> errors)
        {
            if (errors.Count == 0 && report is not null)
            {
                reports.Add(report);
            }

            Errors.AddRange(errors);
        }

        /// <summary>What became of an entry that is a document of its own; errors get the entry's place before them.</summary>
        public void Add(ReadResult entry, string place)
        {
            switch (entry)
            {
                case ReadResult.Reports read:
                    reports.AddRange(read.Items);
                    Errors.AddRange(read.SkippedEntries.Select(error => error with { Field = $"{place}: {error.Field}" }));
                    break;
                case ReadResult.Invalid invalid:
                    Errors.AddRange(invalid.Errors.Select(error => error with { Field = $"{place}: {error.Field}" }));
                    break;
                case ReadResult.Refused refused:
                    Errors.Add(new FieldError(place, refused.Reason));
                    break;
            }
        }
    }
}
