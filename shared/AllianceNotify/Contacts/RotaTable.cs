using AllianceNotify.Storage;

namespace AllianceNotify.Contacts;

/// <summary>On-call rotas: partition <c>all</c>, row = rota id.</summary>
public sealed class RotaTable(IEntityStore store)
    : DirectoryTable<RotaId, Rota>(store, "Rotas", ContactsJson.Default.Rota, rota => rota.Id)
{
    /// <summary>Who is on call now: everybody whose entry covers the time. Empty also where there is no such rota.</summary>
    public async ValueTask<IReadOnlyList<ContactId>> OnCallAsync(RotaId id, DateTimeOffset now, CancellationToken cancellationToken) =>
        (await GetAsync(id, cancellationToken).ConfigureAwait(false))?.Value.OnCallAt(now) ?? [];
}
