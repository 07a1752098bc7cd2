using 'main.bicep'

param environmentName = 'exercise'
param location = 'japaneast'
param operators = ['hub-operators@example.com']
param stateSku = 'Standard_ZRS'
param scale = {
  memory: 2048
  maximum: 40
  alwaysReady: { http: 1 }
}
param thresholds = {
  queueAge: 300
  failedDeliveries: 5
  silentFormats: {}
}
param budget = {
  amount: 300
  start: '2026-12-01'
}
