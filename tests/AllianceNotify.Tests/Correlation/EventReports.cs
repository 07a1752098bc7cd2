using System.Globalization;
using System.Text;
using AllianceNotify.Intake;
using AllianceNotify.Reports;
using AllianceNotify.Situations;
using AllianceNotify.Tests.Journeys;
using Xunit;

namespace AllianceNotify.Tests.Correlation;

/// <summary>Reports of a few events as several sources send them, each in its own format, and what the hub made of them.</summary>
internal static class EventReports
{
    public static readonly DateTimeOffset Quake = new(2026, 11, 24, 4, 10, 0, TimeSpan.Zero);

    public static (string Body, string Type) Usgs(string id, DateTimeOffset time, double magnitude, double latitude, double longitude, int revision = 0, string status = "reviewed") => (
        string.Create(CultureInfo.InvariantCulture, $$"""
        {"type":"Feature","id":"{{id}}","geometry":{"type":"Point","coordinates":[{{longitude}},{{latitude}},10]},"properties":{"mag":{{magnitude}},"place":"5 km N of Sample, Japan",
        "time":{{time.ToUnixTimeMilliseconds()}},"updated":{{time.AddMinutes(8 + revision).ToUnixTimeMilliseconds()}},"status":"{{status}}","type":"earthquake","title":"M {{magnitude}} - Sample, Japan","ids":",{{id}},","code":"{{id}}","net":"us"} }
        """),
        "application/geo+json");

    public static (string Body, string Type) JmaQuake(string eventId, DateTimeOffset origin, double magnitude, string coordinate, string status = "通常") => (
        Jma("震源・震度に関する情報", status, origin.AddMinutes(5), eventId, "震源・震度情報", $"""
            <Earthquake><OriginTime>{Time(origin)}</OriginTime><ArrivalTime>{Time(origin)}</ArrivalTime><Hypocenter><Area><Name>石川県能登地方</Name><Code type="震央地名">390</Code>
            <jmx_eb:Coordinate description="北緯　東経　深さ" datum="日本測地系">{coordinate}</jmx_eb:Coordinate></Area></Hypocenter>
            <jmx_eb:Magnitude type="Mj" description="Ｍ">{magnitude.ToString("0.0", CultureInfo.InvariantCulture)}</jmx_eb:Magnitude></Earthquake>
            <Intensity><Observation><CodeDefine/><MaxInt>6+</MaxInt></Observation></Intensity>
            """),
        "application/xml");

    public static (string Body, string Type) JmaIntensity(string eventId, DateTimeOffset origin, string status = "通常") => (
        Jma("震度速報", status, origin.AddMinutes(2), eventId, "震度速報", "<Intensity><Observation><CodeDefine/><MaxInt>6+</MaxInt></Observation></Intensity>"),
        "application/xml");

    /// <summary>A tsunami warning under the event id of its earthquake.</summary>
    public static (string Body, string Type) JmaTsunami(string eventId, DateTimeOffset origin, string grade = "51", string name = "津波警報") => (
        Jma("津波警報・注意報・予報", "通常", origin.AddMinutes(3), eventId, "津波警報・注意報・予報", $"""
            <Tsunami><Forecast><CodeDefine/><Item><Area><Name>石川県能登</Name><Code>350</Code></Area><Category><Kind><Name>{name}</Name><Code>{grade}</Code></Kind>
            <LastKind><Name>津波なし</Name><Code>00</Code></LastKind></Category></Item></Forecast></Tsunami>
            """),
        "application/xml");

    public static (string Body, string Type) Own(
        string source, string id, string title, DateTimeOffset at, (double Latitude, double Longitude)? place = null, string mode = "actual", string action = "new",
        string extra = "", string? area = null) => (
        string.Create(CultureInfo.InvariantCulture, $$"""
        {"source":"{{source}}","sourceId":"{{id}}","action":"{{action}}","mode":"{{mode}}","observedAt":"{{at:yyyy-MM-ddTHH:mm:ssZ}}","language":"en","title":"{{title}}","body":""
        {{(place is { } p ? $",\"location\":{{\"latitude\":{p.Latitude.ToString(CultureInfo.InvariantCulture)},\"longitude\":{p.Longitude.ToString(CultureInfo.InvariantCulture)}}}" : area is null ? "" : $",\"location\":{{\"name\":\"{area}\"}}")}}{{extra}}}
        """),
        "application/json");

    public static async Task<ReportId> SendAsync(this HubInProcess hub, (string Body, string Type) report)
    {
        var result = await hub.Get<AcceptReports>().AcceptAsync(Encoding.UTF8.GetBytes(report.Body), report.Type, new IntakeCaller { Id = "test", MaySubmit = true }, default);
        return Assert.Single(Assert.IsType<IntakeResult.Accepted>(result).Items).Id;
    }

    public static async Task<ReportId> TakeAsync(this HubInProcess hub, (string Body, string Type) report)
    {
        var id = await hub.SendAsync(report);
        await hub.SettleAsync();
        return id;
    }

    public static async Task<SituationId?> PlaceOfAsync(this HubInProcess hub, ReportId report) =>
        (await hub.Get<ReportTable>().GetOutcomeAsync(report, default))!.Situation;

    public static Task<List<Alert>> AlertsAsync(this HubInProcess hub, SituationId situation) =>
        hub.Situations.ListAlertsAsync(situation, default).Select(row => row.Value).ToListAsync().AsTask();

    private static string Jma(string title, string status, DateTimeOffset at, string eventId, string infoKind, string body) => $"""
        <?xml version="1.0" encoding="UTF-8"?>
        <Report xmlns="http://xml.kishou.go.jp/jmaxml1/" xmlns:jmx="http://xml.kishou.go.jp/jmaxml1/"><Control><Title>{title}</Title><DateTime>{at.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}</DateTime><Status>{status}</Status>
        <EditorialOffice>気象庁本庁</EditorialOffice><PublishingOffice>気象庁</PublishingOffice></Control>
        <Head xmlns="http://xml.kishou.go.jp/jmaxml1/informationBasis1/"><Title>{title}</Title><ReportDateTime>{Time(at)}</ReportDateTime><TargetDateTime>{Time(at)}</TargetDateTime>
        <EventID>{eventId}</EventID><InfoType>発表</InfoType><Serial/><InfoKind>{infoKind}</InfoKind><InfoKindVersion>1.0_1</InfoKindVersion><Headline><Text>強い揺れに警戒してください。</Text></Headline></Head>
        <Body xmlns="http://xml.kishou.go.jp/jmaxml1/body/seismology1/" xmlns:jmx_eb="http://xml.kishou.go.jp/jmaxml1/elementBasis1/">{body}</Body></Report>
        """;

    private static string Time(DateTimeOffset at) => at.ToOffset(TimeSpan.FromHours(9)).ToString("yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture);
}
