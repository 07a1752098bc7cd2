using System.Diagnostics.Metrics;
using System.Net.Http.Headers;
using System.Text.Json;
using AllianceNotify.Classification;
using AllianceNotify.Functions.Rehearsal;
using AllianceNotify.Intake;
using AllianceNotify.LoadDriver;
using AllianceNotify.Reports;
using AllianceNotify.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace AllianceNotify.Functions.Tests.Rehearsal;

public sealed class RehearsalTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("alliancenotify-rehearsal-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task An_alert_goes_from_its_report_to_an_answer_and_is_counted_nowhere()
    {
        var counted = new List<string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name is HubTelemetry.Name or "System.Net.Http")
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, _, tags, _) => Keep(instrument, tags));
        listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => Keep(instrument, tags));
        listener.Start();
        await using var services = Real();

        await using (var hub = new RehearsalHub(services, folder.FullName))
        {
            await hub.StartAsync(CancellationToken.None);
            await hub.AlertAsync(0, CancellationToken.None);
            await hub.AlertAsync(1, CancellationToken.None);

            Assert.Equal(2 * RehearsalHub.Contacts, hub.Answered);
        }

        lock (counted)
        {
            Assert.Empty(counted);
        }

        // Other tests in this process count as well; what is rehearsed would be known by its mode and its receiver.
        void Keep(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            foreach (var tag in tags)
            {
                if (tag.Value is string text && (text.Contains("rehearsal", StringComparison.Ordinal) || text.Equals("test", StringComparison.OrdinalIgnoreCase)))
                {
                    lock (counted)
                    {
                        counted.Add(instrument.Name);
                    }
                }
            }
        }
    }

    [SkippableFact]
    public async Task A_hub_that_has_rehearsed_knows_of_no_alert_and_leaves_nothing_behind()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "The hub's process is driven as Linux has it.");
        var launch = new HubLaunch { Assembly = HubLaunch.AssemblyBesideThisProgram, DataDirectory = Path.Combine(folder.FullName, "data") };
        var key = await HubProcess.CreateKeyAsync(launch, "administrator");
        var left = Directory.CreateDirectory(Path.Combine(launch.DataDirectory, "rehearsal"));
        await File.WriteAllTextAsync(Path.Combine(left.FullName, "rehearsal.db"), "of a hub that was killed while it rehearsed");

        await using var hub = await HubProcess.StartAsync(launch);
        await hub.WaitForLogAsync("Nothing was sent.");

        using var client = new HttpClient { BaseAddress = hub.Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using var situations = JsonDocument.Parse(await client.GetStringAsync(new Uri("/api/situations", UriKind.Relative)));
        Assert.DoesNotContain("rehearsal", situations.RootElement.GetRawText(), StringComparison.OrdinalIgnoreCase);
        Assert.False(Directory.Exists(Path.Combine(launch.DataDirectory, "outbox")) && Directory.EnumerateFiles(Path.Combine(launch.DataDirectory, "outbox")).Any());
        await Eventually.TrueAsync(() => !Directory.Exists(left.FullName), "its folder is gone");
    }

    [Fact]
    public async Task Each_request_has_one_answer_however_it_is_cut()
    {
        var request = "POST / HTTP/1.1\r\nHost: x\r\ncontent-length: 5\r\n\r\nhello"u8.ToArray();
        foreach (var size in new[] { 1, 7, request.Length - 3, request.Length * 2 })
        {
            var answers = 0;
            await using var connection = new AnsweringStream(() => answers++);
            foreach (var part in request.Concat(request).Chunk(size))
            {
                await connection.WriteAsync(part);
            }

            Assert.Equal(2, answers);
        }
    }

    [Theory]
    [InlineData(null, false, true)]
    [InlineData(null, true, false)]
    [InlineData("false", false, false)]
    [InlineData("true", true, true)]
    public void A_hub_of_its_own_rehearses_and_one_under_the_functions_host_only_when_told_to(string? setting, bool underFunctionsHost, bool rehearses)
    {
        var builder = Microsoft.AspNetCore.Builder.WebApplication.CreateEmptyBuilder(new());
        builder.Configuration["Hub:DataDirectory"] = folder.FullName;
        builder.Configuration["Rehearsal:Enabled"] = setting;
        builder.Configuration[FunctionsHost.PortSetting] = underFunctionsHost ? "7071" : null;

        builder.AddRehearsal();

        Assert.Equal(rehearses, builder.Services.Any(service => service.ServiceType == typeof(IHostedService)));
    }

    private static ServiceProvider Real()
    {
        var lifetime = new ApplicationLifetime(NullLogger<ApplicationLifetime>.Instance);
        lifetime.NotifyStarted();
        return new ServiceCollection()
            .AddSingleton(TimeProvider.System)
            .AddSingleton(new Random(1))
            .AddSingleton<IHostApplicationLifetime>(lifetime)
            .AddSingleton(Taxonomy.Load())
            .AddSingleton<ReportClassifier>()
            .AddSingleton(new ReportLane(_ => Urgency.Flash))
            .BuildServiceProvider();
    }
}
