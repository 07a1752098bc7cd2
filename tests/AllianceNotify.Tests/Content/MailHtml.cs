using System.Net;
using System.Text.RegularExpressions;
using Xunit;

namespace AllianceNotify.Tests.Content;

/// <summary>
/// Reads a mail's HTML the strict way: every tag is one the templates use, every attribute quoted, everything closed. What a
/// sender smuggled in as markup shows up as a tag or attribute that does not belong.
/// </summary>
internal sealed partial class MailHtml
{
    private static readonly HashSet<string> Void = ["meta", "br"];

    private static readonly HashSet<string> Known =
        ["html", "head", "meta", "title", "style", "body", "div", "table", "tr", "td", "th", "span", "br", "p", "h1", "h2", "a", "ul", "li"];

    private static readonly HashSet<string> KnownAttributes =
    [
        "lang", "dir", "charset", "name", "content", "class", "style", "role", "width", "cellpadding", "cellspacing", "border", "align",
        "bgcolor", "href", "scope", "translate",
    ];

    private MailHtml(IReadOnlyList<Node> nodes) => Nodes = nodes;

    public sealed record Node(string Name, IReadOnlyDictionary<string, string> Attributes, string Text);

    /// <summary>In document order; the text of a node is all text inside it, decoded, white space folded.</summary>
    public IReadOnlyList<Node> Nodes { get; }

    public string Text => Nodes.Single(node => node.Name == "body").Text;

    public IEnumerable<Node> All(string name) => Nodes.Where(node => node.Name == name);

    public static MailHtml Parse(string html)
    {
        const string Doctype = "<!DOCTYPE html>";
        Assert.StartsWith(Doctype, html, StringComparison.Ordinal);
        var open = new Stack<(string Name, Dictionary<string, string> Attributes, int Start, int Order)>();
        var done = new List<(int Order, Node Node)>();
        var text = new System.Text.StringBuilder();
        var order = 0;
        for (var at = Doctype.Length; at < html.Length;)
        {
            if (html[at] != '<')
            {
                var end = html.IndexOf('<', at);
                text.Append(WebUtility.HtmlDecode(html[at..(end < 0 ? html.Length : end)]));
                at = end < 0 ? html.Length : end;
                continue;
            }

            var tag = Tag().Match(html, at);
            Assert.True(tag.Success && tag.Index == at, $"Not a tag of ours at: {html.Substring(at, Math.Min(80, html.Length - at))}");
            at += tag.Length;
            var name = tag.Groups["name"].Value;
            Assert.Contains(name, Known);
            if (tag.Groups["close"].Length > 0)
            {
                var (opened, attributes, start, place) = open.Pop();
                Assert.Equal(opened, name);
                done.Add((place, new Node(name, attributes, Folded().Replace(text.ToString(start, text.Length - start), " ").Trim())));
                if (name is not ("span" or "a"))
                {
                    text.Append('\n');
                }

                continue;
            }

            var read = Attribute().Matches(tag.Groups["attributes"].Value)
                .ToDictionary(match => match.Groups[1].Value, match => WebUtility.HtmlDecode(match.Groups[2].Value), StringComparer.Ordinal);
            Assert.All(read.Keys, key => Assert.Contains(key, KnownAttributes));
            if (Void.Contains(name))
            {
                text.Append('\n');
                done.Add((order++, new Node(name, read, "")));
                continue;
            }

            open.Push((name, read, text.Length, order++));
        }

        Assert.Empty(open);
        return new MailHtml([.. done.OrderBy(item => item.Order).Select(item => item.Node)]);
    }

    [GeneratedRegex("""<(?<close>/?)(?<name>[a-z][a-z0-9]*)(?<attributes>(?: [a-z]+="[^"<>]*")*)\s*/?>""")]
    private static partial Regex Tag();

    [GeneratedRegex("([a-z]+)=\"([^\"]*)\"")]
    private static partial Regex Attribute();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Folded();
}
