using System.Text;
using AllianceNotify.Functions.Triggers;
using Xunit;

namespace AllianceNotify.Functions.Tests.Triggers;

/// <summary>Payloads as the Functions host 4.1037 wrote them when it ran, but for the binding's name.</summary>
public sealed class TriggerPayloadTests
{
    [Theory]
    [InlineData("""{"Data":{"input":"\"hello\""},"Metadata":{}}""", "hello")]
    [InlineData("""{"Data":{"input":"\"{\\\"a\\\":1}\""},"Metadata":{}}""", """{"a":1}""")]
    [InlineData("""{"Data":{"input":"\"[1,2]\""},"Metadata":{}}""", "[1,2]")]
    [InlineData("""{"Data":{"input":"\"\\\"quoted\\\"\""},"Metadata":{}}""", "\"quoted\"")]
    [InlineData("""{"Data":{"input":"\"\""},"Metadata":{}}""", "")]
    [InlineData("""{"Data":{"input":"\"弾道ミサイル\""},"Metadata":{}}""", "弾道ミサイル")]
    [InlineData("""{"Data":{"input":"\"\\u5F3E\""},"Metadata":{}}""", "弾")]
    [InlineData("""{"Data":{"input":"eyJhIjoxfQ=="},"Metadata":{}}""", """{"a":1}""")]
    [InlineData("""{"Data":{"input":""},"Metadata":{}}""", "")]
    public void Text_is_decoded_twice_and_bytes_once(string payload, string body) =>
        Assert.Equal(body, Encoding.UTF8.GetString(Assert.Single(Read(payload)).Body.Span));

    [Fact]
    public void Bytes_that_are_no_text_come_through_as_they_are() =>
        Assert.Equal([0xFF, 0x00, 0x8E, 0x93], Assert.Single(Read("""{"Data":{"input":"/wCOkw=="},"Metadata":{}}""")).Body.ToArray());

    [Fact]
    public void A_batch_is_an_array_in_a_string_and_its_properties_are_arrays()
    {
        var messages = Read(
            """
            {"Data":{"input":"[\"{\\\"a\\\":1}\",\"two\"]"},
             "Metadata":{"MessageIdArray":"[\"m1\",\"m2\"]","DeliveryCountArray":"[1,3]",
              "EnqueuedTimeUtcArray":"[\"2026-11-24T06:09:02.123Z\",\"2026-11-24T06:09:03.456Z\"]","ApplicationPropertiesArray":"[{},{\"traceparent\":\"00-a-b-01\"}]",
              "sys":{"MethodName":"TriageReportFlash","UtcNow":"2026-11-24T06:09:04.1Z","RandGuid":"0a81b3b5-9f9b-4a3e-8d7c-5d6e3a6c2b11"}}}
            """);

        Assert.Equal(["""{"a":1}""", "two"], messages.Select(message => Encoding.UTF8.GetString(message.Body.Span)));
        Assert.Equal(["m1", "m2"], messages.Select(message => message.Id));
        Assert.Equal([1, 3], messages.Select(message => message.DeliveryCount));
        Assert.Equal(new DateTimeOffset(2026, 11, 24, 6, 9, 3, 456, TimeSpan.Zero), messages[1].EnqueuedAt);
        Assert.Equal([null, "00-a-b-01"], messages.Select(message => message.TraceParent));
    }

    [Fact]
    public void Properties_are_read_in_each_encoding_that_the_host_gives_them()
    {
        var message = Assert.Single(Read(
            """
            {"Data":{"input":"\"x\""},
             "Metadata":{"MessageId":"\"4a86\"","DeliveryCount":"2","SequenceNumber":"7","EnqueuedTimeUtc":"2026-11-24T06:09:02",
              "ApplicationProperties":{"traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"},
              "MessageReceiver":{},"sys":{"MethodName":"TriageReportFlash"}}}
            """));

        Assert.Equal(("4a86", 2), (message.Id, message.DeliveryCount));
        Assert.Equal(new DateTimeOffset(2026, 11, 24, 6, 9, 2, TimeSpan.Zero), message.EnqueuedAt);
        Assert.Equal("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", message.TraceParent);
    }

    [Fact]
    public void What_the_hub_wrote_beside_the_message_goes_before_what_the_broker_says()
    {
        var message = Assert.Single(Read(
            """
            {"Data":{"input":"e30="},
             "Metadata":{"MessageId":"\"fresh for this copy\"","DeliveryCount":"2","EnqueuedTimeUtc":"2026-11-24T06:09:02",
              "ApplicationProperties":{"hub-id":"d-1","hub-deliveries":3,"hub-enqueued-at":"2026-11-24T05:49:00.0000001Z"}}}
            """));

        Assert.Equal(("d-1", 5), (message.Id, message.DeliveryCount));
        Assert.Equal(new DateTimeOffset(2026, 11, 24, 5, 49, 0, TimeSpan.Zero).AddTicks(1), message.EnqueuedAt);
    }

    [Fact]
    public void What_a_body_puts_in_place_of_a_property_is_text_like_any_other()
    {
        var message = Assert.Single(Read(
            """
            {"Data":{"input":"\"{\\\"deliveryCount\\\":99,\\\"MessageId\\\":\\\"evil\\\"}\""},
             "Metadata":{"DeliveryCount":"\"99\"","MessageId":"\"evil\"","EnqueuedTimeUtc":"\"no time\""}}
            """));

        Assert.Equal(("evil", 99, null), (message.Id, message.DeliveryCount, message.EnqueuedAt));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"Data":{}}""")]
    [InlineData("""{"Data":{"input":null}}""")]
    [InlineData("""{"Data":{"input":7}}""")]
    [InlineData("""{"Data":{"input":"\"cut off"}}""")]
    [InlineData("""{"Data":{"input":"no base64!"}}""")]
    [InlineData("""{"Data":{"input":"[\"one\",null]"}}""")]
    public void What_the_host_never_writes_is_refused(string payload) => Assert.Throws<FormatException>(() => Read(payload));

    private static IReadOnlyList<TriggerMessage> Read(string payload) => TriggerPayload.ReadMessages(Encoding.UTF8.GetBytes(payload));
}
