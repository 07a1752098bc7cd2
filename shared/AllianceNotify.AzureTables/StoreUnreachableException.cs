namespace AllianceNotify.AzureTables;

/// <summary>
/// Table Storage did not answer, or refused this hub. Of a write nothing is known: it may apply, have applied or never apply.
/// </summary>
public sealed class StoreUnreachableException(string message, Exception? innerException = null) : IOException(message, innerException);
