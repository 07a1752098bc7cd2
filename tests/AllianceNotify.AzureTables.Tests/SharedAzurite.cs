using Xunit;

namespace AllianceNotify.AzureTables.Tests;

/// <summary>One emulator for all test classes that do not stop it.</summary>
[CollectionDefinition(Name)]
public sealed class SharedAzurite : ICollectionFixture<AzuriteServer>
{
    public const string Name = "Azurite";
}
