using System.Text.Json.Serialization;

namespace AllianceNotify.Contacts;

/// <summary>The stored form of what administrators keep.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Contact))]
[JsonSerializable(typeof(ContactList))]
[JsonSerializable(typeof(Subscription))]
[JsonSerializable(typeof(EscalationPolicy))]
[JsonSerializable(typeof(Rota))]
internal sealed partial class ContactsJson : JsonSerializerContext;
