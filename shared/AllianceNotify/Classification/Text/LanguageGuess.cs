using System.Buffers;
using System.Text;

namespace AllianceNotify.Classification.Text;

internal enum ReadableLanguage
{
    English,
    Japanese,

    /// <summary>Neither: its words are not read.</summary>
    Other,
}

/// <summary>Which of the two languages a text is in, by its script and its little words; a declared language is only a hint.</summary>
internal static class LanguageGuess
{
    /// <summary>So many characters of title and body tell.</summary>
    private const int Sample = 800;

    /// <summary>Longer words are none of the little ones.</summary>
    private const int LongestLittle = 8;

    private const byte English = 1;
    private const byte Foreign = 2;

    private const string ForeignWords =
        "la el los las del que una por para con se le les des une est dans sur pour qui der die das und ist ein eine mit von den dem auf il di che della per"
        + " sono nel os em uma na dos ao het een van niet yang dan dengan untuk pada ini ang ng mga sa ve bir ile och att som det av nie jest nao du au es y et lo";

    private const string LittleWords =
        "the of and to in is are was were for on at by with from that this has have had after near off as it its be been an or into over not no will their his"
        + " her they we you all out up about than a says said who which when while under more new if but so our your us now there being during against";

    private static readonly (ulong Word, byte Kind)[] Table = BuildTable();

    /// <summary>Articles, pronouns, prepositions: they tell nothing of the subject.</summary>
    public static IEnumerable<string> EnglishLittleWords => LittleWords.Split(' ');

    /// <summary>Han characters of Chinese that today's Japanese writes otherwise or not at all.</summary>
    private static readonly SearchValues<char> ChineseOnly = SearchValues.Create(
        "们这说发为对时军导弹东车长门问间闻见现观视览记计讯议论设访证评识词译试话该语误读课谁调请诉让认讨训许贝负贡财责败货质贸费资赛赢赞达过还进远连迟选遗邮邓郑钱铁银错锁键镇闪闭闹阳阴阵际陆陈险难韩页顶项顺须顾预领频题颜风飞饭饮馆马驻验鱼鲁鸟龙龟齐业丛严丧丰临举义乌乐习乡书买亏产亲亿仅从仓众优伙伟传伤伦侧债倾偿储兰关兴养农冲冻净减击划则刚创删剂剧劝办务动劳势华协单卖厂厅历厉压县变叹吗吧启员响哪嘛团园围图圆坏块坚坛墙处备复够头夺奋奖妇妈娱孙宁实宠审宪宫宽宾寻尔层岁岗岛岭师帐带帮库应庙废开异张强归彻总战戏户扑执扩扫扬扰抛抢护报拟拥择挂挥损换摄敌无显晓暂术杀杂权极构枪标栋树样档桥检欢毁毕汉汤沟泪泽洁测济浏涨渐渔满滚滨灭灵灾炼烂热爱牺狱猎环畅疗监盖码确离种积稳穷竞笔签简类粮紧纠红约级纪纳纵纷纸线练组细织终绍经结给络绝统继绩维综绿缓编缩网罗罚职联肃胁胜脑腾舰艺节范药获营萨蓝虑虽补袭规觉"
        + "發們與對會應來說體實經總戰點變擊彈氣濟灣號險傳單樓塌飆颱從兩條樣麼嗎");

    /// <summary>Those of all languages: whether they are little words of English (1), of another language (2).</summary>
    public static Dictionary<string, byte> LittleWordKinds()
    {
        var kinds = LittleWords.Split(' ').Distinct().ToDictionary(word => word, _ => English, StringComparer.Ordinal);
        foreach (var word in ForeignWords.Split(' '))
        {
            kinds[word] = (byte)(kinds.GetValueOrDefault(word) | Foreign);
        }

        return kinds;
    }

    /// <summary>
    /// Whether the words alone tell the language (<see cref="IsForeign"/>), so that it can wait until they are read: plain letters, no other language stated.
    /// </summary>
    public static bool WordsTell(string declared, ReadOnlySpan<char> title, ReadOnlySpan<char> body) =>
        title.Length <= Sample && body.Length <= Sample && Ascii.IsValid(title) && Ascii.IsValid(body) && !IsThird(declared);

    /// <summary>Latin letters with more little words of other languages than English ones; names and headlines have few of either.</summary>
    public static bool IsForeign(int words, int little, int foreign) => words >= 6 && foreign > little && foreign * 12 >= words;

    /// <summary>
    /// <paramref name="declared"/> (BCP 47) decides only where the text does not: a third language stated for words that show no sign of the two.
    /// </summary>
    public static ReadableLanguage Of(string declared, ReadOnlySpan<char> title, ReadOnlySpan<char> body)
    {
        if (IsPlainlyJapanese(title, body))
            return ReadableLanguage.Japanese;
        var counts = default(Counts);
        Count(title.Length > Sample ? title[..Sample] : title, ref counts);
        Count(body.Length > Sample ? body[..Sample] : body, ref counts);
        var third = IsThird(declared);
        if (counts.Kana > 0 && counts.Other <= counts.Kana + counts.Han)
            return ReadableLanguage.Japanese;
        if (counts.Han > 0 && counts.Latin < counts.Han * 4)
            return counts.Kana == 0 && (third || counts.Han > 60 || counts.Chinese * 12 >= counts.Han) ? ReadableLanguage.Other : ReadableLanguage.Japanese;
        if (counts.Other > counts.Latin)
            return ReadableLanguage.Other;
        // Without one English little word, letters with marks are another language's; a single name has one or two.
        if (counts.Little == 0 && (counts.Marked > 2 || (third && counts.Words > 2)))
            return ReadableLanguage.Other;
        return IsForeign(counts.Words, counts.Little, counts.Foreign) ? ReadableLanguage.Other : ReadableLanguage.English;
    }

    /// <summary>Counts no words: of a text in kana they do not matter.</summary>
    private static bool IsPlainlyJapanese(ReadOnlySpan<char> title, ReadOnlySpan<char> body)
    {
        var (kana, han, other) = (0, 0, 0);
        CountScripts(title.Length > Sample ? title[..Sample] : title, ref kana, ref han, ref other);
        CountScripts(body.Length > Sample ? body[..Sample] : body, ref kana, ref han, ref other);
        return kana > 0 && other <= kana + han;
    }

    private static void CountScripts(ReadOnlySpan<char> text, ref int kana, ref int han, ref int other)
    {
        foreach (var c in text)
        {
            if (c < 0x80)
                continue;
            if ((uint)(c - 0x4E00) < 0x5200)
            {
                han++;
                continue;
            }

            var folded = TextFolding.Simple(c);
            if ((uint)(folded - 0x3041) < 0x30FF - 0x3041 + 1)
            {
                kana++;
            }
            else if ((uint)(folded - 0x4E00) < 0x5200)
            {
                han++;
            }
            else if (folded >= 0x80)
            {
                other += char.IsLetter(c) ? 1 : 0;
            }
        }
    }

    private static bool IsThird(string declared) =>
        declared.Length >= 2 && !declared.StartsWith("en", StringComparison.OrdinalIgnoreCase) && !declared.StartsWith("ja", StringComparison.OrdinalIgnoreCase)
        && !declared.StartsWith("und", StringComparison.OrdinalIgnoreCase) && !declared.StartsWith("mul", StringComparison.OrdinalIgnoreCase);

    private static void Count(ReadOnlySpan<char> text, ref Counts counts)
    {
        var word = 0UL;
        var length = 0;
        foreach (var c in text)
        {
            var folded = TextFolding.Simple(c);
            if (folded is >= 'a' and <= 'z')
            {
                counts.Latin++;
                counts.Marked += c > 0x7F && char.ToLowerInvariant(c) is not (>= '\uFF41' and <= '\uFF5A') ? 1 : 0;
                word = (word << 8) | folded;
                length++;
                continue;
            }

            if (length > 0)
            {
                EndWord(word, length, ref counts);
                (word, length) = (0, 0);
            }

            if (folded < 0x80)
                continue;
            switch (folded)
            {
                case >= '\u3041' and <= '\u30FF':
                    counts.Kana++;
                    break;
                case >= '\u4E00' and <= '\u9FFF':
                    counts.Han++;
                    counts.Chinese += ChineseOnly.Contains(folded) ? 1 : 0;
                    break;
                default:
                    counts.Other += char.IsLetter(c) ? 1 : 0;
                    break;
            }
        }

        if (length > 0)
        {
            EndWord(word, length, ref counts);
        }
    }

    private static void EndWord(ulong word, int length, ref Counts counts)
    {
        counts.Words++;
        if (length > LongestLittle)
            return;
        for (var slot = SlotOf(word); Table[slot].Kind != 0; slot = (slot + 1) & (Table.Length - 1))
        {
            if (Table[slot].Word == word)
            {
                counts.Little += Table[slot].Kind & English;
                counts.Foreign += (Table[slot].Kind & Foreign) >> 1;
                return;
            }
        }
    }

    private static (ulong Word, byte Kind)[] BuildTable()
    {
        var table = new (ulong Word, byte Kind)[1024];
        foreach (var (words, kind) in new[] { (LittleWords, English), (ForeignWords, Foreign) })
        {
            foreach (var text in words.Split(' '))
            {
                var word = 0UL;
                foreach (var c in text)
                {
                    word = (word << 8) | c;
                }

                var slot = (int)((word * 11400714819323198485UL) >> 54);
                while (table[slot].Kind != 0 && table[slot].Word != word)
                {
                    slot = (slot + 1) & (table.Length - 1);
                }

                table[slot] = (word, (byte)(table[slot].Kind | kind));
            }
        }

        return table;
    }

    private static int SlotOf(ulong word) => (int)((word * 11400714819323198485UL) >> 54);

    private struct Counts
    {
        public int Kana, Han, Chinese, Latin, Marked, Other, Words, Little, Foreign;
    }
}
