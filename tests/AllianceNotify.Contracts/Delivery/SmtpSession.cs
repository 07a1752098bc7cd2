using System.Net.Security;
using System.Text;

namespace AllianceNotify.Contracts.Delivery;

/// <summary>One connection to a <see cref="LoopbackSmtpServer"/> (RFC 5321).</summary>
internal sealed class SmtpSession(LoopbackSmtpServer server, Stream connection, int number)
{
    private readonly byte[] buffer = new byte[16 * 1024];
    private readonly List<string> recipients = [];
    private Stream stream = connection;
    private int from;
    private int to;
    private string? sender;
    private string? user;
    private bool encrypted;

    public async Task RunAsync()
    {
        if (server.Settings.ImplicitTls)
        {
            await SecureAsync();
        }

        if (!await AnswerAsync("CONNECT", "220 localhost ESMTP sample"))
        {
            return;
        }

        while (await ReadLineAsync() is { } line)
        {
            var verb = line.Split(' ', 2)[0].ToUpperInvariant();
            var go = verb switch
            {
                "EHLO" => await AnswerAsync(line, Greeting()),
                "HELO" or "NOOP" => await AnswerAsync(line, "250 2.0.0 OK"),
                "STARTTLS" when server.Settings.OfferStartTls && !encrypted => await StartTlsAsync(line),
                "AUTH" => await AuthenticateAsync(line),
                "MAIL" when server.Settings.Account is not null && user is null => await AnswerAsync(line, "530 5.7.0 Authentication required"),
                "MAIL" => await AnswerAsync(line, "250 2.1.0 Sender OK", () => sender = Path(line)),
                "RCPT" => await AnswerAsync(line, "250 2.1.5 Recipient OK", () => recipients.Add(Path(line))),
                "DATA" when recipients.Count == 0 => await AnswerAsync(line, "503 5.5.1 No valid recipients"),
                "DATA" => await DataAsync(line),
                "RSET" => await AnswerAsync(line, "250 2.0.0 OK", Reset),
                "QUIT" => await AnswerAsync(line, "221 2.0.0 Bye") && false,
                _ => await AnswerAsync(line, "500 5.5.2 What?"),
            };
            if (!go)
            {
                return;
            }
        }
    }

    private string Greeting()
    {
        List<string> lines = ["localhost", .. server.Settings.Extensions];
        if (server.Settings.OfferStartTls && !encrypted)
        {
            lines.Add("STARTTLS");
        }

        if (server.Settings.Account is not null)
        {
            lines.Add($"AUTH {string.Join(' ', server.Settings.Mechanisms)}");
        }

        return string.Join("\r\n", lines.Select((line, i) => $"250{(i == lines.Count - 1 ? ' ' : '-')}{line}"));
    }

    private async Task<bool> StartTlsAsync(string line)
    {
        if (!await AnswerAsync(line, "220 2.0.0 Go ahead"))
        {
            return false;
        }

        if (!encrypted)
        {
            await SecureAsync();
        }

        return true;
    }

    private async Task SecureAsync()
    {
        var secure = new SslStream(stream);
        await secure.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = LoopbackSmtpServer.Certificate }, server.Stopping);
        stream = secure;
        (from, to, encrypted, sender) = (0, 0, true, null);
        recipients.Clear();
    }

    private async Task<bool> AuthenticateAsync(string line)
    {
        var words = line.Split(' ');
        string? name, password;
        if (words.Length > 1 && words[1].Equals("PLAIN", StringComparison.OrdinalIgnoreCase))
        {
            var answer = words.Length > 2 ? words[2] : await ChallengeAsync("");
            var parts = Decode(answer).Split('\0');
            (name, password) = parts.Length == 3 ? (parts[1], parts[2]) : ("", "");
        }
        else
        {
            name = words.Length > 2 ? Decode(words[2]) : Decode(await ChallengeAsync("Username:"));
            password = Decode(await ChallengeAsync("Password:"));
        }

        return (name, password) == server.Settings.Account
            ? await AnswerAsync($"AUTH {words[1]}", "235 2.7.0 Welcome", () => user = name)
            : await AnswerAsync($"AUTH {words[1]}", "535 5.7.8 Bad credentials");
    }

    private async Task<string> ChallengeAsync(string question)
    {
        await WriteAsync($"334 {Convert.ToBase64String(Encoding.UTF8.GetBytes(question))}");
        return await ReadLineAsync() ?? throw new IOException("Gone.");
    }

    private static string Decode(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) ? Encoding.UTF8.GetString(bytes, 0, length) : "";
    }

    private async Task<bool> DataAsync(string line)
    {
        var accepted = false;
        var stays = await AnswerAsync(line, "354 Go on", () => accepted = true);
        if (!accepted)
        {
            return stays;
        }

        using var data = new MemoryStream();
        while (await ReadRawLineAsync() is { } raw)
        {
            if (raw is [(byte)'.', (byte)'\r', (byte)'\n'])
            {
                var mail = new SmtpMail(sender ?? "", [.. recipients], data.ToArray(), user, encrypted, number);
                var go = await AnswerAsync(".", "250 2.0.0 Queued as sample-1", () => server.Take(mail));
                Reset();
                return go;
            }

            data.Write(raw is [(byte)'.', ..] ? raw.AsSpan(1) : raw);
        }

        return false;
    }

    private void Reset()
    {
        sender = null;
        recipients.Clear();
    }

    /// <summary>Answers as the script or else the server says; <paramref name="done"/> only where the answer is the server's own. False: the end.</summary>
    private async Task<bool> AnswerAsync(string command, string answer, Action? done = null)
    {
        switch (server.Ask(command))
        {
            case SmtpAct.Drop:
                return false;
            case SmtpAct.Hang:
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, server.Stopping);
                return false;
            case SmtpAct.Say say:
                await WriteAsync(say.Line);
                return !say.Line.StartsWith("421", StringComparison.Ordinal);
            default:
                done?.Invoke();
                await WriteAsync(answer);
                return true;
        }
    }

    private static string Path(string line)
    {
        var start = line.IndexOf('<', StringComparison.Ordinal);
        var end = line.IndexOf('>', start + 1);
        return start >= 0 && end > start ? line[(start + 1)..end] : "";
    }

    private async Task WriteAsync(string line)
    {
        await stream.WriteAsync(Encoding.UTF8.GetBytes(line + "\r\n"), server.Stopping);
        await stream.FlushAsync(server.Stopping);
    }

    private async Task<string?> ReadLineAsync() => await ReadRawLineAsync() is { } raw ? Encoding.UTF8.GetString(raw).TrimEnd('\r', '\n') : null;

    private async Task<byte[]?> ReadRawLineAsync()
    {
        using var line = new MemoryStream();
        while (true)
        {
            var end = Array.IndexOf(buffer, (byte)'\n', from, to - from);
            if (end >= 0)
            {
                line.Write(buffer, from, end + 1 - from);
                from = end + 1;
                return line.ToArray();
            }

            line.Write(buffer, from, to - from);
            (from, to) = (0, await stream.ReadAsync(buffer, server.Stopping));
            if (to == 0)
            {
                return null;
            }
        }
    }
}
