using System.Globalization;
using System.Text;

namespace AllianceNotify.LoadDriver;

/// <summary>A whole HTTP/1.1 request whose body carries a number, so that every request reports something new.</summary>
public sealed class RequestTemplate
{
    private const int Digits = 10;

    private static readonly string Placeholder = new('#', Digits);

    private readonly byte[] bytes;
    private readonly int[] numbers;

    /// <param name="address">Whom it is for.</param>
    /// <param name="path">Path and query.</param>
    /// <param name="key">API key, sent as a bearer token.</param>
    /// <param name="body">JSON body with <see cref="Number"/> wherever the number belongs.</param>
    public RequestTemplate(Uri address, string path, string key, string body)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(body);
        var length = Encoding.UTF8.GetByteCount(body).ToString(CultureInfo.InvariantCulture);
        bytes = Encoding.UTF8.GetBytes(
            $"POST {path} HTTP/1.1\r\nHost: {address.Authority}\r\nAuthorization: Bearer {key}\r\n"
            + $"Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}");
        var found = new List<int>();
        var placeholder = Encoding.UTF8.GetBytes(Placeholder);
        for (var at = bytes.AsSpan().IndexOf(placeholder); at >= 0;)
        {
            found.Add(at);
            var next = bytes.AsSpan(at + Digits).IndexOf(placeholder);
            at = next < 0 ? -1 : at + Digits + next;
        }

        numbers = [.. found];
    }

    /// <summary>Where the number goes, written with ten digits.</summary>
    public static string Number => Placeholder;

    public int Length => bytes.Length;

    /// <summary>Writes the request of this number.</summary>
    public void Write(long number, Span<byte> request)
    {
        bytes.CopyTo(request);
        foreach (var at in numbers)
        {
            number.TryFormat(request.Slice(at, Digits), out _, "D10", CultureInfo.InvariantCulture);
        }
    }
}
