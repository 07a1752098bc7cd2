using System.Text.Json.Serialization;

namespace AllianceNotify.Security;

/// <summary>What a caller may do. One role a caller; the roles do not include one another.</summary>
[JsonConverter(typeof(KebabEnumConverter<HubRole>))]
public enum HubRole
{
    /// <summary>A system that sends reports and reads back its own.</summary>
    Reporter,

    /// <summary>Reads what the marking allows, answers, reclassifies, closes and alerts.</summary>
    DutyOfficer,

    /// <summary>All that a duty officer may, and contacts, lists, policies, keys and dead letters.</summary>
    Administrator,

    /// <summary>Reads everything that is not marked against them, changes nothing.</summary>
    Auditor,
}
