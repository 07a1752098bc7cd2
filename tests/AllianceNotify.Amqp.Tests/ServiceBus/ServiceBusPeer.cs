using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Amqp;
using Amqp.Framing;
using Amqp.Handler;
using Amqp.Listener;
using Amqp.Types;

namespace AllianceNotify.Amqp.Tests.ServiceBus;

/// <summary>
/// A peer that does as Azure Service Bus does, as far as the hub relies on it: tokens put to <c>$cbs</c> without which nothing
/// is attached, locks, scheduled messages, dropped duplicates, dead-letter queues, management nodes, links detached with an error.
/// </summary>
internal sealed class ServiceBusPeer : ILinkProcessor, IDisposable
{
    public const string Dead = "/$DeadLetterQueue", KeyName = "hub", Key = "c2FtcGxlIGtleSBmb3IgdGVzdHMgb25seQ==";

    public const int MaxDeliveryCount = 10;

    private const string ManagementNode = "/$management";

    private readonly ContainerHost host;
    private readonly ConcurrentDictionary<string, PeerQueue> queues = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ListenerLink> replies = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(Connection Connection, string Queue), DateTimeOffset> tokens = new();
    private readonly ConcurrentDictionary<ListenerLink, string> links = new();
    private readonly ConditionalWeakTable<Message, byte[]> tags = [];
    private readonly ITimer timer;
    private int busy, renewals, detached;

    public ServiceBusPeer(TimeProvider time, X509Certificate2? certificate = null)
    {
        Time = time;
        Port = FreePort();
        var address = new Address($"{(certificate is null ? "amqp" : "amqps")}://127.0.0.1:{Port}");
        host = certificate is null ? new ContainerHost(address) : new ContainerHost([address], certificate);
        host.Listeners[0].SASL.EnableAnonymousMechanism = true;
        host.Listeners[0].HandlerFactory = _ => new TagWriter(tags);
        host.RegisterLinkProcessor(this);
        host.Open();
        timer = time.CreateTimer(_ => Tick(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
    }

    public int Port { get; }

    public TimeProvider Time { get; }

    public TimeSpan LockDuration { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Tokens taken, by queue, in order.</summary>
    public ConcurrentQueue<string> Tokens { get; } = new();

    /// <summary>How many locks were renewed.</summary>
    public ref int Renewals => ref renewals;

    /// <summary>How many links were ended by the peer.</summary>
    public int Detached => Volatile.Read(ref detached);

    /// <summary>When the first of the tokens expires that a link depends on.</summary>
    public DateTimeOffset OldestToken => links.Min(link => tokens[(link.Key.Session.Connection, link.Value)]);

    public AmqpOptions Options => new()
    {
        Address = $"amqp://127.0.0.1:{Port}",
        Broker = AmqpBroker.ServiceBus,
        SharedAccessKeyName = KeyName,
        SharedAccessKey = Key,
    };

    public PeerQueue Queue(string name) => queues.GetOrAdd(name, made => new PeerQueue(this, made));

    /// <summary>The next so many messages sent are refused as a throttled name space does.</summary>
    public void BeBusy(int messages) => Volatile.Write(ref busy, messages);

    /// <summary>Ends every link to a queue with an error; connections stay.</summary>
    public void Detach(string condition)
    {
        foreach (var link in links.Keys)
        {
            Detach(link, condition);
        }
    }

    public void Send(ListenerLink link, Message message, byte[] tag)
    {
        tags.Add(message, tag);
        link.SendMessage(message);
    }

    public void Process(AttachContext attachContext)
    {
        var link = attachContext.Link;
        var (source, target) = ((Source)attachContext.Attach.Source, (Target)attachContext.Attach.Target);
        var address = link.Role ? target.Address : source.Address;
        if (address == "$cbs" || address.EndsWith(ManagementNode, StringComparison.Ordinal))
        {
            if (address != "$cbs" && !IsAllowed(link, address[..^ManagementNode.Length]))
            {
                attachContext.Complete(new Error(ErrorCode.UnauthorizedAccess) { Description = "No valid token." });
                return;
            }

            if (!link.Role)
            {
                replies[target.Address] = link;
            }

            attachContext.Complete(new Endpoint(this, null, address), link.Role ? 100 : 0);
            return;
        }

        if (!IsAllowed(link, address))
        {
            attachContext.Complete(new Error(ErrorCode.UnauthorizedAccess) { Description = "No valid token." });
            return;
        }

        links[link] = address;
        attachContext.Complete(new Endpoint(this, Queue(address), address), link.Role ? 500 : 0);
    }

    public void Dispose()
    {
        timer.Dispose();
        host.Close();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private bool IsAllowed(ListenerLink link, string queue) => tokens.TryGetValue((link.Session.Connection, queue), out var until) && until > Time.GetUtcNow();

    private void Tick()
    {
        foreach (var (link, queue) in links)
        {
            if (!IsAllowed(link, queue))
            {
                Detach(link, ErrorCode.UnauthorizedAccess);
            }
        }

        foreach (var queue in queues.Values)
        {
            queue.Serve();
        }
    }

    private void Detach(ListenerLink link, string condition)
    {
        if (links.TryRemove(link, out _) && !link.IsClosed)
        {
            Interlocked.Increment(ref detached);
            link.Close(TimeSpan.Zero, new Error(condition) { Description = "The link is detached." });
        }
    }

    private Message Answer(Connection connection, string node, Message request)
    {
        var properties = request.ApplicationProperties;
        return properties["operation"] switch
        {
            "put-token" => PutToken(connection, (string)properties["name"], (string)request.Body),
            "com.microsoft:renew-lock" => RenewLock(node[..^ManagementNode.Length], (Guid[])((Map)request.Body)["lock-tokens"]),
            "com.microsoft:peek-message" => Peek(node[..^ManagementNode.Length], (Map)request.Body),
            _ => Status("statusCode", 400),
        };
    }

    private Message PutToken(Connection connection, string audience, string token)
    {
        const string Prefix = "SharedAccessSignature ";
        var parts = token[Prefix.Length..].Split('&').Select(part => part.Split('=', 2)).ToDictionary(part => part[0], part => part[1]);
        var signed = HMACSHA256.HashData(Encoding.UTF8.GetBytes(Key), Encoding.UTF8.GetBytes($"{parts["sr"]}\n{parts["se"]}"));
        var queue = new Uri(audience).AbsolutePath.TrimStart('/');
        var until = DateTimeOffset.FromUnixTimeSeconds(long.Parse(parts["se"], System.Globalization.CultureInfo.InvariantCulture));
        if (parts["skn"] != KeyName || Uri.UnescapeDataString(parts["sig"]) != Convert.ToBase64String(signed) || Uri.UnescapeDataString(parts["sr"]) != audience || until <= Time.GetUtcNow())
        {
            return Status("status-code", 401);
        }

        tokens[(connection, queue)] = until;
        Tokens.Enqueue(queue);
        return Status("status-code", 202);
    }

    private Message RenewLock(string queue, Guid[] lockTokens)
    {
        if (Queue(queue).Renew(lockTokens[0]) is not { } until)
        {
            return Status("statusCode", 410);
        }

        Interlocked.Increment(ref renewals);
        var answer = Status("statusCode", 200);
        answer.BodySection = new AmqpValue { Value = new Map { ["expirations"] = new[] { until.UtcDateTime } } };
        return answer;
    }

    private Message Peek(string queue, Map body)
    {
        var from = (long)body["from-sequence-number"];
        var page = Queue(queue).Messages.Where(message => message.Sequence >= from).OrderBy(message => message.Sequence).Take((int)body["message-count"]).ToList();
        if (page.Count == 0)
        {
            return Status("statusCode", 204);
        }

        var list = new List();
        foreach (var held in page)
        {
            var encoded = PeerQueue.Annotated(held).Encode();
            list.Add(new Map { ["message"] = encoded.Buffer.AsSpan(encoded.Offset, encoded.Length).ToArray() });
        }

        var answer = Status("statusCode", 200);
        answer.BodySection = new AmqpValue { Value = new Map { ["messages"] = list } };
        return answer;
    }

    private static Message Status(string property, int status) => new() { ApplicationProperties = new ApplicationProperties { [property] = status } };

    private sealed class Endpoint(ServiceBusPeer peer, PeerQueue? queue, string address) : LinkEndpoint
    {
        public override void OnMessage(MessageContext messageContext)
        {
            if (queue is null)
            {
                messageContext.Complete();
                var answer = peer.Answer(messageContext.Link.Session.Connection, address, messageContext.Message);
                answer.Properties = new Properties { CorrelationId = messageContext.Message.Properties.MessageId };
                peer.replies[messageContext.Message.Properties.ReplyTo].SendMessage(answer);
            }
            else if (Interlocked.Decrement(ref peer.busy) >= 0)
            {
                messageContext.Complete(new Error("com.microsoft:server-busy") { Description = "The server is busy." });
            }
            else
            {
                queue.Add(messageContext.Message, detectDuplicates: true);
                messageContext.Complete();
            }
        }

        public override void OnFlow(FlowContext flowContext)
        {
            if (flowContext.Messages > 0)
            {
                queue?.Credit(flowContext.Link, flowContext.Messages);
            }
        }

        public override void OnDisposition(DispositionContext dispositionContext)
        {
            // The library releases what was on a link that ends; Service Bus leaves it locked until the lock runs out.
            if (queue is not null && !dispositionContext.Link.IsClosed && dispositionContext.Message.DeliveryTag is { Length: 16 } tag)
            {
                queue.Settle(new Guid(tag), dispositionContext.DeliveryState);
            }
        }

        public override void OnLinkClosed(ListenerLink link, Error error)
        {
            queue?.Leave(link);
            peer.links.TryRemove(link, out _);
        }
    }

    private sealed class TagWriter(ConditionalWeakTable<Message, byte[]> tags) : IHandler
    {
        public bool CanHandle(EventId id) => id == EventId.SendDelivery;

        public void Handle(Event protocolEvent)
        {
            var delivery = (IDelivery)protocolEvent.Context;
            if (tags.TryGetValue(delivery.Message, out var tag))
            {
                delivery.Tag = tag;
            }
        }
    }
}
