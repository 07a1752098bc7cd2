// The broker queues of the hub: one a stage and priority lane. The hub names them itself; a test compares the two lists.

var stages = ['reports', 'alerts', 'deliveries']
var lanes = ['flash-actual', 'urgent-actual', 'routine-actual', 'exercise']

@export()
@description('Names of all queues.')
var queueNames = flatten(map(stages, stage => map(lanes, lane => '${stage}-${lane}')))

@export()
@description('How often a message is handed out before it is a dead letter: QueueName.MaxDeliveries in the hub.')
var maxDeliveryCount = 10
