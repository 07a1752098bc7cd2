using System.Globalization;
using AllianceNotify.Acknowledgement;
using AllianceNotify.Classification;
using AllianceNotify.Content;
using AllianceNotify.Delivery;
using AllianceNotify.Reports;
using AllianceNotify.Situations;

namespace AllianceNotify.Functions.Board;

/// <summary>What pages say besides what alerts say, in both languages.</summary>
internal static class BoardWords
{
    public static readonly LocalizedText Skip = new("To the content", "本文へ");
    public static readonly LocalizedText Situations = new("Situations", "事態");
    public static readonly LocalizedText Outbox = new("Outbox", "送信箱");
    public static readonly LocalizedText SignIn = new("Sign in", "サインイン");
    public static readonly LocalizedText SignOut = new("Sign out", "サインアウト");
    public static readonly LocalizedText Acknowledge = new("Acknowledge", "受領を報告する");
    public static readonly LocalizedText Note = new("Note (optional)", "備考（任意）");
    public static readonly LocalizedText Reason = new("Reason (goes into the timeline)", "理由（経過に記録されます）");
    public static readonly LocalizedText Status = new("Status", "状態");
    public static readonly LocalizedText Mode = new("Mode", "実際・訓練・試験");
    public static readonly LocalizedText Urgency = new("Urgency", "緊急度");
    public static readonly LocalizedText Any = new("any", "すべて");
    public static readonly LocalizedText AnyStatus = new("any status", "すべての状態");
    public static readonly LocalizedText AnyMode = new("any mode", "実際・訓練・試験のすべて");
    public static readonly LocalizedText AnyUrgency = new("any urgency", "すべての緊急度");
    public static readonly LocalizedText Filter = new("Show", "表示");
    public static readonly LocalizedText Older = new("Older", "以前のもの");
    public static readonly LocalizedText Current = new("open and held", "対応中・保留");
    public static readonly LocalizedText NeedsYou = new("Waiting for a person", "対応待ち");
    public static readonly LocalizedText NothingNeedsYou = new("Nothing shown here waits for a person.", "ここに表示中のもので対応待ちはありません。");
    public static readonly LocalizedText OlderMayNeedYou = new("Older pages may hold more that waits.", "以前のページにも対応待ちがある可能性があります。");
    public static readonly LocalizedText Rest = new("In hand, or for information", "対応済み・情報");
    public static readonly LocalizedText AsOf = new("As of", "表示時刻");
    public static readonly LocalizedText KeepCurrent = new("Keep this page current (every 30 s)", "30秒ごとに自動更新する");
    public static readonly LocalizedText StopKeeping = new("Kept current every 30 s. Stop", "30秒ごとに自動更新中。停止する");
    public static readonly LocalizedText NobodyYet = new("Nobody has answered", "応答なし");
    public static readonly LocalizedText AskingEnded = new("Nobody answered and the asking has ended", "応答がないまま再送が終了");
    public static readonly LocalizedText MustDecide = new("A person must decide", "人による判断が必要");
    public static readonly LocalizedText HeldWhy = new(
        "Held: the report contradicts itself on whether this is real. Nobody but the duty desk is told until a person decides.",
        "保留中：実際か訓練・試験かについて報告の内容が矛盾しています。判断されるまで当直以外には通報されません。");
    public static readonly LocalizedText Release = new("Release and alert", "保留を解除し通報する");
    public static readonly LocalizedText Confirm = new("Confirm and alert", "確定し通報する");
    public static readonly LocalizedText Reclassify = new("Change the category", "区分を変更する");
    public static readonly LocalizedText Close = new("Close", "終了する");
    public static readonly LocalizedText CloseHint = new("Everybody who was told is sent an all-clear.", "通報を受けた全員に解除が通知されます。");
    public static readonly LocalizedText ModeIsFixed = new(
        "The mode cannot be changed. If it is wrong, close this and have the source report again.",
        "モードは変更できません。誤りの場合は終了し、情報源に再報告を求めてください。");
    public static readonly LocalizedText NotASituation = new("Not a situation (closes it)", "事態ではない（終了します）");
    public static readonly LocalizedText Merge = new("Same event as another: merge", "別の事態と同じ：統合する");
    public static readonly LocalizedText MergeHint = new(
        "This one ends and the chosen one goes on in its place. Nobody is sent an all-clear; who was told of either hears of the one that goes on.",
        "この事態は終了し、選んだ事態が引き継ぎます。解除は通知されず、いずれかの通報を受けた全員に、以後の通報が届きます。");
    public static readonly LocalizedText MergeInto = new("The situation that goes on", "引き継ぐ事態");
    public static readonly LocalizedText MergeDo = new("Merge", "統合する");
    public static readonly LocalizedText SplitDo = new("Split off and alert", "分割し通報する");
    public static readonly LocalizedText NoAlerts = new("No alert has been made.", "通報は作成されていません。");
    public static readonly LocalizedText MergeNone = new(
        "No other open situation of the same mode can be read by you.", "統合できる対応中の事態（実際・訓練・試験の別が同じもの）はありません。");
    public static readonly LocalizedText NotChosen = new("choose", "選択してください");
    public static readonly LocalizedText Split = new("Some reports are another event: split", "別の事象の報告を分ける：分割する");
    public static readonly LocalizedText SplitHint = new(
        "The chosen reports become a situation of their own, told as a new one. At least one must stay here.",
        "選んだ報告を新しい事態とし、新規として通報します。少なくとも1件は残してください。");
    public static readonly LocalizedText SplitWhich = new("Reports that are another event", "別の事象の報告");
    public static readonly LocalizedText MergedIntoThat = new("Merged into another situation, which goes on:", "次の事態に統合されました：");
    public static readonly LocalizedText SplitFromThat = new("Split off:", "分割元：");
    public static readonly LocalizedText Reports = new("Reports", "報告");
    public static readonly LocalizedText ToTheForm = new("To the form", "入力欄へ");
    public static readonly LocalizedText ReasonNeeded = new("A reason of at most 1,000 characters is required.", "理由（1,000字以内）が必要です。");
    public static readonly LocalizedText ChangedMeanwhile = new(
        "It was changed since you opened this page. Look again, then decide.", "表示後に更新されました。内容を確認してから操作してください。");
    public static readonly LocalizedText NoSuchAlert = new("There is no such alert.", "この通報は存在しません。");
    public static readonly LocalizedText IntoNeeded = new("Choose the situation that goes on.", "引き継ぐ事態を選んでください。");
    public static readonly LocalizedText ReportsNeeded = new("Choose 1 to 40 reports that are another event.", "別の事象の報告を1〜40件選んでください。");
    public static readonly LocalizedText FirstRound = new("first", "初回");
    public static readonly LocalizedText Timeline = new("Timeline", "経過");
    public static readonly LocalizedText Alerts = new("Alerts", "通報");
    public static readonly LocalizedText Deliveries = new("Deliveries", "配信状況");
    public static readonly LocalizedText Actions = new("What you can do", "操作");
    public static readonly LocalizedText AllDeliveries = new("All deliveries and the mail", "配信状況の全件と本文");
    public static readonly LocalizedText NoDeliveries = new("No delivery has been planned.", "配信はまだ計画されていません。");
    public static readonly LocalizedText YouAnswered = new("You have answered this alert.", "この通報には応答済みです。");
    public static readonly LocalizedText NoSituations = new("No situation matches.", "該当する事態はありません。");
    public static readonly LocalizedText NoMessages = new("No message has been written.", "メッセージはありません。");
    public static readonly LocalizedText MoreToLookThrough = new(
        "Not all situations were looked through: go on with Older.", "すべての事態は確認していません。「以前のもの」で続きを表示してください。");
    public static readonly LocalizedText Contact = new("Contact", "連絡先");
    public static readonly LocalizedText Channel = new("Channel", "経路");
    public static readonly LocalizedText When = new("When", "時刻");
    public static readonly LocalizedText Why = new("Why", "理由");
    public static readonly LocalizedText Opened = new("Opened on this hub", "本システムでの登録");
    public static readonly LocalizedText Changed = new("Last change", "最終更新");
    public static readonly LocalizedText Written = new("Written", "作成");
    public static readonly LocalizedText Recipient = new("To", "宛先");
    public static readonly LocalizedText MailAsSeen = new("As the reader sees it (without the reader's own link)", "受信者に表示される内容（個人用リンクを除く）");
    public static readonly LocalizedText PlainText = new("Plain text", "テキスト");
    public static readonly LocalizedText Card = new("Card", "カード");
    public static readonly LocalizedText Worded = new(
        "Worded anew from the alert; the file as written lies in the outbox folder.", "通報から改めて作成した表示です。実際のファイルは送信箱フォルダーにあります。");
    public static readonly LocalizedText DutyDeskEmpty = new(
        "Nobody is on the duty desk: what the hub does not recognise, and alerts that reach nobody else, wait here unseen. An administrator adds members to the list duty-desk.",
        "当直に登録者がいません。判別できない報告や他に通報先のない通報は誰にも届きません。管理者は名簿「duty-desk」に登録してください。");
    public static readonly LocalizedText Failed = new("That was not done", "実行されませんでした");

    public static readonly LocalizedText Try = new("Try a text", "判定を試す");
    public static readonly LocalizedText TryHint = new(
        "Paste a report, or text out of one. Nothing is stored and nobody is told.", "報告またはその文面を貼り付けてください。保存も通報もされません。");
    public static readonly LocalizedText ReportText = new("Text, XML or JSON", "文面、XML又はJSON");
    public static readonly LocalizedText TextNeeded = new("A text of 1 to 200,000 characters is needed.", "1字以上20万字以内の文面が必要です。");
    public static readonly LocalizedText ModeCheck = new("Mode check", "モードの確認");
    public static readonly LocalizedText ModeHolds = new("nothing contradicts it", "矛盾なし");
    public static readonly LocalizedText Evidence = new("Evidence", "判定の根拠");
    public static readonly LocalizedText EvidenceWords = new("Words or code", "語句・符号");
    public static readonly LocalizedText EvidenceSignal = new("Signal", "種別");
    public static readonly LocalizedText EvidenceWeight = new("Weight", "重み");
    public static readonly LocalizedText EvidencePlace = new("Where", "位置");
    public static readonly LocalizedText AlsoCategories = new("Also", "併せて該当");
    public static readonly LocalizedText Alternatives = new("Considered and not answered", "検討された他の区分");
    public static readonly LocalizedText WouldBeAlerted = new("Who would be alerted", "通報先");
    public static readonly LocalizedText Nobody = new("Nobody.", "なし");
    public static readonly LocalizedText ToldNow = new("at once", "直ちに");
    public static readonly LocalizedText ToldLater = new("after their quiet hours", "静穏時間の後");
    public static readonly LocalizedText ToldNever = new("withheld", "取扱区分により除外");

    public static readonly LocalizedText DeskFirst = new(
        "Only the duty desk is told until a person has confirmed it.", "人が確定するまで、当直にのみ通報されます。");

    public static readonly LocalizedText Api = new("API", "接続仕様");
    public static readonly LocalizedText Raise = new("Report by hand", "手入力で報告");
    public static readonly LocalizedText RaiseHint = new(
        "Fill this in, look who would be told, then send. Nothing is stored and nobody is told before you press Send. Unclassified traffic only.",
        "入力し、通報先を確認してから送信してください。「送信」を押すまで保存も通報もされません。秘密情報は入力できません。");
    public static readonly LocalizedText LetHubClassify = new("let the hub classify", "本システムで判定する");
    public static readonly LocalizedText TitleIn = new("Title", "件名");
    public static readonly LocalizedText BodyIn = new("What happened", "内容");
    public static readonly LocalizedText PlaceName = new("Place", "場所");
    public static readonly LocalizedText Latitude = new("Latitude (degrees, south negative)", "緯度（度、南緯は負）");
    public static readonly LocalizedText Longitude = new("Longitude (degrees, west negative)", "経度（度、西経は負）");
    public static readonly LocalizedText Radius = new("Radius (km)", "半径（km）");
    public static readonly LocalizedText Clock = new("Clock", "時刻系");
    public static readonly LocalizedText Colour = new("TLP colour", "TLP区分");
    public static readonly LocalizedText ReleaseTo = new(
        "Releasable to: nations (JPN), agency:NAME, contact:ID; separated by commas", "開示先：国（JPN）、agency:機関名、contact:ID をコンマ区切りで");
    public static readonly LocalizedText Phone = new("Telephone for questions (readers of the report see it)", "照会先電話番号（報告の閲覧者に表示）");
    public static readonly LocalizedText Preview = new("Look who would be told", "通報先を確認する");
    public static readonly LocalizedText Send = new("Send", "送信");
    public static readonly LocalizedText NotSentYet = new("Not sent yet. Check it, then send.", "まだ送信されていません。内容を確認して送信してください。");
    public static readonly LocalizedText ChangedSincePreview = new(
        "You changed it since you looked who would be told: it was not sent. Look again, then send.",
        "通報先の確認後に内容が変更されたため、送信していません。再度確認して送信してください。");
    public static readonly LocalizedText SentBefore = new(
        "This form was sent before, with other words: nothing more was sent. See that report:", "この入力欄は別の内容で送信済みです。新たな送信は行われていません。送信済みの報告：");
    public static readonly LocalizedText ModeNeeded = new("Say whether it is actual, exercise or test.", "実際・訓練・試験のいずれかを選んでください。");
    public static readonly LocalizedText CategoryUnknown = new("Choose a category of the list.", "一覧から区分を選んでください。");
    public static readonly LocalizedText TitleNeeded = new("A title is needed, in English or Japanese (500 characters at most).", "件名（500字以内）を日本語又は英語で入力してください。");
    public static readonly LocalizedText TitleForBody = new("A text needs a title in its language.", "内容を入力した言語の件名も入力してください。");
    public static readonly LocalizedText TimeNeeded = new(
        "Say when, as 2026-11-24T14:49; not later than a day from now.", "時刻を 2026-11-24T14:49 の形式で入力してください（1日以上先は不可）。");
    public static readonly LocalizedText NumberNeeded = new("A number is needed here, such as 35.7.", "35.7 のような数値で入力してください。");
    public static readonly LocalizedText ColourNeeded = new("Choose a TLP colour.", "TLP区分を選んでください。");
    public static readonly LocalizedText FormStale = new("This form is not one of this hub's: start again.", "この入力欄は無効です。最初からやり直してください。");
    public static readonly LocalizedText Mend = new("Mend this first", "次を修正してください");

    public static readonly LocalizedText ReportAccepted = new(
        "Accepted and on disk. The hub is deciding what it is; this page asks again by itself.", "受理し保存しました。判定中です。このページは自動で更新されます。");
    public static readonly LocalizedText BecameOf = new("What became of it:", "処理結果：");
    public static readonly LocalizedText ToTheSituation = new("To the situation", "事態を開く");
    public static readonly LocalizedText Received = new("Received", "受理時刻");
    public static readonly LocalizedText AskBack = new("Who can be asked", "照会先");
    public static readonly LocalizedText Format = new("Format", "形式");

    public static LocalizedText Of(SituationStatus status) => status switch
    {
        SituationStatus.Open => new("open", "対応中"),
        SituationStatus.Held => new("held", "保留"),
        SituationStatus.Closed => new("closed", "終了"),
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, null),
    };

    public static LocalizedText Of(ReportAction action) => action switch
    {
        ReportAction.New => new("new", "新規"),
        ReportAction.Update => new("update", "更新"),
        ReportAction.Cancel => new("cancelled", "取消"),
        _ => throw new ArgumentOutOfRangeException(nameof(action), action, null),
    };

    public static LocalizedText Of(ReportMode mode) => mode switch
    {
        ReportMode.Actual => new("actual", "実際"),
        ReportMode.Exercise => new("exercise", "訓練"),
        ReportMode.Test => new("test", "試験"),
        _ => throw new ArgumentOutOfRangeException(nameof(mode), mode, null),
    };

    public static LocalizedText Of(DeliveryState state) => state switch
    {
        DeliveryState.Queued => new("queued", "待機"),
        DeliveryState.Sending => new("sending", "送信中"),
        DeliveryState.Sent => new("sent", "送信済"),
        DeliveryState.Failed => new("failed", "失敗"),
        DeliveryState.Withheld => new("withheld", "開示不可"),
        DeliveryState.Cancelled => new("cancelled", "取消"),
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, null),
    };

    /// <summary>
    /// Where a delivery stands, and its name for style sheets. "Sent" to a folder on this machine has reached nobody, and is
    /// not called sent.
    /// </summary>
    public static (string Style, LocalizedText Words) StateOf(DeliveryRecord delivery) =>
        delivery.State == DeliveryState.Sent && delivery.ProviderId?.StartsWith("outbox:", StringComparison.Ordinal) == true
            ? ("outbox", new LocalizedText("in the outbox", "送信箱に保存"))
            : (Style(delivery.State), Of(delivery.State));

    public static LocalizedText Of(TimelineKind kind) => kind switch
    {
        TimelineKind.ReportApplied => new("Report", "報告"),
        TimelineKind.AlertMade => new("Alert", "通報"),
        TimelineKind.Planned => new("Deliveries planned", "配信計画"),
        TimelineKind.Withheld => new("Withheld", "開示不可"),
        TimelineKind.NobodyTold => new("Nobody told", "通報先なし"),
        TimelineKind.Answered => new("Answered", "応答"),
        TimelineKind.Escalated => new("Asked again", "再送"),
        TimelineKind.EscalationEnded => new("Asking ended", "再送終了"),
        TimelineKind.Changed => new("Changed", "変更"),
        TimelineKind.Joined => new("Same event", "同一事象"),
        TimelineKind.LooksLikeOne => new("Perhaps one event", "同一事象の可能性"),
        TimelineKind.Merged => new("Merged", "統合"),
        TimelineKind.Split => new("Split", "分割"),
        TimelineKind.CameBack => new("Came back", "自発信の還流"),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };

    public static LocalizedText Of(AnswerRoute route) => route switch
    {
        AnswerRoute.Link => new("by link", "リンク"),
        AnswerRoute.Board => new("on the board", "画面"),
        AnswerRoute.Api => new("by API", "API"),
        _ => throw new ArgumentOutOfRangeException(nameof(route), route, null),
    };

    public static LocalizedText Answered(int count) => new(
        string.Create(CultureInfo.InvariantCulture, $"{count} answered"), string.Create(CultureInfo.InvariantCulture, $"応答{count}件"));

    /// <summary>Round 0 is the first telling; later ones ask again.</summary>
    public static LocalizedText OfRound(int round) => round == 0
        ? FirstRound
        : new(string.Create(CultureInfo.InvariantCulture, $"asked again {round}"), string.Create(CultureInfo.InvariantCulture, $"再送{round}"));

    public static readonly LocalizedText NextAsked = new("asked again at", "次の再送");

    /// <summary>How long ago, in the largest two units.</summary>
    public static LocalizedText Ago(TimeSpan age)
    {
        var (en, ja) = age switch
        {
            { TotalMinutes: < 1 } => ("just now", "たった今"),
            { TotalHours: < 1 } => ($"{age.Minutes} min ago", $"{age.Minutes}分前"),
            { TotalDays: < 1 } => ($"{age.Hours} h {age.Minutes} min ago", $"{age.Hours}時間{age.Minutes}分前"),
            _ => ($"{age.Days} d {age.Hours} h ago", $"{age.Days}日{age.Hours}時間前"),
        };
        return new LocalizedText(en, ja);
    }

    public static LocalizedText NameOf(CategoryId id, Taxonomy taxonomy) =>
        new(AlertSheet.CategoryName(id, taxonomy, "en"), AlertSheet.CategoryName(id, taxonomy, "ja"));

    /// <summary>Name of a value as style sheets use it: <c>flash</c>, <c>amber-strict</c>.</summary>
    public static string Style<TEnum>(TEnum value)
        where TEnum : struct, Enum => System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());
}
