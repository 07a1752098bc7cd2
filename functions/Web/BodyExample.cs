namespace AllianceNotify.Functions.Web;

/// <summary>
/// What the description of the API says about a body that its handler reads by itself. Not the framework's own metadata for
/// this, which would also turn away every other media type.
/// </summary>
internal sealed record BodyExample(string ContentType, Type Type);
