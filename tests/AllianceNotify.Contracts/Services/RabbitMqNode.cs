using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using AllianceNotify.Amqp;

namespace AllianceNotify.Contracts.Services;

/// <summary>
/// A RabbitMQ broker of our own: loopback, free ports, its own node, files and port mapper, ended with the tests. The
/// machine's own broker, if it has one, is not touched.
/// </summary>
public sealed class RabbitMqNode : IAsyncDisposable
{
    private const string Server = "/usr/lib/rabbitmq/bin/rabbitmq-server";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly string folder = Directory.CreateTempSubdirectory("hub-rabbit-").FullName;
    private readonly int distributionPort = FreePort(), mapperPort = FreePort();
    private readonly Process?[] processes = new Process?[2];

    /// <summary>Null where a broker can be had; otherwise what is missing.</summary>
    public static string? Missing => !File.Exists(Server) ? "RabbitMQ is not installed (tests/AllianceNotify.Amqp.Tests/fetch installs it)." : null;

    public int Port { get; } = FreePort();

    public AmqpOptions Options => new() { Address = $"amqp://127.0.0.1:{Port}", UserName = "guest", Password = "guest" };

    public async Task StartAsync()
    {
        Directory.CreateDirectory(Path.Combine(folder, "home"));
        await File.WriteAllTextAsync(Path.Combine(folder, "plugins"), "[rabbitmq_amqp1_0].");
        await File.WriteAllTextAsync(Path.Combine(folder, "rabbitmq.conf"), "log.file.level = warning\n");
        processes[0] ??= Start("/usr/bin/epmd", ["-port", $"{mapperPort}", "-address", "127.0.0.1", "-relaxed_command_check"]);
        processes[1] = Start(Server, []);
        await WaitUntilAsync(async () => await ListensAsync(), "The broker did not start. " + Path.Combine(folder, "log"));
    }

    /// <summary>As when the power goes.</summary>
    public async Task KillAsync()
    {
        if (processes[1] is { } server)
        {
            server.Kill(entireProcessTree: true);
            await server.WaitForExitAsync();
            server.Dispose();
            processes[1] = null;
            await WaitUntilAsync(async () => !await ListensAsync(), "The broker did not end.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        if (processes[0] is { } mapper)
        {
            mapper.Kill(entireProcessTree: true);
            await mapper.WaitForExitAsync();
            mapper.Dispose();
        }

        Directory.Delete(folder, recursive: true);
    }

    private Process Start(string file, string[] arguments)
    {
        var start = new ProcessStartInfo(file, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in new Dictionary<string, string>
        {
            ["HOME"] = Path.Combine(folder, "home"),
            ["ERL_EPMD_PORT"] = $"{mapperPort}",
            ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
            ["RABBITMQ_NODENAME"] = $"hub{Port}@localhost",
            ["RABBITMQ_NODE_IP_ADDRESS"] = "127.0.0.1",
            ["RABBITMQ_NODE_PORT"] = $"{Port}",
            ["RABBITMQ_DIST_PORT"] = $"{distributionPort}",
            ["RABBITMQ_MNESIA_BASE"] = Path.Combine(folder, "data"),
            ["RABBITMQ_LOG_BASE"] = Path.Combine(folder, "log"),
            ["RABBITMQ_ENABLED_PLUGINS_FILE"] = Path.Combine(folder, "plugins"),
            ["RABBITMQ_CONFIG_FILE"] = Path.Combine(folder, "rabbitmq"),
            ["RABBITMQ_CONF_ENV_FILE"] = Path.Combine(folder, "none"),
            ["RABBITMQ_GENERATED_CONFIG_DIR"] = Path.Combine(folder, "generated"),

            // No spinning schedulers: the tests share the processors with the broker.
            ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "-kernel inet_dist_use_interface {127,0,0,1} -start_epmd false +sbwt none +sbwtdcpu none +sbwtdio none",
        })
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private async Task<bool> ListensAsync()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static async Task WaitUntilAsync(Func<Task<bool>> isSo, string otherwise)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await isSo())
        {
            if (Stopwatch.GetElapsedTime(started) > Patience)
            {
                throw new TimeoutException(otherwise);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, default);
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
