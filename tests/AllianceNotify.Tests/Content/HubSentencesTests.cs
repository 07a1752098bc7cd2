using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using AllianceNotify.Classification;
using AllianceNotify.Content;
using AllianceNotify.Intake;
using AllianceNotify.Reports;
using AllianceNotify.Situations;
using AllianceNotify.Tests.Correlation;
using AllianceNotify.Tests.Intake;
using AllianceNotify.Tests.Journeys;
using Xunit;
using static AllianceNotify.Tests.Correlation.EventReports;
using static AllianceNotify.Tests.Journeys.HubInProcess;

namespace AllianceNotify.Tests.Content;

public sealed class HubSentencesTests
{
    private static readonly Taxonomy Taxonomy = TaxonomyData.Read();

    [Theory]
    [InlineData("A new situation.", "新しい事態です。")]
    [InlineData("Round 2: whoever is on call in rota duty-watch is asked.", "再送2：当番表 duty-watch の当番者に確認を求めます。")]
    [InlineData("The urgency rose from Routine to Flash.", "緊急度が「通常」から「最緊急」に上がりました。")]
    [InlineData("missile-launch to cyber-incident: Wrong: see the log", "区分を「弾道ミサイル等の発射」から「サイバー事案」に変更：Wrong: see the log")]
    [InlineData("Its source updated it. The situation still waits for a person's decision.", "発信元が内容を更新しました。事態は引き続き人による判断待ちです。")]
    [InlineData("List jp-coast-guard by subscription s-1; List duty-desk", "名簿 jp-coast-guard（購読 s-1）、名簿 duty-desk")]
    [InlineData("Held for a person: stated as actual, but it says of itself: test: ignore", "人による判断を待つため保留：「実際」として届きましたが、本文自身が次のように述べています：test: ignore")]
    [InlineData(
        "The same earthquake as a report of www.jma.go.jp: 9 s and 3 km apart, magnitudes 0.1 apart. Says nothing new that people must act on.",
        "www.jma.go.jp の報告と同じ地震です（差は 9 s・3 km・マグニチュード 0.1）。対応を要する新しい内容はありません。")]
    public void What_the_hub_said_in_English_is_found_in_Japanese(string english, string japanese) =>
        Assert.Equal(new LocalizedText(english, japanese), HubSentences.Of(english, Taxonomy));

    [Theory]
    [InlineData("One launch, two radars")]
    [InlineData("The situation is closed")]
    [InlineData("to")]
    [InlineData("")]
    [InlineData("We go from A to B: now")]
    public void What_a_person_wrote_stays_as_it_is(string words)
    {
        Assert.Null(HubSentences.Japanese(words, Taxonomy));
        Assert.Equal(words, HubSentences.In("ja", words, Taxonomy));
    }

    [Fact]
    public void Every_sentence_says_its_values_in_both_languages()
    {
        Assert.NotEmpty(HubSentences.All);
        foreach (var sentence in HubSentences.All)
        {
            var values = sentence.Names.Select((_, at) => $"value-{at}").ToList();
            var english = sentence.English;
            foreach (var (name, value) in sentence.Names.Zip(values))
            {
                english = english.Replace($"{{{name}}}", value, StringComparison.Ordinal);
            }

            var japanese = HubSentences.Japanese(english, Taxonomy);

            Assert.NotNull(japanese);
            Assert.All(values, value => Assert.Contains(value, japanese, StringComparison.Ordinal));
            Assert.DoesNotContain('{', japanese);
            Assert.Contains(japanese, letter => letter > '\u3000');
        }
    }

    [Fact]
    public void Every_sentence_is_one_that_the_code_says()
    {
        var said = string.Join('\n', LiteralsOf(typeof(HubSentences).Assembly.Location));
        foreach (var literal in HubSentences.All.SelectMany(sentence => sentence.Literals).SelectMany(literal => literal.Split([',', ':'], StringSplitOptions.TrimEntries)).Where(literal => literal.Length > 1))
        {
            Assert.Contains(literal, said, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task All_that_the_hub_says_of_the_samples_while_nobody_answers_is_said_in_Japanese_too()
    {
        using var hub = new HubInProcess();
        await hub.SubscribeAsync("all", CategoryFilter.Actual([.. Taxonomy.Categories.Select(category => category.Id.Value)]), Person("us-1", "USA", "en"), Person("jp-1", "JPN", "ja"));
        foreach (var file in Directory.GetFiles(Sample.Root, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            await hub.Get<AcceptReports>().AcceptAsync(await File.ReadAllBytesAsync(file), null, new IntakeCaller { Id = "test", MaySubmit = true }, default);
        }

        await hub.SettleAsync();
        for (var minutes = 0; minutes < 60; minutes += 10)
        {
            await hub.PassAsync(TimeSpan.FromMinutes(10));
        }

        Assert.InRange(await AssertAllSaidAsync(hub), 20, int.MaxValue);
    }

    [Fact]
    public async Task All_that_the_hub_says_of_events_and_of_orders_is_said_in_Japanese_too()
    {
        using var hub = new HubInProcess();
        await hub.SubscribeAsync("all", CategoryFilter.Actual("missile-launch", "large-scale-disaster"), Person("us-1", "USA", "en"));
        await hub.TakeAsync(Usgs("us7000m9g4", Quake.AddSeconds(9), 7.5, 37.49, 137.27));
        await hub.TakeAsync(JmaQuake("20261124131000", Quake, 7.6, "+37.5+137.3-10000/"));
        await hub.TakeAsync(JmaTsunami("20261124131000", Quake));
        await hub.TakeAsync(JmaTsunami("20261124131000", Quake.AddMinutes(2), "52", "大津波警報"));
        await hub.TakeAsync(Own("radar-2", "2", "This is a drill: ballistic missile launched", Quake));
        var launch = (await hub.PlaceOfAsync(await hub.TakeAsync(Own("radar-7", "1", "Ballistic missile launched", Quake))))!.Value;
        var other = (await hub.PlaceOfAsync(await hub.TakeAsync(Own("coast-guard", "9", "Ballistic missile launched, ships warned", Quake))))!.Value;
        var reference = ",\"references\":[{\"source\":\"coast-guard\",\"sourceId\":\"9\"}]";
        var update = await hub.TakeAsync(Own("coast-guard", "10", "The missile fell into the sea", Quake.AddMinutes(9), action: "update", extra: reference));
        await hub.Get<RegroupSituations>().MergeAsync(other, launch, "one launch", "officer", default);
        await hub.Get<RegroupSituations>().SplitAsync(launch, [update], "two after all", "officer", default);
        await hub.Get<DirectSituation>().ReclassifyAsync(launch, new CategoryId("armed-attack-japan-missile"), "stated by the government", "officer", default);
        await hub.TakeAsync(Own("coast-guard", "11", "Withdrawn", Quake.AddMinutes(12), action: "cancel", extra: reference));
        await hub.Get<DirectSituation>().CloseAsync(launch, "over", "officer", default);
        await hub.PassAsync(TimeSpan.FromMinutes(10));

        Assert.InRange(await AssertAllSaidAsync(hub), 20, int.MaxValue);
    }

    private static async Task<int> AssertAllSaidAsync(HubInProcess hub)
    {
        var said = 0;
        await foreach (var (_, situation) in hub.Situations.ListAsync(null, default))
        {
            var sentences = await hub.Situations.TimelineAsync(situation.Id, default)
                .Where(line => line.Value.Kind != TimelineKind.Answered)
                .Select(line => line.Value.Detail)
                .Append(situation.ReviewReason)
                .OfType<string>()
                .ToListAsync();
            Assert.All(sentences, sentence => Assert.True(HubSentences.Japanese(sentence, Taxonomy) is not null, $"Not in Japanese: {sentence}"));
            said += sentences.Count;
        }

        return said;
    }

    /// <summary>The string literals of an assembly, pieces of interpolated strings among them.</summary>
    private static List<string> LiteralsOf(string assembly)
    {
        using var stream = File.OpenRead(assembly);
        using var image = new PEReader(stream);
        var metadata = image.GetMetadataReader();
        var literals = new List<string>();
        for (var handle = MetadataTokens.UserStringHandle(1); !handle.IsNil; handle = metadata.GetNextHandle(handle))
        {
            literals.Add(metadata.GetUserString(handle));
        }

        return literals;
    }
}
