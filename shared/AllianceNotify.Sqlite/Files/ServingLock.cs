namespace AllianceNotify.Sqlite.Files;

/// <summary>
/// Held by the one process that serves a file. The operating system drops it when the process ends, however it ends, so
/// whoever gets it knows that the leases in the file belong to nobody.
/// </summary>
internal sealed class ServingLock : IDisposable
{
    private readonly FileStream file;

    private ServingLock(FileStream file) => this.file = file;

    public static ServingLock Take(string path)
    {
        try
        {
            // The file stays when the lock goes: removing it would let two processes lock two files of one name.
            return new ServingLock(PrivateFiles.Open($"{path}.lock", FileMode.OpenOrCreate, FileShare.None));
        }
        catch (IOException error) when (error is not (DirectoryNotFoundException or FileNotFoundException or PathTooLongException))
        {
            throw new InvalidOperationException($"'{path}' is served by another process.", error);
        }
    }

    public void Dispose() => file.Dispose();
}
