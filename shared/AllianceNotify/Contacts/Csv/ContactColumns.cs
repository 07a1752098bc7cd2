using System.Text;
using AllianceNotify.Contacts.Forms;
using AllianceNotify.Intake;

namespace AllianceNotify.Contacts.Csv;

/// <summary>
/// A contact as cells. <c>languages</c> and <c>lists</c> are separated by <c>;</c>. <c>channels</c> are
/// <c>channel:address</c> separated by <c>;</c>, where <c>\;</c> and <c>\\</c> stand for themselves inside an address.
/// </summary>
internal static class ContactColumns
{
    public const string Id = "id";
    public const string Lists = "lists";

    public static readonly IReadOnlyList<string> All =
        [Id, "nameEn", "nameJa", "agency", "nation", "role", "languages", "channels", "maxTlp", "timeZone", "rota", Lists, "lastVerifiedAt"];

    /// <summary>The columns of a contact before formulas are neutralised, in the order of <see cref="All"/>.</summary>
    public static IReadOnlyList<string> Write(Contact contact, IEnumerable<ListId> lists)
    {
        var form = ContactForm.Of(contact);
        return
        [
            contact.Id.Value,
            contact.Name.En ?? "",
            contact.Name.Ja ?? "",
            contact.Agency,
            contact.Nation,
            contact.Role ?? "",
            string.Join(';', contact.Languages),
            string.Join(';', contact.Channels.Select(channel => $"{channel.Channel}:{Escape(channel.Address)}")),
            form.MaxTlp ?? "",
            contact.TimeZone,
            contact.Rota?.Value ?? "",
            string.Join(';', lists.Select(list => list.Value)),
            form.LastVerifiedAt ?? "",
        ];
    }

    /// <summary>
    /// The form with what one cell says. An empty cell says that there is nothing, except of clearance and time zone: these
    /// stay as they are, because nobody changes them by leaving them out.
    /// </summary>
    public static ContactForm Read(ContactForm form, string column, string cell)
    {
        var text = cell.Trim();
        var value = text.Length == 0 ? null : text;
        return column switch
        {
            Id => form with { Id = value },
            "nameEn" => form with { Name = new LocalizedForm(value, form.Name?.Ja) },
            "nameJa" => form with { Name = new LocalizedForm(form.Name?.En, value) },
            "agency" => form with { Agency = value },
            "nation" => form with { Nation = value },
            "role" => form with { Role = value },
            "languages" => form with { Languages = Split(text) },
            "channels" => form with { Channels = [.. Split(text).Select(ReadChannel)] },
            "maxTlp" => form with { MaxTlp = value ?? form.MaxTlp },
            "timeZone" => form with { TimeZone = value ?? form.TimeZone },
            "rota" => form with { Rota = value },
            "lastVerifiedAt" => form with { LastVerifiedAt = value },
            _ => form,
        };
    }

    public static IReadOnlyList<string> ReadLists(string cell) => [.. Split(cell).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>A form's error under the name of the column it is about.</summary>
    public static FieldError InColumn(FieldError error) => error.Field switch
    {
        "name" or "name.en" => error with { Field = "nameEn" },
        "name.ja" => error with { Field = "nameJa" },
        _ => error,
    };

    private static ChannelForm ReadChannel(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? new ChannelForm(text, "") : new ChannelForm(text[..colon].TrimEnd(), text[(colon + 1)..]);
    }

    private static string Escape(string address) =>
        address.Replace(@"\", @"\\", StringComparison.Ordinal).Replace(";", @"\;", StringComparison.Ordinal);

    /// <summary>At <c>;</c> and at line breaks; empty parts are dropped.</summary>
    private static List<string> Split(string cell)
    {
        var parts = new List<string>();
        var part = new StringBuilder();
        for (var i = 0; i < cell.Length; i++)
        {
            if (cell[i] == '\\' && i + 1 < cell.Length && cell[i + 1] is '\\' or ';')
            {
                part.Append(cell[++i]);
            }
            else if (cell[i] is ';' or '\r' or '\n')
            {
                parts.Add(part.ToString().Trim());
                part.Clear();
            }
            else
            {
                part.Append(cell[i]);
            }
        }

        parts.Add(part.ToString().Trim());
        parts.RemoveAll(text => text.Length == 0);
        return parts;
    }
}
