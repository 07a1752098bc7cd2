// Shapes of the parameters.

@export()
@description('Which of the two heads runs: the hub as the Functions host\'s custom handler, or the isolated worker.')
type Head = 'custom' | 'isolated'

@export()
@description('What the deployment is for.')
type Environment = 'dev' | 'exercise' | 'production'

@export()
@description('Who can open a connection to the hub: the internet (or some networks of it), or the private network only.')
type Inbound = 'internet' | 'private'

@export()
type Tags = { *: string }

@export()
@description('Values of app settings by name, with __ between the parts of a configuration key.')
type Settings = { *: string }

@export()
type Scale = {
  @description('Memory of one instance, in MB.')
  memory: 512 | 2048 | 4096

  @description('Most instances at once. HTTP, every queue and every timer scale by themselves, so there are seldom fewer than twenty.')
  @minValue(40)
  @maxValue(1000)
  maximum: int

  @description('Instances kept running, by http or by function:NAME. They are paid for around the clock.')
  alwaysReady: { *: int }
}

@export()
@description('The identity that the hub runs as.')
type Identity = {
  id: string
  clientId: string
  principalId: string
}

@export()
@description('When to call a person.')
type Thresholds = {
  @description('A message that waits this long, in seconds.')
  @minValue(30)
  queueAge: int

  @description('Deliveries that failed in fifteen minutes.')
  @minValue(1)
  failedDeliveries: int

  @description('Report formats that arrive steadily, each with the minutes of silence that are too many.')
  silentFormats: { *: 5 | 10 | 15 | 30 | 45 | 60 | 120 | 180 | 240 | 300 | 360 | 1440 }
}

@export()
type Budget = {
  @description('A month, in the currency of the subscription.')
  @minValue(1)
  amount: int

  @description('First day of the month of the first deployment, as yyyy-MM-01. Not changed afterwards.')
  start: string
}
