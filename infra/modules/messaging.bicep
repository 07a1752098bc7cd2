// The queues between the stages.

import { Tags } from '../types.bicep'
import { roles } from '../roles.bicep'
import { maxDeliveryCount, queueNames } from '../queues.bicep'

param name string
param location string
param tags Tags

@description('The hub\'s identity.')
param principalId string
param workspaceId string

@description('Private endpoints and a second region need Premium.')
param sku 'Standard' | 'Premium'
param privateNetwork bool

@description('Where the namespace is kept a second time; null for nowhere.')
param secondLocation string?

var premium = sku == 'Premium'

resource namespace 'Microsoft.ServiceBus/namespaces@2026-01-01' = {
  name: name
  location: location
  tags: tags
  sku: {
    name: sku
    tier: sku
    capacity: premium ? 1 : null
  }
  properties: {
    disableLocalAuth: true
    minimumTlsVersion: '1.2'
    publicNetworkAccess: privateNetwork ? 'Disabled' : 'Enabled'
    geoDataReplication: secondLocation == null
      ? null
      : {
          maxReplicationLagDurationInSeconds: 300
          locations: [
            { locationName: location, roleType: 'Primary' }
            { locationName: secondLocation!, roleType: 'Secondary' }
          ]
        }
  }
}

// Full queues refuse further messages, and intake then answers 503; nothing is dropped.
resource queues 'Microsoft.ServiceBus/namespaces/queues@2026-01-01' = [
  for queue in queueNames: {
    parent: namespace
    name: queue
    properties: {
      lockDuration: 'PT1M'
      maxDeliveryCount: maxDeliveryCount
      deadLetteringOnMessageExpiration: true
      requiresDuplicateDetection: true
      duplicateDetectionHistoryTimeWindow: 'PT10M'
      maxSizeInMegabytes: 5120
      enablePartitioning: false
      requiresSession: false
    }
  }
]

resource sender 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(namespace.id, roles.serviceBusDataSender)
  scope: namespace
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.serviceBusDataSender)
  }
}

resource receiver 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(namespace.id, roles.serviceBusDataReceiver)
  scope: namespace
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.serviceBusDataReceiver)
  }
}

resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: namespace
  properties: {
    workspaceId: workspaceId
    logs: [{ category: 'OperationalLogs', enabled: true }]
  }
}

output id string = namespace.id
