namespace AllianceNotify.Sqlite.Tests;

/// <summary>A place for a database file that is gone afterwards.</summary>
internal sealed class TemporaryFile : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("alliancenotify-");

    public string Path => System.IO.Path.Combine(folder.FullName, "hub.db");

    public void Dispose() => folder.Delete(recursive: true);
}
