using System.Globalization;
using AllianceNotify.Reports;
using AllianceNotify.Situations;

namespace AllianceNotify.Content;

/// <summary>The hub's own words in both languages.</summary>
public static class Words
{
    public static readonly LocalizedText LanguageName = new("English", "日本語");
    public static readonly LocalizedText Acknowledge = new("Read and acknowledge", "内容を確認し受領を報告する");
    public static readonly LocalizedText AcknowledgeHint = new(
        "Opening the link acknowledges nothing: press the button on the page.", "リンクを開いただけでは受領になりません。開いたページのボタンを押してください。");
    public static readonly LocalizedText Asked = new("What is asked of you", "対応のお願い");
    public static readonly LocalizedText Details = new("Details", "詳細");
    public static readonly LocalizedText SourceTextHeading = new("Text of the report", "報告本文");
    public static readonly LocalizedText Observed = new("Observed", "観測・発表時刻");
    public static readonly LocalizedText Made = new("Alert made", "通報作成時刻");
    public static readonly LocalizedText Where = new("Where", "場所");
    public static readonly LocalizedText NotStated = new("Not stated by the source", "情報源に記載なし");
    public static readonly LocalizedText Areas = new("Areas", "対象区域");
    public static readonly LocalizedText Source = new("Source", "情報源");
    public static readonly LocalizedText Guidelines = new("Guidelines", "日米防衛協力のための指針");
    public static readonly LocalizedText Responsibility = new("Primary responsibility", "主たる責任");
    public static readonly LocalizedText OtherFacts = new("Other facts", "その他の事実");
    public static readonly LocalizedText Also = new("Also", "その他の該当区分");
    public static readonly LocalizedText Category = new("Category", "区分");
    public static readonly LocalizedText NotConfirmed = new("Not confirmed", "未確認");
    public static readonly LocalizedText MadeBy = new("Sent by duty officer", "発信者（当直）");
    public static readonly LocalizedText AlertId = new("Alert", "通報番号");
    public static readonly LocalizedText SituationId = new("Situation", "事態番号");
    public static readonly LocalizedText ReportId = new("Report", "報告番号");
    public static readonly LocalizedText Releasable = new("Releasable to", "開示先");
    public static readonly LocalizedText NamedPersons = new("named persons", "指定された個人");
    public static readonly LocalizedText AsAbove = new("The text is shown above.", "本文は上に掲載。");
    public static readonly LocalizedText Shortened = new(
        "Shortened. The whole alert is on its page.", "省略あり。全文は通報のページにあります。");
    public static readonly LocalizedText OfficialOnly = new(
        "Only a government recognises this situation. This alert relays a statement; it is not the hub's judgement.",
        "この事態の認定は政府のみが行います。本通報は発表の伝達であり、本システムの判断ではありません。");
    public static readonly LocalizedText Unrecognised = new("Situation of unrecognised kind", "種別を判定できない事態");
    public static readonly LocalizedText NoSituation = new("Not a situation for the alliance", "同盟調整の対象外");
    public static readonly LocalizedText NoGuidelines = new(
        "No paragraph of the Guidelines was found to apply.", "該当する指針の項目は判定されていません。");

    public static bool IsJapanese(string language) => language.StartsWith("ja", StringComparison.OrdinalIgnoreCase);

    public static LocalizedText Of(Urgency urgency) => urgency switch
    {
        Urgency.Flash => new("FLASH", "最緊急"),
        Urgency.Urgent => new("URGENT", "緊急"),
        Urgency.Routine => new("ROUTINE", "通常"),
        Urgency.Info => new("INFO", "参考"),
        _ => throw new ArgumentOutOfRangeException(nameof(urgency), urgency, null),
    };

    public static LocalizedText Meaning(Urgency urgency) => urgency switch
    {
        Urgency.Flash => new("act now", "直ちに対応"),
        Urgency.Urgent => new("act within minutes", "数分以内に対応"),
        Urgency.Routine => new("read in the ordinary course", "通常業務の中で確認"),
        Urgency.Info => new("for information", "情報提供"),
        _ => throw new ArgumentOutOfRangeException(nameof(urgency), urgency, null),
    };

    /// <summary>What this alert is to those before it.</summary>
    public static LocalizedText Of(AlertKind kind, int revision)
    {
        var number = revision.ToString(CultureInfo.InvariantCulture);
        return kind switch
        {
            AlertKind.New => revision == 1 ? new("New", "新規 第1報") : new($"New (alert {number})", $"新規 第{number}報"),
            AlertKind.Update => new($"Update {number}", $"更新 第{number}報"),
            AlertKind.AllClear => new($"ALL CLEAR: over or withdrawn (alert {number})", $"解除：終息または取消 第{number}報"),
            AlertKind.Review => new("REVIEW: a person must decide; not confirmed", "要判断：人による判断が必要・未確認"),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
        };
    }

    /// <summary>What a reader does about an alert of this mode and kind in place of the playbook; empty where the playbook holds.</summary>
    public static IReadOnlyList<LocalizedText> InPlaceOfPlaybook(ShownMode mode, AlertKind kind) => (mode, kind) switch
    {
        (ShownMode.Test, _) => [new("This is a test of communications: acknowledge it and do nothing else.", "通信試験です。受領の報告のみ行い、他の対応は不要です。")],
        (_, AlertKind.Review) =>
        [
            new("Decide what this is: confirm, reclassify or close it. This request goes to the duty desk only.",
                "内容を判断し、確定・区分変更・終了のいずれかを行ってください。この依頼は当直のみに送られています。"),
        ],
        (_, AlertKind.AllClear) =>
        [
            new("Stand down what you began on the earlier alerts, by your own procedures.", "これまでの通報により開始した対応を、各自の手順に従い解除してください。"),
        ],
        _ => [],
    };

    public static readonly LocalizedText AnswerAsked = new(
        "Acknowledge on the alert's page: open the link in this message.", "本通報のリンク先のページで受領を報告してください。");
    public static readonly LocalizedText NoAnswerNeeded = new(
        "No answer is needed; the page takes one if you wish to give it.", "受領の報告は不要です（希望する場合はページから報告できます）。");
    public static readonly LocalizedText ExerciseOnly = new(
        "Exercise: act only as the exercise plan says.", "訓練：訓練計画の範囲内でのみ対応してください。");

    public static readonly LocalizedText ModeNotKnown = new(
        "Whether this is real or an exercise is not known: ask its source before anything else.", "実際か訓練かが不明です。まず発信元に確認してください。");

    /// <summary>Said in place of a translation nobody supplied: "Source text, Japanese only".</summary>
    public static LocalizedText OnlyIn(string missing, IReadOnlyList<string> languages) => new(
        $"Source text, {string.Join(" and ", languages.Select(language => NameOf(language).En))} only: no text in {NameOf(missing).En} was supplied.",
        $"原文は{string.Join("・", languages.Select(language => NameOf(language).Ja))}のみ（{NameOf(missing).Ja}の本文は提供されていません）。");

    /// <summary>Says that the words shown are not the source's own.</summary>
    public static LocalizedText SuppliedTranslation(string sourceLanguage) => new(
        $"As supplied with the report; the source's own text is in {NameOf(sourceLanguage).En}.",
        $"報告に付された訳文です。原文は{NameOf(sourceLanguage).Ja}です。");

    public static LocalizedText CutMark(int shown, int total) => new(
        string.Create(CultureInfo.InvariantCulture, $"[Cut: {shown:N0} of {total:N0} characters shown. Full text:"),
        string.Create(CultureInfo.InvariantCulture, $"【省略：全{total:N0}字のうち{shown:N0}字を表示。全文："));

    public static readonly LocalizedText OpenAlert = new("open the alert", "通報を開く");
    public static readonly LocalizedText CutEnd = new(" ]", " 】");

    public static LocalizedText Confidence(double confidence)
    {
        var percent = Math.Round(Math.Clamp(confidence, 0, 1) * 100).ToString(CultureInfo.InvariantCulture);
        return new($"Confidence of the classification: {percent} %", $"分類の確信度：{percent}％");
    }

    /// <summary>How long before its alert something was observed, in whole days, and in years from two on.</summary>
    public static LocalizedText Before(TimeSpan age)
    {
        var days = (long)age.TotalDays;
        var (count, unit, ja) = days >= 731 ? (days * 4 / 1461, "year", "年") : (days, "day", "日");
        return new(
            string.Create(CultureInfo.InvariantCulture, $"OLD: {count:N0} {unit}{(count == 1 ? "" : "s")} before this alert was made"),
            string.Create(CultureInfo.InvariantCulture, $"【過去の事象】本通報の作成の{count:N0}{ja}前"));
    }

    public static LocalizedText More(int count) => new(
        string.Create(CultureInfo.InvariantCulture, $"and {count} more"), string.Create(CultureInfo.InvariantCulture, $"ほか{count}件"));

    /// <summary>Those shown, and how many of <paramref name="total"/> are not.</summary>
    internal static string Listed(List<string> shown, int total, string language)
    {
        var separator = IsJapanese(language) ? "、" : ", ";
        var more = total - shown.Count;
        return string.Join(separator, shown) + (more > 0 ? separator + More(more).In(language) : "");
    }

    /// <summary>Name of a language by its BCP 47 tag; the tag itself where we have no name.</summary>
    public static LocalizedText NameOf(string language) => Primary(language) switch
    {
        "en" => new("English", "英語"),
        "ja" => new("Japanese", "日本語"),
        "ko" => new("Korean", "韓国語"),
        "zh" => new("Chinese", "中国語"),
        "ru" => new("Russian", "ロシア語"),
        "fr" => new("French", "フランス語"),
        "es" => new("Spanish", "スペイン語"),
        "de" => new("German", "ドイツ語"),
        "pt" => new("Portuguese", "ポルトガル語"),
        "id" => new("Indonesian", "インドネシア語"),
        "vi" => new("Vietnamese", "ベトナム語"),
        "th" => new("Thai", "タイ語"),
        "ar" => new("Arabic", "アラビア語"),
        var tag => new(SafeText.Line(tag, 20), SafeText.Line(tag, 20)),
    };

    public static string Primary(string language) => language.Split('-', 2)[0].ToLowerInvariant();
}
