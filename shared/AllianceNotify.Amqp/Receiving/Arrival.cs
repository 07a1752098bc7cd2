using AllianceNotify.Amqp.Wire;
using Amqp;

namespace AllianceNotify.Amqp.Receiving;

/// <summary>A message that the broker has handed to this process and that is not settled.</summary>
/// <param name="Queue">The queue without its lane.</param>
/// <param name="Link">What it came over; what settles it.</param>
/// <param name="Message">As it came.</param>
/// <param name="Carried">What it holds.</param>
/// <param name="ArrivedAt">When it came.</param>
internal sealed record Arrival(string Queue, ReceiverLink Link, Message Message, Carried Carried, DateTimeOffset ArrivedAt)
{
    /// <summary>The link or what it is made of has ended: the broker will hand the message out again.</summary>
    public bool IsLost => Link.IsClosed || Link.Session.IsClosed || Link.Session.Connection.IsClosed;

    /// <summary>How often it was handed out before: earlier copies, and this one as far as the broker counts.</summary>
    public int HandedOut { get; } = Carried.Deliveries + (int)Math.Min(Message.Header?.DeliveryCount ?? 0, 1_000_000);

    /// <summary>
    /// The broker says that somebody had this copy before, and does not count (RabbitMQ: a receiver died with it). AMQP 1.0,
    /// section 3.2.1: first-acquirer and delivery-count.
    /// </summary>
    public bool IsUncounted { get; } = Message.Header is { } header && header.HasField(3) && !header.FirstAcquirer && header.DeliveryCount == 0;

    /// <summary>This message again, to be sent as a copy in its place.</summary>
    public Message Copy(int handedOut) => MessageText.Write(Queue, Carried with { Deliveries = handedOut }, copy: true);

    /// <summary>Settles it. False where the link it came over is gone: the broker will hand it out again.</summary>
    public bool Settle(Action<ReceiverLink, Message> settle)
    {
        try
        {
            if (!IsLost)
            {
                settle(Link, Message);
                return !IsLost;
            }
        }
        catch (Exception exception) when (exception is AmqpException or ObjectDisposedException or InvalidOperationException)
        {
            // It ended meanwhile.
        }

        return false;
    }

    public bool Accept() => Settle(static (link, message) => link.Accept(message));
}
