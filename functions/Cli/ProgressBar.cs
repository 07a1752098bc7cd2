using System.Globalization;

namespace AllianceNotify.Functions.Cli;

/// <summary>One line on standard error that is drawn over; nothing where that is not a terminal.</summary>
internal sealed class ProgressBar(int total)
{
    private const int Width = 30;
    private readonly bool shown = !Console.IsErrorRedirected;

    public void Show(int done, string what)
    {
        if (!shown)
        {
            return;
        }

        var filled = total == 0 ? Width : Width * done / total;
        var name = what.Length > 40 ? string.Concat("…", what.AsSpan(what.Length - 39)) : what;
        Console.Error.Write(string.Create(
            CultureInfo.InvariantCulture, $"\r[{new string('#', filled)}{new string('.', Width - filled)}] {done}/{total} {name,-40}"));
    }

    public void Clear()
    {
        if (shown)
        {
            Console.Error.Write($"\r{new string(' ', Width + 60)}\r");
        }
    }
}
