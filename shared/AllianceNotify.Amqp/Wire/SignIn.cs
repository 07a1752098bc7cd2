using System.Text;
using Amqp;
using Amqp.Sasl;
using Amqp.Types;

namespace AllianceNotify.Amqp.Wire;

/// <summary>SASL PLAIN or ANONYMOUS. What comes after it is also shown to a <see cref="FlowReader"/>.</summary>
internal sealed class SignIn(string? user, string? password, FlowReader flows) : SaslProfile(user is null ? "ANONYMOUS" : "PLAIN")
{
    private ITransport? wire;

    /// <summary>Closes the socket, whatever the library still waits for.</summary>
    public void Cut() => wire?.Close();

    protected override ITransport UpgradeTransport(ITransport transport)
    {
        wire = transport;
        return new Watched((IAsyncTransport)transport, flows);
    }

    protected override DescribedList GetStartCommand(string hostname) => new SaslInit
    {
        Mechanism = Mechanism,
        HostName = hostname,
        InitialResponse = Encoding.UTF8.GetBytes(user is null ? "hub" : $"\0{user}\0{password}"),
    };

    protected override DescribedList? OnCommand(DescribedList command) => null;

    private sealed class Watched(IAsyncTransport inner, FlowReader flows) : IAsyncTransport
    {
        public void SetConnection(Connection connection) => inner.SetConnection(connection);

        public Task SendAsync(IList<ByteBuffer> bufferList, int listSize) => inner.SendAsync(bufferList, listSize);

        public async Task<int> ReceiveAsync(byte[] buffer, int offset, int count)
        {
            var received = await inner.ReceiveAsync(buffer, offset, count).ConfigureAwait(false);
            flows.Read(buffer.AsSpan(offset, received));
            return received;
        }

        public void Send(ByteBuffer buffer) => inner.Send(buffer);

        public int Receive(byte[] buffer, int offset, int count)
        {
            var received = inner.Receive(buffer, offset, count);
            flows.Read(buffer.AsSpan(offset, received));
            return received;
        }

        public void Close() => inner.Close();
    }
}
