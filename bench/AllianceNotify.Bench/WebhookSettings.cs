using System.Globalization;
using AllianceNotify.LoadDriver;

namespace AllianceNotify.Bench;

/// <summary>Configuration of a hub whose webhooks go to a sink on this machine.</summary>
internal static class WebhookSettings
{
    public static Dictionary<string, string> To(int concurrency) => new()
    {
        ["Webhook__AllowPrivateAddresses"] = "true",
        ["Webhook__Secret"] = WebhookSink.Secret,
        ["Delivery__Channels__webhook__MaxConcurrency"] = concurrency.ToString(CultureInfo.InvariantCulture),
    };
}
