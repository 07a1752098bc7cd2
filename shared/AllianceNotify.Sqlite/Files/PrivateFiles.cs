namespace AllianceNotify.Sqlite.Files;

/// <summary>
/// The file holds names, addresses and key hashes: what is made for it can be read by its owner only. SQLite gives the log
/// the database's permissions. What exists keeps the permissions somebody gave it.
/// </summary>
internal static class PrivateFiles
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The folder and the file, empty, where they are absent.</summary>
    public static void Make(string path)
    {
        var folder = Path.GetDirectoryName(path)!;
        if (OperatingSystem.IsWindows())
        {
            // There the folder's access list is inherited.
            Directory.CreateDirectory(folder);
            return;
        }

        Directory.CreateDirectory(folder, OwnerOnly | UnixFileMode.UserExecute);

        // Only where absent: closing another descriptor of an open database would drop SQLite's locks on it.
        if (!File.Exists(path))
        {
            Open(path, FileMode.OpenOrCreate, FileShare.ReadWrite).Dispose();
        }
    }

    public static FileStream Open(string path, FileMode mode, FileShare share)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = share, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        return new FileStream(path, options);
    }
}
