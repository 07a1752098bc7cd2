using AllianceNotify.Bench;

return args switch
{
    ["intake", .. var rest] => await IntakeBench.RunAsync(rest),
    ["fanout", .. var rest] => await FanOutBench.RunAsync(rest),
    ["backlog", .. var rest] => await BacklogBench.RunAsync(rest),
    ["audience", .. var rest] => await AudienceBench.RunAsync(rest),
    ["store", .. var rest] => await StoreBench.RunAsync(rest),
    ["start", .. var rest] => await StartBench.RunAsync(rest),
    ["graph", .. var rest] => await GraphBench.RunAsync(rest),
    ["amqp", .. var rest] => await AmqpBench.RunAsync(rest),
    ["sink"] => await SinkProcess.RunAsync(),
    ["classify-eval", .. var rest] => await ClassifyEval.RunAsync(rest),
    ["classify-print", .. var rest] => await ClassifyPrint.RunAsync(rest),
    ["classify-learn", .. var rest] => await ClassifyLearn.RunAsync(rest),
    ["classifier", .. var rest] => await ClassifierBench.RunAsync(rest),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("Usage: dotnet run -c Release --project bench/AllianceNotify.Bench -- VERB [ARGUMENTS]; bench/README.md lists the verbs.");
    return 2;
}
