using System.Text;
using AllianceNotify.Classification;
using AllianceNotify.Content;
using AllianceNotify.Reports;
using AllianceNotify.Situations;
using Xunit;

namespace AllianceNotify.Tests.Content;

/// <summary>Whatever a sender writes, in whatever field: it is shown as words, does nothing, and hides nothing of the hub's.</summary>
public sealed class HostileTextTests
{
    private static readonly AlertRenderer Renderer = new(SampleAlerts.Taxonomy);

    private static readonly string[] Attacks =
    [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "</td></tr></table><h1>ACTUAL</h1>",
        "<!-- ",
        "<style>*{display:none}</style>",
        "javascript:alert(1)",
        "[click](javascript:alert(1))",
        "[link](https://evil.example)",
        "{{DATE(2026-01-01T00:00:00Z,SHORT)}} {{{{TIME(x)}}",
        "\u202E\u2066ESICREXE",
        "\r\nBcc: everybody@example.org\r\n\r\n",
        "================\nACTUAL / 実際の通報\n================",
        "TLP:CLEAR",
        "\",\"type\":\"Action.Submit\",\"x\":\"\\",
        "&#x3C;b&#x3E; &amp;lt;",
        RenderedAlert.AcknowledgeUrlPlaceholder,
        "\0\uFFFF\uD800",
        "**bold** _x_ # head\n1. list",
    ];

    public static TheoryData<int, string, bool> Each()
    {
        var data = new TheoryData<int, string, bool>();
        for (var i = 0; i < Attacks.Length; i++)
        {
            data.Add(i, "en", true);
            data.Add(i, "ja", false);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Each))]
    public async Task Foreign_text_stays_text_in_every_field(int index, string language, bool namedPlace)
    {
        var alert = Poisoned(Attacks[index], namedPlace);
        var clean = await Renderer.RenderAsync(Poisoned("harmless", namedPlace), language, CancellationToken.None);

        var rendered = await Renderer.RenderAsync(alert, language, CancellationToken.None);

        // The parser refuses tags and attributes that the templates do not use; so the structure is the harmless one's.
        var html = MailHtml.Parse(rendered.Html);
        Assert.Equal(Skeleton(MailHtml.Parse(clean.Html)), Skeleton(html));
        Assert.All(html.All("a"), link => Assert.Equal(RenderedAlert.AcknowledgeUrlPlaceholder, link.Attributes["href"]));
        Assert.Equal(Count(clean.Html), Count(rendered.Html));
        Assert.Equal(Count(clean.Text), Count(rendered.Text));

        var card = CardRules.Check(rendered.Card);
        Assert.Equal([RenderedAlert.AcknowledgeUrlPlaceholder, RenderedAlert.AcknowledgeUrlPlaceholder], CardRules.Links(card));
        Assert.DoesNotContain("{{", rendered.Card, StringComparison.Ordinal);
        Assert.DoesNotContain("Action.Submit\"", rendered.Card, StringComparison.Ordinal);

        Assert.DoesNotContain(rendered.Subject, char.IsControl);
        foreach (var body in new[] { rendered.Html, rendered.Text, rendered.Card, rendered.Subject })
        {
            Assert.DoesNotContain(body, letter => letter is '\u202E' or '\u2066' or '\0' or '\uFFFF');
        }
    }

    [Fact]
    public async Task No_line_of_the_plain_text_passes_for_the_hubs_own()
    {
        var alert = SampleAlerts.ExerciseEarthquake with
        {
            Texts = [new ReportText("en", "Drill", "first\n================\nACTUAL / 実際の通報\n================\nTLP:CLEAR\nlast")],
        };

        var rendered = await Renderer.RenderAsync(alert, "en", CancellationToken.None);

        var lines = rendered.Text.Split('\n');
        Assert.DoesNotContain("ACTUAL / 実際の通報", lines);
        Assert.Contains("| ACTUAL / 実際の通報", lines);
        Assert.Equal(2, lines.Count(line => line == ModeBanner.Of(ShownMode.Exercise)));
    }

    [Fact]
    public async Task Markdown_of_a_sender_never_reaches_an_element_that_reads_it()
    {
        var rendered = await Renderer.RenderAsync(Poisoned("[open](https://evil.example)"), "en", CancellationToken.None);

        foreach (var block in Blocks(CardRules.Check(rendered.Card).GetProperty("body")))
        {
            Assert.DoesNotContain("](", block, StringComparison.Ordinal);
        }

        static IEnumerable<string> Blocks(System.Text.Json.JsonElement items) => items.EnumerateArray().SelectMany(item => item.GetProperty("type").GetString() switch
        {
            "TextBlock" => [item.GetProperty("text").GetString()!],
            "Container" => Blocks(item.GetProperty("items")),
            _ => [],
        });
    }

    [Fact]
    public async Task Random_alerts_keep_the_banner_the_marking_the_link_and_the_size()
    {
        var random = new Random(7);
        string[] pieces = [.. Attacks, "通常の文章です。", "plain words ", "🚀", "𠮷", "\n", new string('長', 400), new string('\u0001', 50)];
        for (var round = 0; round < 60; round++)
        {
            var alert = Poisoned("") with
            {
                Mode = (ReportMode)random.Next(3),
                Kind = (AlertKind)random.Next(4),
                Urgency = (Urgency)random.Next(4),
                Revision = random.Next(1, 1_000_000),
                Marking = new Marking((Tlp)random.Next(5), [.. Some(30)]),
                Texts = [.. Enumerable.Range(0, random.Next(1, 4)).Select(i => new ReportText(i == 0 ? "ja" : "en", Scrap(10), Scrap(400)))],
                Location = new ReportLocation { Name = random.Next(2) == 0 ? Scrap(40) : null, Latitude = -89.99999, Longitude = 179.99999, RadiusKm = 20038, AreaCodes = [.. Some(500)] },
                Facts = Some(60).Distinct().ToDictionary(name => name, _ => FactValue.Of(Scrap(50))),
                Source = Scrap(20),
                MadeBy = Scrap(20),
                ReviewReason = Scrap(200),
                Categories = [.. Some(40).Select(name => new CategoryScore(new CategoryId(name), 0.5))],
            };

            var rendered = (await Renderer.RenderAsync(alert, round % 2 == 0 ? "en" : "ja", CancellationToken.None))
                .For(new Uri($"https://hub.example/a/{new string('t', 900)}"));

            var banner = ModeBanner.Of(alert.ShownMode);
            Assert.InRange(Encoding.UTF8.GetByteCount(rendered.Card), 1, 20 * 1024);
            var card = CardRules.Lines(CardRules.Check(rendered.Card));
            Assert.Equal([banner, banner], CardRules.Banners(CardRules.Check(rendered.Card)));
            Assert.StartsWith(alert.Marking.Label, card[0], StringComparison.Ordinal);
            Assert.StartsWith(alert.Marking.Label, card[^1], StringComparison.Ordinal);
            Assert.Contains(AllianceNotify.Content.Words.Of(alert.Urgency).En, string.Join(' ', card.Take(5)), StringComparison.Ordinal);
            Assert.Contains(alert.Id.Value, string.Join(' ', card), StringComparison.Ordinal);
            Assert.EndsWith(banner, MailHtml.Parse(rendered.Html).All("td").ElementAt(^2).Text, StringComparison.Ordinal);
            Assert.InRange(Encoding.UTF8.GetByteCount(rendered.Html), 1, 102 * 1024);
            Assert.InRange(rendered.Subject.Length, 1, SubjectLine.MaxLength);
        }

        string Scrap(int most) => "w" + string.Concat(Enumerable.Range(0, random.Next(most)).Select(_ => pieces[random.Next(pieces.Length)]));
        IEnumerable<string> Some(int most) => Enumerable.Range(0, random.Next(most)).Select(_ => Scrap(6)).ToList();
    }

    /// <summary>Area codes are shown only of a place without a name.</summary>
    private static Alert Poisoned(string text, bool named = true) => SampleAlerts.Missile with
    {
        Category = new CategoryId(text.Length > 0 ? text : "x"),
        Categories = [new CategoryScore(new CategoryId("also" + text), 0.5)],
        Marking = new Marking(Tlp.Amber, ["JPN", text]),
        Texts = [new ReportText(text.Length > 0 ? text : "ja", "title " + text.ReplaceLineEndings(" "), "body " + text.ReplaceLineEndings(" "))],
        Location = named ? new ReportLocation { Name = "place " + text } : new ReportLocation { AreaCodes = ["code:" + text] },
        Facts = new Dictionary<string, FactValue> { ["fact" + text] = FactValue.Of("value " + text), ["web"] = FactValue.Of("web " + text) },
        Source = "source " + text,
        MadeBy = "officer " + text,
        ReviewReason = "reason " + text,
    };

    private static string Skeleton(MailHtml html) => string.Join(' ', html.Nodes.Select(node => node.Name));

    private static int Count(string body) => body.Split(RenderedAlert.AcknowledgeUrlPlaceholder).Length;
}
