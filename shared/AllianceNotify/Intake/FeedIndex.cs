using System.Xml.Linq;
using AllianceNotify.Intake.Formats;

namespace AllianceNotify.Intake;

/// <summary>An entry of a feed and where its whole text is.</summary>
public sealed record FeedEntry(string Id, DateTimeOffset? Updated, string Title, Uri? Link);

/// <summary>The entries of an Atom or RSS feed, for those who fetch what they point to.</summary>
public static class FeedIndex
{
    private const string Atom = "http://www.w3.org/2005/Atom";

    /// <summary>Null where the text is no feed that can be read; the error says why.</summary>
    public static IReadOnlyList<FeedEntry>? TryRead(ReadOnlyMemory<byte> body, out FieldError? error)
    {
        if (SafeXml.TryParse(body, out error) is not { Root: { } root })
        {
            return null;
        }

        if (!IsFeed(root.Name))
        {
            error = XmlFields.ErrorAt(root, root.Name.LocalName, "is neither an Atom nor an RSS feed");
            return null;
        }

        return [.. Entries(root)
            .Where(entry => IdOf(entry) is not null)
            .Select(entry => new FeedEntry(IdOf(entry)!, UpdatedOf(entry), Wording.Title(Child(entry, "title")?.Value ?? ""), Uri.TryCreate(LinkOf(entry), UriKind.Absolute, out var link) ? link : null))];
    }

    internal static bool IsFeed(XName root) => root is { LocalName: "feed" or "entry", NamespaceName: Atom } or { LocalName: "rss", NamespaceName: "" };

    internal static IEnumerable<XElement> Entries(XElement root) => root.Name.LocalName switch
    {
        "entry" => [root],
        "feed" => root.Elements(XName.Get("entry", Atom)),
        _ => root.Descendants("item"),
    };

    /// <summary>A child of the feed's own vocabulary, not of an extension.</summary>
    internal static XElement? Child(XElement entry, string name) => entry.Element(entry.Name.Namespace + name);

    internal static string? IdOf(XElement entry) => Filled(Child(entry, "id")) ?? Filled(Child(entry, "guid")) ?? LinkOf(entry);

    internal static DateTimeOffset? UpdatedOf(XElement entry) =>
        FeedTime.TryParse(Filled(Child(entry, "updated")) ?? Filled(Child(entry, "published")) ?? Filled(Child(entry, "pubDate")), out var time) ? time : null;

    internal static string? LinkOf(XElement entry)
    {
        var links = entry.Elements(entry.Name.Namespace + "link").ToList();
        var best = links.Find(link => link.Attribute("type")?.Value == "application/cap+xml") ?? links.Find(link => link.Attribute("rel")?.Value is null or "alternate") ?? links.FirstOrDefault();
        return best?.Attribute("href")?.Value ?? Filled(best);
    }

    internal static string? AuthorOf(XElement entry)
    {
        var holder = entry.Name.LocalName == "rss" ? entry.Element("channel") ?? entry : entry;
        var author = Child(holder, "author");
        return Filled(author is null ? null : Child(author, "email")) ?? Filled(author is null ? null : Child(author, "name")) ?? Filled(author)
            ?? Filled(Child(holder, "managingEditor"));
    }

    internal static string? HostOf(XElement root) =>
        Uri.TryCreate(LinkOf(root.Element("channel") ?? root) ?? IdOf(root), UriKind.Absolute, out var address) && address.Host.Length > 0 ? address.Host : null;

    private static string? Filled(XElement? element) => element?.Value.Trim() is { Length: > 0 } text ? text : null;
}
