using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using AllianceNotify.LoadDriver;
using Xunit;

namespace AllianceNotify.Functions.Tests.Crash;

/// <summary>A hub that may open few files, and more clients than that.</summary>
public sealed class DescriptorTests : IDisposable
{
    private const int OpenFiles = 400, Clients = 1_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("alliancenotify-files-");

    public void Dispose() => folder.Delete(recursive: true);

    [SkippableFact]
    public async Task With_400_descriptors_1000_clients_leave_the_hub_standing_and_answering()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "The limit is set as Linux sets it.");
        var launch = new HubLaunch
        {
            Assembly = HubLaunch.AssemblyBesideThisProgram,
            DataDirectory = Path.Combine(folder.FullName, "data"),
            OpenFiles = OpenFiles,
        };
        var key = await HubProcess.CreateKeyAsync(launch, "reporter");
        await using var hub = await HubProcess.StartAsync(launch);

        var answers = await AskAllAtOnceAsync(hub.Address);

        Assert.True(hub.IsRunning, hub.LastErrors());
        Assert.Equal(Clients, answers.Count(answer => answer == Answer.Given) + answers.Count(answer => answer == Answer.TurnedAway));
        Assert.InRange(answers.Count(answer => answer == Answer.Given), 1, OpenFiles);
        await Eventually.TrueAsync(() => AcceptsAsync(hub.Address, key), "a report is accepted once the clients have gone");
        Assert.True(hub.IsRunning, hub.LastErrors());
    }

    /// <summary>All connections are open at the same time: none is closed before every one has had its answer.</summary>
    private static async Task<IReadOnlyList<Answer>> AskAllAtOnceAsync(Uri hub)
    {
        var sockets = new List<Socket>();
        try
        {
            for (var i = 0; i < Clients; i++)
            {
                sockets.Add(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true });
            }

            using var patience = new CancellationTokenSource(Patience);
            return await Task.WhenAll(sockets.Select(socket => AskAsync(socket, hub, patience.Token)));
        }
        finally
        {
            sockets.ForEach(socket => socket.Dispose());
        }
    }

    private static async Task<Answer> AskAsync(Socket socket, Uri hub, CancellationToken cancellationToken)
    {
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, hub.Port, cancellationToken);
            await socket.SendAsync(Encoding.ASCII.GetBytes($"GET /health/live HTTP/1.1\r\nHost: {hub.Authority}\r\n\r\n"), cancellationToken);
            var head = new byte[12];
            var received = await socket.ReceiveAsync(head, cancellationToken);
            return received == 0 ? Answer.TurnedAway : Encoding.ASCII.GetString(head, 0, received) == "HTTP/1.1 200" ? Answer.Given : Answer.Other;
        }
        catch (SocketException)
        {
            return Answer.TurnedAway;
        }
        catch (OperationCanceledException)
        {
            return Answer.LeftWaiting;
        }
    }

    private static async Task<bool> AcceptsAsync(Uri hub, string key)
    {
        using var client = new HttpClient { BaseAddress = hub };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        try
        {
            using var body = new StringContent(CrashSample.Report(1), Encoding.UTF8, "application/json");
            using var response = await client.PostAsync(new Uri("/api/reports", UriKind.Relative), body);
            return response.StatusCode == HttpStatusCode.Accepted;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private enum Answer
    {
        Given,
        TurnedAway,
        Other,
        LeftWaiting,
    }
}
