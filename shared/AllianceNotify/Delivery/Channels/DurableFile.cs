using System.Runtime.InteropServices;
using System.Text;

namespace AllianceNotify.Delivery.Channels;

/// <summary>Files that are there whole or not at all, and still there after a power cut.</summary>
internal static class DurableFile
{
    /// <summary>Writes beside it and renames over it. Durable once <see cref="SyncDirectory"/> was called for its folder.</summary>
    public static async Task WriteAsync(string file, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var temporary = $"{file}.{DeterministicId.Random("", 5)}.tmp";
        try
        {
            await using (var stream = new FileStream(
                temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.Asynchronous))
            {
                await stream.WriteAsync(content, cancellationToken).ConfigureAwait(false);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, file, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>A rename is durable on Linux and macOS only once the folder is; Windows needs no such call and has none.</summary>
    public static void SyncDirectory(string directory)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var descriptor = Open(Encoding.UTF8.GetBytes(directory + '\0'), 0);
        if (descriptor < 0)
        {
            throw new IOException($"The folder cannot be opened (error {Marshal.GetLastPInvokeError()}).");
        }

        try
        {
            if (Fsync(descriptor) != 0)
            {
                throw new IOException($"The folder cannot be flushed (error {Marshal.GetLastPInvokeError()}).");
            }
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open(byte[] path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Fsync(int descriptor);

    [DllImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Close(int descriptor);
}
