// The broker queues of the hub: one a stage and priority lane, as AmqpQueueNames names them in the hub. A test compares the two.

var stages = ['reports', 'alerts', 'deliveries']
var lanes = ['flash', 'urgent', 'routine', 'exercise']

@export()
@description('Names of all queues.')
var queueNames = flatten(map(stages, stage => map(lanes, lane => '${stage}-${lane}')))

@export()
@description('How often a message is handed out before it is a dead letter: QueueName.MaxDeliveries in the hub.')
var maxDeliveryCount = 10
