using System.CommandLine;
using System.Runtime.CompilerServices;
using AllianceNotify.Audit;
using AllianceNotify.Functions.Security;
using AllianceNotify.Messaging;

namespace AllianceNotify.Functions.Cli;

/// <summary><c>dead-letters list</c> and <c>dead-letters replay [ID…]</c>.</summary>
internal static class DeadLettersCommand
{
    private const int PageSize = 100;

    public static Command Create() => new("dead-letters", "Messages and deliveries set aside for a person.") { CreateList(), CreateReplay() };

    private static Command CreateList()
    {
        var data = HubCommandOptions.Data();
        var list = new Command("list", "One line a dead letter: id, since when, attempts, reason.") { data };
        list.SetAction((parsed, cancellationToken) => StoreCommand.RunOnQueuesAsync(parsed.GetValue(data), async services =>
        {
            await foreach (var letter in AllAsync(services.GetRequiredService<DeadLetters>(), cancellationToken))
            {
                Console.Out.WriteLine($"{letter.Id}\t{letter.DeadAt:yyyy-MM-dd'T'HH:mm:ss'Z'}\t{letter.Attempts}\t{letter.Reason.ReplaceLineEndings(" ")}");
            }

            return 0;
        }));
        return list;
    }

    private static Command CreateReplay()
    {
        var ids = new Argument<string[]>("ID") { Description = "Which to send again; none: all.", Arity = ArgumentArity.ZeroOrMore };
        var data = HubCommandOptions.Data();
        var replay = new Command("replay", "Send dead letters again.") { ids, data };
        replay.SetAction((parsed, cancellationToken) => StoreCommand.RunOnQueuesAsync(parsed.GetValue(data), async services =>
        {
            var deadLetters = services.GetRequiredService<DeadLetters>();
            var named = parsed.GetValue(ids) is { Length: > 0 } given
                ? given.ToList()
                : await AllAsync(deadLetters, cancellationToken).Select(letter => letter.Id).ToListAsync(cancellationToken);
            var sent = 0;
            foreach (var id in named)
            {
                var result = await services.GetRequiredService<AuditLog>().RecordAsync(
                    AuditCommand.Order("replay-dead-letter", "dead-letters", AuditText.Id(id)),
                    () => deadLetters.ReplayAsync(id, cancellationToken),
                    result => result == ReplayResult.Replayed,
                    cancellationToken);
                if (result == ReplayResult.NotFound)
                {
                    throw new CallFailed($"There is no dead letter {id}.", exitCode: 1);
                }

                sent += result == ReplayResult.Replayed ? 1 : 0;
            }

            Console.Out.WriteLine($"{sent} sent again, {named.Count - sent} had nothing left to do");
            return 0;
        }));
        return replay;
    }

    private static async IAsyncEnumerable<DeadLetterItem> AllAsync(
        DeadLetters deadLetters, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? after = null;
        do
        {
            var page = await deadLetters.ListAsync(after, PageSize, cancellationToken);
            foreach (var letter in page.Items)
            {
                yield return letter;
            }

            after = page.Next;
        }
        while (after is not null);
    }
}
