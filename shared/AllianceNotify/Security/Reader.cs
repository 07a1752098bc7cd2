using AllianceNotify.Reports;

namespace AllianceNotify.Security;

/// <summary>
/// Whom a caller reads for, as markings ask it: nation (ISO 3166-1 alpha-3), agency code and the strictest TLP colour. A
/// key that states none reads what its role's default allows.
/// </summary>
public sealed record Reader(string Nation, string Agency, Tlp MaxTlp);
