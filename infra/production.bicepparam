using 'main.bicep'

param environmentName = 'production'
param location = 'japaneast'
param secondLocation = 'japanwest'
param privateNetwork = true
param messagingSku = 'Premium'
param stateSku = 'Standard_RAGZRS'
param locked = true
param operators = ['hub-operators@example.com']
param scale = {
  memory: 2048
  maximum: 100
  alwaysReady: {
    http: 1
    'function:TriageReportFlash': 1
    'function:FanOutAlertFlash': 1
    'function:DeliverAlertFlash': 1
    'function:EscalateUnanswered': 1
  }
}
param thresholds = {
  queueAge: 120
  failedDeliveries: 1
  silentFormats: { 'jma-xml': 360 }
}
param budget = {
  amount: 3000
  start: '2026-12-01'
}
param retentionDays = 365
