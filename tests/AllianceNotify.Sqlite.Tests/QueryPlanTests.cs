using AllianceNotify.Sqlite.Entities;
using AllianceNotify.Sqlite.Files;
using AllianceNotify.Sqlite.Messages;
using Xunit;

namespace AllianceNotify.Sqlite.Tests;

/// <summary>What SQLite makes of each statement: a seek in an index, never a look at every row.</summary>
public sealed class QueryPlanTests : IDisposable
{
    private readonly TemporaryFile file = new();
    private readonly FileConnection connection;

    public QueryPlanTests()
    {
        var options = new SqliteOptions { Path = file.Path };
        connection = FileConnection.OpenWriter(options);
        Schema.Open(connection, options.Path);
    }

    public static TheoryData<string, string> Statements
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var constant in new[] { typeof(EntitySql), typeof(MessageSql) }.SelectMany(type => type.GetFields()).Where(constant => constant.IsLiteral))
            {
                data.Add($"{constant.DeclaringType?.Name}.{constant.Name}", (string)constant.GetRawConstantValue()!);
            }

            return data;
        }
    }

    public void Dispose()
    {
        connection.Dispose();
        file.Dispose();
    }

    [Theory]
    [MemberData(nameof(Statements))]
    public void No_statement_scans_a_table(string name, string sql)
    {
        using var explain = connection.PrepareOnce("EXPLAIN QUERY PLAN " + sql);
        var plan = explain.ReadAll(row => row.Text(3));

        Assert.True(plan.TrueForAll(step => !ScansTable(step)), $"{name}:\n{string.Join('\n', plan)}");
    }

    [Theory]
    [InlineData(MessageSql.Lease)]
    [InlineData(MessageSql.FirstVisible)]
    [InlineData(MessageSql.LastId)]
    [InlineData(MessageSql.DeadLetters)]
    [InlineData(EntitySql.Range)]
    public void What_is_read_in_order_is_not_sorted(string sql)
    {
        using var explain = connection.PrepareOnce("EXPLAIN QUERY PLAN " + sql);

        Assert.DoesNotContain(explain.ReadAll(row => row.Text(3)), step => step.Contains("TEMP B-TREE", StringComparison.Ordinal));
    }

    private static bool ScansTable(string step) =>
        step.StartsWith("SCAN ", StringComparison.Ordinal)
        && step != "SCAN CONSTANT ROW"
        && !step.StartsWith("SCAN (subquery", StringComparison.Ordinal);
}
