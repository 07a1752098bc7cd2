using Azure.Messaging.ServiceBus;
using Microsoft.Azure.Functions.Worker;

namespace AllianceNotify.Isolated;

/// <summary>What waits in each of the broker's queues goes to its stage. A function that throws leaves its message to be delivered again.</summary>
public sealed class QueueFunctions(HubOfTheWorker hub)
{
    [Function("DeliverAlertExercise")]
    public Task DeliverAlertExercise([ServiceBusTrigger("deliveries-exercise", Connection = "ServiceBus")] ServiceBusReceivedMessage message, CancellationToken cancellationToken) =>
        hub.RunStageAsync("DeliverAlertExercise", message, cancellationToken);

    [Function("DeliverAlertFlash")]
    public Task DeliverAlertFlash([ServiceBusTrigger("deliveries-flash", Connection = "ServiceBus")] ServiceBusReceivedMessage message, CancellationToken cancellationToken) =>
        hub.RunStageAsync("DeliverAlertFlash", message, cancellationToken);

    [Function("DeliverAlertRoutine")]
    public Task DeliverAlertRoutine([ServiceBusTrigger("deliveries-routine", Connection = "ServiceBus")] ServiceBusReceivedMessage message, CancellationToken cancellationToken) =>
        hub.RunStageAsync("DeliverAlertRoutine", message, cancellationToken);

    [Function("DeliverAlertUrgent")]
    public Task DeliverAlertUrgent([ServiceBusTrigger("deliveries-urgent", Connection = "ServiceBus")] ServiceBusReceivedMessage message, CancellationToken cancellationToken) =>
        hub.RunStageAsync("DeliverAlertUrgent", message, cancellationToken);

    [Function("FanOutAlertExercise")]
    public Task FanOutAlertExercise([ServiceBusTrigger("alerts-exercise", Connection = "ServiceBus")] ServiceBusReceivedMessage message, CancellationToken cancellationToken) =>
        hub.RunStageAsync("FanOutAlertExercise", message, cancellationToken);

    [Function("FanOutAlertFlash")]
    public Task FanOutAlertFlash([ServiceBusTrigger("alerts-flash", Connection = "ServiceBus")] ServiceBusReceivedMessage message, CancellationToken cancellationToken) =>
        hub.RunStageAsync("FanOutAlertFlash", message, cancellationToken);

    [Function("FanOutAlertRoutine")]
    public Task FanOutAlertRoutine([ServiceBusTrigger("alerts-routine", Connection = "ServiceBus")] ServiceBusReceivedMessage message, CancellationToken cancellationToken) =>
        hub.RunStageAsync("FanOutAlertRoutine", message, cancellationToken);

    [Function("FanOutAlertUrgent")]
    public Task FanOutAlertUrgent([ServiceBusTrigger("alerts-urgent", Connection = "ServiceBus")] ServiceBusReceivedMessage message, CancellationToken cancellationToken) =>
        hub.RunStageAsync("FanOutAlertUrgent", message, cancellationToken);

    [Function("TriageReportExercise")]
    public Task TriageReportExercise([ServiceBusTrigger("reports-exercise", Connection = "ServiceBus")] ServiceBusReceivedMessage message, CancellationToken cancellationToken) =>
        hub.RunStageAsync("TriageReportExercise", message, cancellationToken);

    [Function("TriageReportFlash")]
    public Task TriageReportFlash([ServiceBusTrigger("reports-flash", Connection = "ServiceBus")] ServiceBusReceivedMessage message, CancellationToken cancellationToken) =>
        hub.RunStageAsync("TriageReportFlash", message, cancellationToken);

    [Function("TriageReportRoutine")]
    public Task TriageReportRoutine([ServiceBusTrigger("reports-routine", Connection = "ServiceBus")] ServiceBusReceivedMessage message, CancellationToken cancellationToken) =>
        hub.RunStageAsync("TriageReportRoutine", message, cancellationToken);

    [Function("TriageReportUrgent")]
    public Task TriageReportUrgent([ServiceBusTrigger("reports-urgent", Connection = "ServiceBus")] ServiceBusReceivedMessage message, CancellationToken cancellationToken) =>
        hub.RunStageAsync("TriageReportUrgent", message, cancellationToken);
}
