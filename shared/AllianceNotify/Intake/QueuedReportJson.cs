using System.Text.Json;
using System.Text.Json.Serialization;
using AllianceNotify.Messaging;
using AllianceNotify.Reports;

namespace AllianceNotify.Intake;

/// <summary>The hub's own message on <c>reports</c>, told from a raw report by its one property.</summary>
[JsonSerializable(typeof(AcceptedReport))]
internal sealed partial class QueuedReportJson : JsonSerializerContext
{
    private static ReadOnlySpan<byte> Envelope => "acceptedReport"u8;

    public static byte[] Write(ReportId report) => JsonSerializer.SerializeToUtf8Bytes(new AcceptedReport(report), Default.AcceptedReport);

    /// <summary>The report that the message names; null where it is no such message.</summary>
    public static ReportId? TryRead(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body);
        try
        {
            return reader.Read() && reader.TokenType == JsonTokenType.StartObject
                && reader.Read() && reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals(Envelope)
                && reader.Read() && reader.TokenType == JsonTokenType.String && reader.GetString() is { Length: > 0 } id
                && reader.Read() && reader.TokenType == JsonTokenType.EndObject
                && !reader.Read()
                ? new ReportId(id)
                : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
