using System.Text;
using AllianceNotify.Classification;
using AllianceNotify.Content;
using AllianceNotify.Reports;
using AllianceNotify.Situations;
using Xunit;

namespace AllianceNotify.Tests.Content;

public sealed class AlertRendererTests
{
    private static readonly AlertRenderer Renderer = new(SampleAlerts.Taxonomy);

    public static TheoryData<string, string> SamplesInBothLanguages()
    {
        var data = new TheoryData<string, string>();
        foreach (var name in Samples.Keys)
        {
            data.Add(name, "en");
            data.Add(name, "ja");
        }

        return data;
    }

    private static readonly Dictionary<string, Alert> Samples = new()
    {
        ["missile"] = SampleAlerts.Missile,
        ["exercise"] = SampleAlerts.ExerciseEarthquake,
        ["test"] = SampleAlerts.Test,
        ["update"] = SampleAlerts.Update,
        ["all-clear"] = SampleAlerts.AllClear,
        ["review"] = SampleAlerts.Review,
        ["in doubt"] = SampleAlerts.Review with { ModeDoubt = "The title says it is a drill." },
        ["exercise in doubt"] = SampleAlerts.ExerciseEarthquake with { ModeDoubt = "The body says it is no drill.", Kind = AlertKind.Review },
        ["huge"] = SampleAlerts.Huge,
        ["none"] = SampleAlerts.Review with { Category = CategoryId.None, Kind = AlertKind.Update },
        ["category the taxonomy lacks"] = SampleAlerts.Missile with { Category = new CategoryId("volcanic-ash") },
        ["relayed statement"] = SampleAlerts.Missile with { Category = new CategoryId("important-influence-situation") },
    };

    [Theory]
    [MemberData(nameof(SamplesInBothLanguages))]
    public async Task Mode_and_marking_stand_at_the_top_and_at_the_bottom_of_everything(string sample, string language)
    {
        var alert = Samples[sample];
        var rendered = await RenderAsync(alert, language);
        var banner = ModeBanner.Of(alert.ShownMode);

        // The first cell frames all others.
        var rows = MailHtml.Parse(rendered.Html).All("td").Skip(1).Select(cell => cell.Text).ToList();
        var bars = rows.FindAll(text => text == banner || text.StartsWith(alert.Marking.Label, StringComparison.Ordinal));
        Assert.Equal(4, bars.Count);
        Assert.StartsWith(alert.Marking.Label, bars[0], StringComparison.Ordinal);
        Assert.Equal(banner, bars[1]);
        Assert.Equal(banner, rows[^2]);
        Assert.StartsWith(alert.Marking.Label, rows[^1], StringComparison.Ordinal);

        var lines = rendered.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.StartsWith(alert.Marking.Label, lines[0], StringComparison.Ordinal);
        Assert.Equal(banner, lines[2]);
        Assert.StartsWith(alert.Marking.Label, lines[^4], StringComparison.Ordinal);
        Assert.Equal(banner, lines[^2]);

        var card = CardRules.Lines(CardRules.Check(rendered.Card));
        Assert.Equal([banner, banner], CardRules.Banners(CardRules.Check(rendered.Card)));
        Assert.StartsWith(alert.Marking.Label, card[0], StringComparison.Ordinal);
        Assert.StartsWith(alert.Marking.Label, card[^1], StringComparison.Ordinal);

        Assert.EndsWith(alert.Marking.Label, rendered.Subject, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ShownMode.Actual, "ACTUAL / 実際の通報")]
    [InlineData(ShownMode.Exercise, "EXERCISE EXERCISE EXERCISE / 訓練 訓練 訓練")]
    [InlineData(ShownMode.Test, "TEST TEST TEST / 試験 試験 試験")]
    [InlineData(ShownMode.InDoubt, "MODE IN DOUBT / 実際か訓練か不明")]
    public void Banners_say_the_mode_in_both_languages(ShownMode mode, string banner) => Assert.Equal(banner, ModeBanner.Of(mode));

    [Theory]
    [InlineData(ReportMode.Actual, AlertKind.Review)]
    [InlineData(ReportMode.Exercise, AlertKind.Review)]
    [InlineData(ReportMode.Test, AlertKind.Review)]
    [InlineData(ReportMode.Actual, AlertKind.AllClear)]
    public async Task What_is_in_doubt_is_said_to_be_neither_real_nor_played(ReportMode stated, AlertKind kind)
    {
        var alert = SampleAlerts.Review with { Mode = stated, Kind = kind, ModeDoubt = "It contradicts itself." };
        foreach (var language in new[] { "en", "ja" })
        {
            var rendered = await RenderAsync(alert, language);

            foreach (var words in Bodies(rendered).Append(rendered.Subject))
            {
                Assert.Contains("MODE IN DOUBT", words, StringComparison.Ordinal);
                Assert.Contains("実際か訓練か不明", words, StringComparison.Ordinal);
                Assert.All(
                    Enum.GetValues<ShownMode>().Where(mode => mode != ShownMode.InDoubt),
                    mode => Assert.DoesNotContain(ModeBanner.Of(mode), words, StringComparison.Ordinal));
                Assert.DoesNotContain("ACTUAL", words, StringComparison.Ordinal);
                Assert.DoesNotContain("do nothing else", words, StringComparison.Ordinal);
            }

            Assert.All(Bodies(rendered), words => Assert.Contains("ask its source before anything else", words, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task An_alert_of_no_known_mode_is_not_rendered() =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => RenderAsync(SampleAlerts.Missile with { Mode = (ReportMode)3 }, "en"));

    [Theory]
    [InlineData(ShownMode.InDoubt, "[MODE IN DOUBT 実際か訓練か不明] [FLASH] ", "[実際か訓練か不明 MODE IN DOUBT] [最緊急] ", "MODE IN DOUBT: ", "【実際か訓練か不明】")]
    [InlineData(ShownMode.Exercise, "[EXERCISE 訓練] [FLASH] ", "[訓練 EXERCISE] [最緊急] ", "EXERCISE: ", "【訓練】")]
    [InlineData(ShownMode.Test, "[TEST 試験] [FLASH] ", "[試験 TEST] [最緊急] ", "TEST: ", "【試験】")]
    [InlineData(ShownMode.Actual, "[FLASH] ", "[最緊急] ", "", "")]
    public async Task Subject_and_headings_say_the_mode(ShownMode mode, string english, string japanese, string heading, string 見出し)
    {
        var alert = mode == ShownMode.InDoubt
            ? SampleAlerts.Missile with { ModeDoubt = "The body says it is a drill." }
            : SampleAlerts.Missile with { Mode = Enum.Parse<ReportMode>(mode.ToString()) };

        var forEnglish = await RenderAsync(alert, "en");
        var forJapanese = await RenderAsync(alert, "ja");

        Assert.StartsWith($"{english}Ballistic", forEnglish.Subject, StringComparison.Ordinal);
        Assert.StartsWith($"{japanese}弾道", forJapanese.Subject, StringComparison.Ordinal);
        foreach (var words in Bodies(forEnglish).Concat(Bodies(forJapanese)))
        {
            Assert.Contains($"{heading}Ballistic or cruise missile launch", words, StringComparison.Ordinal);
            Assert.Contains($"{見出し}弾道ミサイル発射", words, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(SamplesInBothLanguages))]
    public async Task Mail_text_and_card_say_the_same(string sample, string language)
    {
        var alert = Samples[sample];
        var rendered = await RenderAsync(alert, language);

        foreach (var words in Bodies(rendered))
        {
            foreach (var sheet in new[] { AlertSheet.Of(alert, SampleAlerts.Taxonomy, "en"), AlertSheet.Of(alert, SampleAlerts.Taxonomy, "ja") })
            {
                Assert.Contains(Words.Of(alert.Urgency).In(sheet.Language), words, StringComparison.Ordinal);
                Assert.Contains(sheet.Kind, words, StringComparison.Ordinal);
                Assert.Contains(sheet.Category, words, StringComparison.Ordinal);
                Assert.Contains(sheet.Text.Title, words, StringComparison.Ordinal);
                Assert.All(sheet.Rows, row => Assert.Contains(row.Label, words, StringComparison.Ordinal));
                Assert.All(sheet.Rows.SelectMany(row => row.Lines), line => Assert.Contains(line, words, StringComparison.Ordinal));
                Assert.All(sheet.Asked.Append(sheet.Answer), line => Assert.Contains(line, words, StringComparison.Ordinal));
            }

            Assert.Contains(alert.Id.Value, words, StringComparison.Ordinal);
            Assert.Contains(alert.Situation.Value, words, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Time_is_told_in_Japan_time_UTC_and_as_date_time_group()
    {
        foreach (var words in Bodies(await RenderAsync(SampleAlerts.Missile, "en")))
        {
            Assert.Contains("2026-11-24 14:49 JST", words, StringComparison.Ordinal);
            Assert.Contains("2026-11-24 05:49 UTC", words, StringComparison.Ordinal);
            Assert.Contains("240549Z NOV 26 (241449I NOV 26)", words, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Guidelines_and_responsibility_come_from_the_taxonomy()
    {
        foreach (var words in Bodies(await RenderAsync(SampleAlerts.ExerciseEarthquake, "ja")))
        {
            Assert.Contains("IV.E 日本における大規模災害への対処における協力", words, StringComparison.Ordinal);
            Assert.Contains("IV.E Cooperation in Response to a Large-scale Disaster in Japan", words, StringComparison.Ordinal);
            Assert.Contains("Ballistic or cruise missile launch (IV.A.2)", words, StringComparison.Ordinal);
            Assert.Contains("6 upper", words, StringComparison.Ordinal);
            Assert.Contains("大津波警報", words, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_missing_translation_is_said_and_none_is_made_up()
    {
        var rendered = await RenderAsync(SampleAlerts.Missile, "en");

        foreach (var words in Bodies(rendered))
        {
            Assert.Contains("Source text, Japanese only", words, StringComparison.Ordinal);
            Assert.Equal(1, Count(words, "日本の排他的経済水域の外に落下するものと推定される。"));
        }

        var title = MailHtml.Parse(rendered.Html).All("h1").First();
        Assert.Equal("ja", title.Attributes["lang"]);
        Assert.Equal("en", MailHtml.Parse(rendered.Html).All("html").Single().Attributes["lang"]);
    }

    [Fact]
    public async Task A_text_in_neither_language_is_shown_as_it_is_with_its_language_named()
    {
        var alert = SampleAlerts.Missile with { Texts = [new ReportText("ko-KR", "미사일 발사", "서해상에서 발사되었다.")] };

        foreach (var words in Bodies(await RenderAsync(alert, "ja")))
        {
            Assert.Contains("原文は韓国語のみ", words, StringComparison.Ordinal);
            Assert.Contains("Source text, Korean only", words, StringComparison.Ordinal);
            Assert.Contains("미사일 발사", words, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_supplied_translation_is_called_one()
    {
        foreach (var words in Bodies(await RenderAsync(SampleAlerts.ExerciseEarthquake, "en")))
        {
            Assert.Contains("the source's own text is in Japanese", words, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_review_asks_for_a_decision_and_claims_nothing()
    {
        foreach (var words in Bodies(await RenderAsync(SampleAlerts.Review, "en")))
        {
            Assert.Contains("REVIEW: a person must decide; not confirmed", words, StringComparison.Ordinal);
            Assert.Contains("要判断：人による判断が必要・未確認", words, StringComparison.Ordinal);
            Assert.Contains("No rule recognised the report.", words, StringComparison.Ordinal);
            Assert.Contains("31 %", words, StringComparison.Ordinal);
            Assert.Contains("Situation of unrecognised kind", words, StringComparison.Ordinal);
            Assert.Contains("Not stated by the source", words, StringComparison.Ordinal);
            Assert.DoesNotContain("unclassified", words, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public async Task An_all_clear_or_a_test_asks_for_no_playbook()
    {
        foreach (var alert in new[] { SampleAlerts.AllClear, SampleAlerts.Test })
        {
            var playbook = SampleAlerts.Taxonomy.Find(alert.Category)!.Playbook;
            foreach (var words in Bodies(await RenderAsync(alert, "en")))
            {
                Assert.All(playbook, line => Assert.DoesNotContain(line.En, words, StringComparison.Ordinal));
                Assert.All(playbook, line => Assert.DoesNotContain(line.Ja, words, StringComparison.Ordinal));
            }
        }
    }

    [Fact]
    public async Task Who_made_it_is_said_where_a_duty_officer_did()
    {
        Assert.All(Bodies(await RenderAsync(SampleAlerts.AllClear, "en")), words => Assert.Contains("Sample Officer", words, StringComparison.Ordinal));
        Assert.All(Bodies(await RenderAsync(SampleAlerts.Missile, "en")), words => Assert.DoesNotContain("duty officer", words, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(23, null, null)]
    [InlineData(24, "OLD: 1 day before this alert was made", "本通報の作成の1日前")]
    [InlineData(24 * 400, "OLD: 400 days before this alert was made", "本通報の作成の400日前")]
    [InlineData(24 * 6315, "OLD: 17 years before this alert was made", "本通報の作成の17年前")]
    public async Task Nobody_takes_for_news_what_happened_long_ago(int hours, string? english, string? japanese)
    {
        var alert = SampleAlerts.Missile with { ObservedAt = SampleAlerts.Missile.MadeAt.AddHours(-hours) };

        Assert.All(Bodies(await RenderAsync(alert, "ja")), words =>
        {
            Assert.Equal(english is not null, words.Contains("OLD:", StringComparison.Ordinal));
            Assert.Contains(english ?? "", words, StringComparison.Ordinal);
            Assert.Contains(japanese ?? "", words, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task Area_codes_are_shown_only_where_the_source_names_no_place()
    {
        var named = SampleAlerts.ExerciseEarthquake;
        var unnamed = named with { Location = named.Location! with { Name = null } };

        Assert.All(Bodies(await RenderAsync(named, "en")), words => Assert.DoesNotContain("jma:210", words, StringComparison.Ordinal));
        Assert.All(Bodies(await RenderAsync(unnamed, "en")), words => Assert.Contains("jma:210, jma:220", words, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_government_statement_is_relayed_not_asserted()
    {
        var rendered = await RenderAsync(Samples["relayed statement"], "en");

        Assert.All(Bodies(rendered), words => Assert.Contains("it is not the hub's judgement", words, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Named_persons_a_text_is_releasable_to_stay_unnamed()
    {
        var alert = SampleAlerts.Missile with { Marking = new Marking(Tlp.Red, ["JPN", "agency:JCG", "contact:c-secret"]) };

        foreach (var words in Bodies(await RenderAsync(alert, "en")))
        {
            Assert.Contains("JPN, JCG, named persons", words, StringComparison.Ordinal);
            Assert.DoesNotContain("c-secret", words, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(SamplesInBothLanguages))]
    public async Task The_recipients_link_replaces_every_placeholder_and_nothing_else(string sample, string language)
    {
        var url = new Uri($"https://hub.example/base/a/{new string('x', 600)}.y-_z?q=1&r=2");

        var rendered = (await RenderAsync(Samples[sample], language)).For(url);

        var html = MailHtml.Parse(rendered.Html);
        Assert.NotEmpty(html.All("a"));
        Assert.All(html.All("a"), link => Assert.Equal(url.AbsoluteUri, link.Attributes["href"]));
        Assert.Contains($"\n{url.AbsoluteUri}\n", rendered.Text, StringComparison.Ordinal);
        var card = CardRules.Check(rendered.Card);
        Assert.Equal([url.AbsoluteUri, url.AbsoluteUri], CardRules.Links(card));
        Assert.All([rendered.Html, rendered.Text, rendered.Card], body => Assert.DoesNotContain("acknowledge.invalid", body, StringComparison.Ordinal));
        Assert.InRange(Encoding.UTF8.GetByteCount(rendered.Card), 1, 20 * 1024);
    }

    [Fact]
    public async Task A_long_text_is_cut_with_a_mark_that_leads_to_the_whole_of_it()
    {
        var rendered = await RenderAsync(SampleAlerts.Huge, "en");

        Assert.InRange(Encoding.UTF8.GetByteCount(rendered.Html), 1, 100 * 1024);
        foreach (var words in Bodies(rendered).Take(2))
        {
            Assert.Contains("characters shown. Full text:", words, StringComparison.Ordinal);
            Assert.Contains("第1行", words, StringComparison.Ordinal);
            Assert.DoesNotContain("第4000行", words, StringComparison.Ordinal);
        }

        Assert.Contains("Shortened. The whole alert is on its page.", Bodies(rendered)[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_category_of_the_taxonomy_says_whole_what_the_Guidelines_say_and_what_is_asked()
    {
        var taxonomy = Taxonomy.Load();
        var renderer = new AlertRenderer(taxonomy);
        foreach (var category in taxonomy.Categories)
        {
            var alert = SampleAlerts.ExerciseEarthquake with { Category = category.Id, Categories = [new CategoryScore(category.Id, 0.9)] };

            foreach (var words in Bodies(await renderer.RenderAsync(alert, "en", CancellationToken.None)))
            {
                foreach (var language in new[] { "en", "ja" })
                {
                    Assert.Contains(category.Name.In(language), words, StringComparison.Ordinal);
                    Assert.Contains($"{category.Guidelines.Reference} {category.Guidelines.Title.In(language)}", words, StringComparison.Ordinal);
                    Assert.Contains(category.Responsibility.In(language), words, StringComparison.Ordinal);
                    Assert.All(category.Playbook, line => Assert.Contains(line.In(language), words, StringComparison.Ordinal));
                }

                Assert.DoesNotContain("Shortened.", words, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task The_same_alert_renders_the_same()
    {
        var first = await RenderAsync(SampleAlerts.ExerciseEarthquake, "ja");
        var again = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => RenderAsync(SampleAlerts.ExerciseEarthquake, "ja"))));

        Assert.All(again, rendered => Assert.Equal(first, rendered));
    }

    [Theory]
    [InlineData("ja-JP", "ja")]
    [InlineData("en-US", "en")]
    [InlineData("fr", "en")]
    public async Task Readers_of_neither_language_get_English_first(string asked, string given) =>
        Assert.Equal(given, (await RenderAsync(SampleAlerts.Missile, asked)).Language);

    private static Task<RenderedAlert> RenderAsync(Alert alert, string language) => Renderer.RenderAsync(alert, language, CancellationToken.None);

    /// <summary>What a person reads in the mail, in its text part and on the card.</summary>
    private static string[] Bodies(RenderedAlert rendered) =>
        [MailHtml.Parse(rendered.Html).Text, rendered.Text, string.Join('\n', CardRules.Lines(CardRules.Check(rendered.Card)))];

    private static int Count(string text, string part) => text.Split(part).Length - 1;
}
