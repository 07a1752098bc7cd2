namespace AllianceNotify.Intake.Formats;

/// <summary>OASIS Common Alerting Protocol 1.2, and 1.1 and 1.0: one <c>alert</c>, told by its namespace.</summary>
public sealed class CapFormat(CapSignatures signatures) : IReportFormat
{
    public const string FormatName = "cap";

    public string Name => FormatName;

    public FormatMatch Recognise(string? contentType, ReadOnlySpan<byte> head)
    {
        if (!MediaType.IsXml(contentType) || (contentType is null && !SafeXml.LooksLikeXml(head)))
        {
            return FormatMatch.No;
        }

        // XML whose root cannot even be told (broken, or with a DTD) is answered here, with the place where it breaks.
        return SafeXml.RootOf(head) is { } root
            ? root.LocalName == "alert" && CapVocabulary.IsCap(root.NamespaceName) ? FormatMatch.ByContent : FormatMatch.No
            : FormatMatch.ByType;
    }

    public ReadResult Read(ReadOnlyMemory<byte> body, ReadContext context)
    {
        if (SafeXml.TryParse(body, out var error) is not { Root: { } root })
        {
            return new ReadResult.Invalid([error!]);
        }

        if (root.Name.LocalName != "alert" || !CapVocabulary.IsCap(root.Name.NamespaceName))
        {
            return new ReadResult.Invalid([XmlFields.ErrorAt(root, root.Name.LocalName, "is not a CAP alert")]);
        }

        return signatures.Check(root, body, context.ReceivedAt) switch
        {
            SignatureState.Broken broken => new ReadResult.Refused($"The alert's signature is not accepted: {broken.Reason}."),
            SignatureState.Valid valid => CapAlert.Read(root, FormatName, "valid", context, valid.Signer),
            SignatureState.Unverified => CapAlert.Read(root, FormatName, "unverified", context),
            _ => CapAlert.Read(root, FormatName, "unsigned", context),
        };
    }
}
