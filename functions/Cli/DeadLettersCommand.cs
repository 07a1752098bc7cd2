using System.CommandLine;
using AllianceNotify.Functions.Endpoints;
using AllianceNotify.Messaging;

namespace AllianceNotify.Functions.Cli;

/// <summary><c>dead-letters list</c> and <c>dead-letters replay [ID…]</c>.</summary>
internal static class DeadLettersCommand
{
    private const int PageSize = 100;

    public static Command Create() => new("dead-letters", "Messages set aside for a person.") { CreateList(), CreateReplay() };

    private static Command CreateList()
    {
        var data = HubCommandOptions.Data();
        var list = new Command("list", "One line a dead letter: id, since when, deliveries, reason.") { data };
        list.SetAction((parsed, cancellationToken) => StoreCommand.RunAsync(parsed.GetValue(data), async services =>
        {
            foreach (var letter in await AllAsync(services.GetRequiredService<IMessageQueue>(), cancellationToken))
            {
                Console.Out.WriteLine($"{letter.Id}\t{letter.DeadAt:yyyy-MM-dd'T'HH:mm:ss'Z'}\t{letter.DeliveryCount}\t{letter.Reason.ReplaceLineEndings(" ")}");
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
        replay.SetAction((parsed, cancellationToken) => StoreCommand.RunAsync(parsed.GetValue(data), async services =>
        {
            var queue = services.GetRequiredService<IMessageQueue>();
            var named = parsed.GetValue(ids) is { Length: > 0 } given
                ? given
                : [.. (await AllAsync(queue, cancellationToken)).Select(letter => letter.Id)];
            foreach (var text in named)
            {
                if (DeadLetterId.Parse(text) is not { } id || !await queue.ReplayDeadLetterAsync(id.Queue, id.Local, cancellationToken))
                {
                    throw new CallFailed($"There is no dead letter {text}.", exitCode: 1);
                }
            }

            Console.Out.WriteLine($"{named.Length} sent again");
            return 0;
        }));
        return replay;
    }

    private static async Task<IReadOnlyList<DeadLetterView>> AllAsync(IMessageQueue queue, CancellationToken cancellationToken)
    {
        var all = new List<DeadLetterView>();
        foreach (var name in QueueName.All)
        {
            string? after = null;
            while (await queue.PeekDeadLettersAsync(name, after, PageSize, cancellationToken) is { Count: > 0 } letters)
            {
                all.AddRange(letters.Select(DeadLetterView.Of));
                after = letters[^1].Id;
            }
        }

        return all;
    }
}
