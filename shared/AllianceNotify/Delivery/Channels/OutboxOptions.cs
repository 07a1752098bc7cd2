using System.ComponentModel.DataAnnotations;

namespace AllianceNotify.Delivery.Channels;

/// <summary>Configuration section <c>Outbox</c>.</summary>
public sealed class OutboxOptions
{
    public const string Section = "Outbox";

    /// <summary>Where the messages go; made when the first is written. Relative to the working folder.</summary>
    [Required]
    public string Folder { get; set; } = "outbox";
}
