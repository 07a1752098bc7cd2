using System.Net;
using AllianceNotify.Delivery.Channels;
using Xunit;

namespace AllianceNotify.Tests.Delivery;

public sealed class OutboundRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 5, 49, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("2606:4700:4700::1111", true)]
    [InlineData("::ffff:8.8.8.8", true)]
    [InlineData("64:ff9b::8.8.8.8", true)]
    [InlineData("0.0.0.0", false)]
    [InlineData("10.0.0.1", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("100.100.100.200", false)]
    [InlineData("127.0.0.1", false)]
    [InlineData("127.8.8.8", false)]
    [InlineData("168.63.129.16", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("172.16.0.1", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("172.32.0.1", true)]
    [InlineData("192.168.1.1", false)]
    [InlineData("198.18.0.1", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("240.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::", false)]
    [InlineData("::1", false)]
    [InlineData("::ffff:127.0.0.1", false)]
    [InlineData("::ffff:169.254.169.254", false)]
    [InlineData("::127.0.0.1", false)]
    [InlineData("64:ff9b::10.0.0.1", false)]
    [InlineData("64:ff9b:1::1", false)]
    [InlineData("2002:7f00:1::", false)]
    [InlineData("2001:0:4136:e378:8000:63bf:3fff:fdd2", false)]
    [InlineData("fc00::1", false)]
    [InlineData("fd00:ec2::254", false)]
    [InlineData("fe80::1", false)]
    [InlineData("ff02::1", false)]
    public void Only_public_addresses_are_connected_to(string address, bool allowed)
    {
        var rules = new NetworkRules(allowPrivate: false, []);
        var open = new NetworkRules(allowPrivate: true, []);

        Assert.Equal(allowed, rules.MayConnect(IPAddress.Parse(address), encrypted: true));
        Assert.False(rules.MayConnect(IPAddress.Parse(address), encrypted: false));
        Assert.True(open.MayConnect(IPAddress.Parse(address), encrypted: true));
        Assert.Equal(!allowed, open.MayConnect(IPAddress.Parse(address), encrypted: false));
    }

    [Theory]
    [InlineData("10.1.2.3", true)]
    [InlineData("::ffff:10.1.2.3", true)]
    [InlineData("10.2.0.1", false)]
    public void An_allowed_network_is_reached_with_and_without_encryption(string address, bool allowed)
    {
        var rules = new NetworkRules(allowPrivate: false, [IPNetwork.Parse("10.1.0.0/16")]);

        Assert.Equal(allowed, rules.MayConnect(IPAddress.Parse(address), encrypted: true));
        Assert.Equal(allowed, rules.MayConnect(IPAddress.Parse(address), encrypted: false));
    }

    [Theory]
    [InlineData("120", 120.0)]
    [InlineData("0", 0.0)]
    [InlineData("2.128", 2.128)]
    [InlineData("0.0000000001", 0.0000001)]
    [InlineData("99999999999999", 31622400.0)]
    [InlineData("Tue, 24 Nov 2026 05:50:30 GMT", 90.0)]
    [InlineData("Tuesday, 24-Nov-26 05:50:30 GMT", 90.0)]
    [InlineData("Tue Nov 24 05:50:30 2026", 90.0)]
    [InlineData("Fri, 31 Dec 9999 23:59:59 GMT", 31622400.0)]
    [InlineData("-5", null)]
    [InlineData("soon", null)]
    [InlineData("1e9", null)]
    [InlineData("", null)]
    [InlineData("Tue, 24 Nov 2026 25:61:00 GMT", null)]
    public void A_retry_after_is_read_to_the_letter(string value, double? seconds)
    {
        using var response = new HttpResponseMessage(HttpStatusCode.TooManyRequests);
        response.Headers.TryAddWithoutValidation("Retry-After", value);

        Assert.Equal(seconds is { } expected ? Now.AddTicks((long)Math.Round(expected * TimeSpan.TicksPerSecond)) : null, HttpOutcome.RetryAfter(response, Now));
    }

    [Theory]
    [InlineData("Tue, 24 Nov 2026 05:48:00 GMT", 150)]
    [InlineData("Tue, 24 Nov 2026 05:50:00 GMT", 90.0)]
    public void A_date_by_a_clock_that_differs_from_ours_is_never_taken_as_earlier(string theirNow, double seconds)
    {
        using var response = new HttpResponseMessage(HttpStatusCode.ServiceUnavailable);
        response.Headers.TryAddWithoutValidation("Date", theirNow);
        response.Headers.TryAddWithoutValidation("Retry-After", "Tue, 24 Nov 2026 05:50:30 GMT");

        Assert.Equal(Now.AddSeconds(seconds), HttpOutcome.RetryAfter(response, Now));
    }

    [Fact]
    public void Of_two_retry_afters_the_later_holds()
    {
        using var response = new HttpResponseMessage(HttpStatusCode.ServiceUnavailable);
        response.Headers.TryAddWithoutValidation("Retry-After", "30");
        response.Headers.TryAddWithoutValidation("Retry-After", "60");

        Assert.Equal(Now.AddSeconds(60), HttpOutcome.RetryAfter(response, Now));
    }
}
