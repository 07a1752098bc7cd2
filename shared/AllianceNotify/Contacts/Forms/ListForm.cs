using System.Text.Json.Serialization;

namespace AllianceNotify.Contacts.Forms;

/// <summary>A <see cref="ContactList"/> in writing; its members are a resource of their own.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ListForm
{
    public string? Id { get; init; }

    public LocalizedForm? Name { get; init; }

    /// <summary>Who keeps the list; at most 200 characters.</summary>
    public string? Owner { get; init; }

    public static ListForm Of(ContactList list) => new()
    {
        Id = list.Id.Value,
        Name = new LocalizedForm(list.Name.En, list.Name.Ja),
        Owner = list.Owner,
    };

    /// <summary>The list, or every error of the form.</summary>
    public FormResult<ContactList> Check()
    {
        var errors = new FormErrors();
        var id = errors.Id("id", Id);
        var name = errors.Localized("name", Name);
        var owner = errors.OptionalText("owner", Owner, 200);
        return FormResult<ContactList>.Of(errors, () => new ContactList { Id = new ListId(id), Name = name, Owner = owner });
    }
}
