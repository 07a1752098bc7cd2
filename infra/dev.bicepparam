using 'main.bicep'

param environmentName = 'dev'
param location = 'japaneast'
param operators = ['hub-operators@example.com']
param scale = {
  memory: 2048
  maximum: 40
  alwaysReady: {}
}
param thresholds = {
  queueAge: 600
  failedDeliveries: 20
  silentFormats: {}
}
param budget = {
  amount: 100
  start: '2026-12-01'
}
param dailyTelemetryQuota = 1
