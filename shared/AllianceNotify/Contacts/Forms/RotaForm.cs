using System.Text.Json.Serialization;

namespace AllianceNotify.Contacts.Forms;

/// <summary>A <see cref="Rota"/> in writing.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record RotaForm
{
    public string? Id { get; init; }

    public LocalizedForm? Name { get; init; }

    /// <summary>At most 5,000; they may overlap.</summary>
    public IReadOnlyList<RotaEntryForm?>? Entries { get; init; }

    public static RotaForm Of(Rota rota) => new()
    {
        Id = rota.Id.Value,
        Name = new LocalizedForm(rota.Name.En, rota.Name.Ja),
        Entries = [.. rota.Entries.Select(entry => new RotaEntryForm(entry.Contact.Value, WrittenTime.Of(entry.From), WrittenTime.Of(entry.To)))],
    };

    /// <summary>The rota, or every error of the form.</summary>
    public FormResult<Rota> Check()
    {
        var errors = new FormErrors();
        var id = errors.Id("id", Id);
        var name = errors.Localized("name", Name);
        if (Entries is null)
        {
            errors.Add("entries", "Required; may be empty.");
        }

        var entries = errors.Each("entries", Entries, 5_000, (path, form) =>
        {
            var contact = errors.Id($"{path}.contact", form.Contact);
            var from = errors.Instant($"{path}.from", form.From);
            var to = errors.Instant($"{path}.to", form.To);
            if (from != default && to != default && to <= from)
            {
                errors.Add($"{path}.to", "Not after from.");
            }

            return new RotaEntry(new ContactId(contact), from, to);
        });
        return FormResult<Rota>.Of(errors, () => new Rota { Id = new RotaId(id), Name = name, Entries = entries });
    }
}

/// <param name="Contact">Id of a contact.</param>
/// <param name="From">ISO 8601 with an offset; inside the watch.</param>
/// <param name="To">ISO 8601 with an offset; no longer inside.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record RotaEntryForm(string? Contact, string? From, string? To);
