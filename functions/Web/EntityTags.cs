using System.Buffers.Text;
using System.Text;
using AllianceNotify.Storage;

namespace AllianceNotify.Functions.Web;

/// <summary>
/// The <c>If-Match</c> of a request, bound as a handler parameter. A store's version is opaque and may hold anything, so on
/// the wire it is a strong entity tag around base64url.
/// </summary>
internal readonly record struct IfMatch(ETag? ETag, bool Any)
{
    public bool IsPresent => Any || ETag is not null;

    public static ValueTask<IfMatch> BindAsync(HttpContext context)
    {
        var header = context.Request.Headers.IfMatch.ToString().Trim();
        return ValueTask.FromResult(header switch
        {
            "" => default,
            "*" => new IfMatch(null, true),
            // A tag that no store gave out matches no version.
            _ => new IfMatch(EntityTags.Parse(header) ?? new ETag("none"), false),
        });
    }
}

internal static class EntityTags
{
    public static void SetETag(this HttpResponse response, ETag etag) => response.Headers.ETag = Format(etag);

    public static string Format(ETag etag) => $"\"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(etag.Value))}\"";

    public static ETag? Parse(string header)
    {
        var tag = header.StartsWith("W/", StringComparison.Ordinal) ? header[2..] : header;
        return tag is ['"', .. { Length: > 0 } value, '"'] && Base64Url.IsValid(value)
            ? new ETag(Encoding.UTF8.GetString(Base64Url.DecodeFromChars(value)))
            : null;
    }
}
