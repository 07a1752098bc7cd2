using System.Text.Json.Serialization;
using AllianceNotify.Intake;

namespace AllianceNotify.Contacts.Forms;

/// <summary>
/// What a form came to. Forms are the one written shape of what administrators keep: of requests, answers and seed files.
/// All their members may be missing, so that every error of a form is found at once; what they make is valid.
/// </summary>
public abstract record FormResult<T>
{
    private FormResult()
    {
    }

    public sealed record Valid(T Value) : FormResult<T>;

    /// <summary>Every error, each with the JSON path of its field.</summary>
    public sealed record Invalid(IReadOnlyList<FieldError> Errors) : FormResult<T>;

    internal static FormResult<T> Of(FormErrors errors, Func<T> make) => errors.Any ? new Invalid(errors.All) : new Valid(make());
}

/// <summary>A name in both languages. Both are required, each 1 to 200 characters.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record LocalizedForm(string? En, string? Ja);
