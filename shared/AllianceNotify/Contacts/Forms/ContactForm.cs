using System.Text.Json.Serialization;
using AllianceNotify.Reports;

namespace AllianceNotify.Contacts.Forms;

/// <summary>A <see cref="Contact"/> in writing.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ContactForm
{
    /// <summary>1 to 100 characters of a–z, 0–9, <c>.</c>, <c>_</c> and <c>-</c>.</summary>
    public string? Id { get; init; }

    /// <summary>At least one of the two, each at most 200 characters.</summary>
    public LocalizedForm? Name { get; init; }

    /// <summary>1 to 40 characters of A–Z, 0–9 and <c>-</c>; lower case is read as upper case.</summary>
    public string? Agency { get; init; }

    /// <summary>ISO 3166-1 alpha-3; lower case is read as upper case.</summary>
    public string? Nation { get; init; }

    /// <summary>At most 200 characters.</summary>
    public string? Role { get; init; }

    /// <summary>BCP 47, 1 to 10, at least one of them English or Japanese.</summary>
    public IReadOnlyList<string?>? Languages { get; init; }

    /// <summary>1 to 10, in order of preference, each channel once.</summary>
    public IReadOnlyList<ChannelForm?>? Channels { get; init; }

    /// <summary><c>clear</c>, <c>green</c>, <c>amber</c> (where missing), <c>amber-strict</c> or <c>red</c>.</summary>
    public string? MaxTlp { get; init; }

    /// <summary>IANA; <c>Asia/Tokyo</c> where missing.</summary>
    public string? TimeZone { get; init; }

    public string? Rota { get; init; }

    /// <summary>ISO 8601 with an offset.</summary>
    public string? LastVerifiedAt { get; init; }

    public static ContactForm Of(Contact contact) => new()
    {
        Id = contact.Id.Value,
        Name = new LocalizedForm(contact.Name.En, contact.Name.Ja),
        Agency = contact.Agency,
        Nation = contact.Nation,
        Role = contact.Role,
        Languages = contact.Languages,
        Channels = [.. contact.Channels.Select(channel => new ChannelForm(channel.Channel, channel.Address))],
        MaxTlp = FormErrors.NameOf(contact.MaxTlp),
        TimeZone = contact.TimeZone,
        Rota = contact.Rota?.Value,
        LastVerifiedAt = contact.LastVerifiedAt is { } time ? WrittenTime.Of(time) : null,
    };

    /// <summary>The contact, or every error of the form.</summary>
    public FormResult<Contact> Check()
    {
        var errors = new FormErrors();
        var id = errors.Id("id", Id);
        if (id is "import" or "export")
        {
            errors.Add("id", "Taken by the address of the contacts' import and export.");
        }

        var name = CheckName(errors);
        var agency = errors.Text("agency", Agency, 40).ToUpperInvariant();
        if (agency.Length is > 0 and <= 40 && !agency.All(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c) || c == '-'))
        {
            errors.Add("agency", "Only A–Z, 0–9 and '-'.");
        }

        var nation = Nation?.Trim().ToUpperInvariant() ?? "";
        if (!Nations.IsKnown(nation))
        {
            errors.Add("nation", nation.Length == 0 ? "Required." : "Not a country code of ISO 3166-1 alpha-3 (JPN, USA).");
        }

        var role = errors.OptionalText("role", Role, 200);
        var languages = CheckLanguages(errors);
        var channels = CheckChannels(errors);
        var maxTlp = errors.OneOf<Tlp>("maxTlp", MaxTlp, absent: Tlp.Amber);
        var timeZone = TimeZone ?? "Asia/Tokyo";
        if (!IsTimeZone(timeZone))
        {
            errors.Add("timeZone", "Not a time zone of the IANA database (Asia/Tokyo).");
        }

        var rota = errors.OptionalId("rota", Rota);
        var lastVerifiedAt = errors.OptionalInstant("lastVerifiedAt", LastVerifiedAt);
        return FormResult<Contact>.Of(errors, () => new Contact
        {
            Id = new ContactId(id),
            Name = name,
            Agency = agency,
            Nation = nation,
            Role = role,
            Languages = languages,
            Channels = channels,
            MaxTlp = maxTlp,
            TimeZone = timeZone,
            Rota = rota is null ? null : new RotaId(rota),
            LastVerifiedAt = lastVerifiedAt,
        });
    }

    private PersonName CheckName(FormErrors errors)
    {
        var name = new PersonName(errors.OptionalText("name.en", Name?.En, 200), errors.OptionalText("name.ja", Name?.Ja, 200));
        if (name is { En: null, Ja: null })
        {
            errors.Add("name", "Required: en, ja or both.");
        }

        return name;
    }

    private IReadOnlyList<string> CheckLanguages(FormErrors errors)
    {
        var languages = errors.Each("languages", Languages, 10, (path, tag) =>
        {
            if (!LanguageTags.IsWellFormed(tag))
            {
                errors.Add(path, "Not a language tag of BCP 47 (ja, en-US).");
            }

            return tag;
        });
        if (Languages is null or { Count: 0 })
        {
            errors.Add("languages", "Required: at least one.");
        }
        else if (!languages.Any(tag => LanguageTags.PrimaryOf(tag) is "en" or "ja"))
        {
            errors.Add("languages", "At least one of en and ja: alerts are written in these.");
        }
        else if (languages.Distinct(StringComparer.OrdinalIgnoreCase).Count() < languages.Count)
        {
            errors.Add("languages", "Each language once.");
        }

        return languages;
    }

    private IReadOnlyList<ContactChannel> CheckChannels(FormErrors errors)
    {
        var channels = errors.Each("channels", Channels, 10, (path, form) =>
        {
            var address = form.Address?.Trim() ?? "";
            if (form.Channel is null || !ChannelAddresses.IsKnown(form.Channel))
            {
                errors.Add($"{path}.channel", $"One of {ChannelAddresses.Names}.");
            }
            else if (ChannelAddresses.Check(form.Channel, address) is { } error)
            {
                errors.Add($"{path}.address", error);
            }

            return new ContactChannel(form.Channel ?? "", address);
        });
        if (Channels is null or { Count: 0 })
        {
            errors.Add("channels", "Required: at least one, or nobody can reach this contact.");
        }
        else if (channels.DistinctBy(channel => channel.Channel, StringComparer.Ordinal).Count() < channels.Count)
        {
            // A delivery is known by its contact and channel: a second address there would be taken for the first.
            errors.Add("channels", "Each channel once.");
        }

        return channels;
    }

    private static bool IsTimeZone(string id) =>
        id.Length is > 0 and <= 100
        && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '_' or '-' or '+')
        && TimeZoneInfo.TryFindSystemTimeZoneById(id, out var zone)
        && zone.HasIanaId;
}

/// <param name="Channel"><c>smtp</c>, <c>graph-mail</c>, <c>teams</c>, <c>webhook</c>, <c>teams-workflow</c> or <c>outbox</c>.</param>
/// <param name="Address">A mail address or URL, as the channel takes it; may be missing for the outbox.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ChannelForm(string? Channel, string? Address);
