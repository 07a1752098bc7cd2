using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AllianceNotify.Reports;

/// <summary>The value of a stated fact: a text, a finite number or a truth value; nothing nested.</summary>
[JsonConverter(typeof(FactValueJsonConverter))]
public readonly record struct FactValue
{
    private FactValue(string? text, double? number, bool? truth)
    {
        Text = text;
        Number = number;
        Truth = truth;
    }

    public string? Text { get; }

    public double? Number { get; }

    public bool? Truth { get; }

    public static FactValue Of(string text) => new(text, null, null);

    public static FactValue Of(double number) => double.IsFinite(number)
        ? new(null, number, null)
        : throw new ArgumentOutOfRangeException(nameof(number), number, "A fact's number is finite.");

    public static FactValue Of(bool truth) => new(null, null, truth);

    public override string ToString() =>
        Text ?? Number?.ToString(CultureInfo.InvariantCulture) ?? (Truth == true ? "true" : "false");
}

public sealed class FactValueJsonConverter : JsonConverter<FactValue>
{
    public override FactValue Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.String => FactValue.Of(reader.GetString()!),
        JsonTokenType.Number when reader.TryGetDouble(out var number) && double.IsFinite(number) => FactValue.Of(number),
        JsonTokenType.True => FactValue.Of(true),
        JsonTokenType.False => FactValue.Of(false),
        _ => throw new JsonException("A fact is a string, a number or a truth value."),
    };

    public override void Write(Utf8JsonWriter writer, FactValue value, JsonSerializerOptions options)
    {
        if (value.Text is not null)
        {
            writer.WriteStringValue(value.Text);
        }
        else if (value.Number is { } number)
        {
            writer.WriteNumberValue(number);
        }
        else
        {
            writer.WriteBooleanValue(value.Truth == true);
        }
    }
}
