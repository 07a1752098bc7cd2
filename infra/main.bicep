// AllianceNotify on Azure, one deployment: docs/deploy.md.

import { Budget, Environment, Head, Inbound, Scale, Settings, Tags, Thresholds } from 'types.bicep'

targetScope = 'subscription'

@description('Short name of the hub: lower-case letters and digits. Part of every resource name.')
@minLength(2)
@maxLength(8)
param name string = 'anotify'

param environmentName Environment

@description('Region of the hub.')
param location string

@description('Second region; null for none. Japan East and Japan West are a pair.')
param secondLocation string?

@description('custom: the hub as the host\'s custom handler. isolated: the isolated worker.')
param head Head = 'custom'

@description('Storage, Service Bus and Key Vault are reached by private endpoints only, and the hub sends from one fixed address. Needs Service Bus Premium.')
param privateNetwork bool = false

@description('Address range of the private network of each region, /22 or larger.')
param networkRanges string[] = ['10.71.0.0/22', '10.72.0.0/22']

@description('Who can open a connection to the hub. private needs a private network, and a public URL of your own where there are two regions.')
param inbound Inbound = 'internet'

@description('Networks (CIDR) that may connect from the internet; empty for all. In two regions the front door decides instead.')
param allowedNetworks string[] = []

@description('Where readers reach the hub, for links in alerts; null for the address that Azure gives.')
param publicUrl string?

@description('Service Bus tier.')
param messagingSku 'Standard' | 'Premium' = 'Standard'

@description('Redundancy of the hub\'s state. A second region needs one that is copied there: GRS or GZRS.')
param stateSku 'Standard_LRS' | 'Standard_ZRS' | 'Standard_GRS' | 'Standard_RAGRS' | 'Standard_GZRS' | 'Standard_RAGZRS' = 'Standard_LRS'

@description('Refuse to delete the state and the key vault until their locks are taken off.')
param locked bool = false

param scale Scale

@description('Further settings of the hub, as in its README with __ for each colon: Graph, mail, delivery.')
param hubSettings Settings = {}

@description('Settings whose value is kept in the key vault, each with the secret\'s name. The secret has to be there before.')
param fromVault Settings = {}

@description('Mail addresses of the people who run the hub. They are told by Azure, not by the hub.')
@minLength(1)
param operators string[]

param thresholds Thresholds

param budget Budget

@description('Days that logs and metrics are kept.')
param retentionDays int = 30

@description('Most telemetry in a day, in GB; -1 for no limit.')
param dailyTelemetryQuota int = -1

@description('Further tags.')
param tags Tags = {}

var allTags = union(tags, { application: 'AllianceNotify', environment: environmentName, classification: 'unclassified' })
var mistakes = filter(
  [
    inbound == 'private' && !privateNetwork ? 'inbound private needs privateNetwork.' : ''
    inbound == 'private' && secondLocation != null && publicUrl == null ? 'Two regions without a front door need a publicUrl of your own.' : ''
    messagingSku != 'Premium' && (privateNetwork || secondLocation != null) ? 'privateNetwork and secondLocation need messagingSku Premium.' : ''
    secondLocation != null && !contains(stateSku, 'GRS') && !contains(stateSku, 'GZRS')
      ? 'secondLocation needs a stateSku that is copied there: GRS or GZRS.'
      : ''
    secondLocation == location ? 'secondLocation is location.' : ''
    privateNetwork && length(networkRanges) < length(locations) ? 'networkRanges has fewer ranges than there are regions.' : ''
  ],
  mistake => !empty(mistake)
)
var stem = empty(mistakes) ? '${name}-${environmentName}' : fail(join(mistakes, ' '))
var unique = take(uniqueString(subscription().id, name, environmentName), 6)
var compact = '${name}${take(environmentName, 4)}${unique}'
var locations = secondLocation == null ? [location] : [location, secondLocation!]
var frontDoor = secondLocation != null && inbound == 'internet'
var stateName = 'st${compact}'
var messagingName = 'sb-${stem}-${unique}'
var messagingHost = '${messagingName}.servicebus.windows.net'
var vaultName = 'kv-${compact}'
var tableEndpoint = 'https://${stateName}.table.${environment().suffixes.storage}'
var vaultUri = 'https://${vaultName}${environment().suffixes.keyvaultDns}/'
var frontDoorName = '${stem}-${unique}'
var alwaysRunning = !empty(scale.alwaysReady)

resource groups 'Microsoft.Resources/resourceGroups@2025-04-01' = [
  for place in locations: {
    name: 'rg-${stem}-${place}'
    location: place
    tags: allTags
  }
]

module identity 'modules/identity.bicep' = {
  scope: groups[0]
  params: {
    name: 'id-${stem}'
    location: location
    tags: allTags
  }
}

module observability 'modules/observability.bicep' = {
  scope: groups[0]
  params: {
    name: stem
    location: location
    tags: allTags
    principalId: identity.outputs.identity.principalId
    retentionDays: retentionDays
    dailyQuota: dailyTelemetryQuota
  }
}

module state 'modules/state.bicep' = {
  scope: groups[0]
  params: {
    name: stateName
    location: location
    tags: allTags
    principalId: identity.outputs.identity.principalId
    sku: stateSku
    privateNetwork: privateNetwork
    locked: locked
  }
}

module messaging 'modules/messaging.bicep' = {
  scope: groups[0]
  params: {
    name: messagingName
    location: location
    tags: allTags
    principalId: identity.outputs.identity.principalId
    workspaceId: observability.outputs.workspaceId
    sku: messagingSku
    privateNetwork: privateNetwork
    secondLocation: secondLocation
  }
}

module vault 'modules/vault.bicep' = {
  scope: groups[0]
  params: {
    name: vaultName
    location: location
    tags: allTags
    principalId: identity.outputs.identity.principalId
    workspaceId: observability.outputs.workspaceId
    privateNetwork: privateNetwork
  }
}

module entry 'modules/entry.bicep' = if (frontDoor) {
  scope: groups[0]
  params: {
    name: frontDoorName
    tags: allTags
  }
}

var appNames = [for (place, index) in locations: 'func-${stem}-${unique}-${index + 1}']
var address = publicUrl ?? (frontDoor ? 'https://${entry!.outputs.host}' : 'https://${appNames[0]}.azurewebsites.net')

var settings = union(
  {
    APPLICATIONINSIGHTS_CONNECTION_STRING: observability.outputs.connectionString
    APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identity.outputs.identity.clientId};Authorization=AAD'
    APPLICATIONINSIGHTS_STATSBEAT_DISABLED: 'true'
    // A backlog is worked off by few processes with much in hand: limits of other services are kept a process.
    AzureFunctionsJobHost__extensions__serviceBus__maxConcurrentCalls: '64'
    // Nothing is sent by Graph until hubSettings name senders or a Teams app. Four lanes deliver, each in a process of its own.
    Graph__ManagedIdentity: 'true'
    Graph__ClientId: identity.outputs.identity.clientId
    Graph__Instances: '4'
    Hub__DataDirectory: '/tmp/alliancenotify'
    Hub__PublicUrl: address
    Queue__Kind: 'Amqp'
    Queue__Address: 'amqps://${messagingHost}'
    Queue__ClientId: identity.outputs.identity.clientId
    ServiceBus__fullyQualifiedNamespace: messagingHost
    ServiceBus__credential: 'managedidentity'
    ServiceBus__clientId: identity.outputs.identity.clientId
    Store__Kind: 'AzureTables'
    Store__Endpoint: tableEndpoint
    Store__ClientId: identity.outputs.identity.clientId
  },
  hubSettings,
  toObject(items(fromVault), setting => setting.key, setting => '@Microsoft.KeyVault(SecretUri=${vaultUri}secrets/${setting.value})')
)

module regions 'modules/region.bicep' = [
  for (place, index) in locations: {
    scope: groups[index]
    params: {
      name: appNames[index]
      hostStorageName: 'st${compact}${index + 1}'
      location: place
      tags: allTags
      head: head
      identity: identity.outputs.identity
      scale: scale
      settings: settings
      inbound: inbound
      allowedNetworks: allowedNetworks
      behindFrontDoor: frontDoor
      frontDoorId: frontDoor ? entry!.outputs.frontDoorId : ''
      privateNetwork: privateNetwork
      range: networkRanges[index]
      services: { state: state.outputs.id, messaging: messaging.outputs.id, vault: vault.outputs.id }
    }
  }
]

module route 'modules/route.bicep' = if (frontDoor) {
  scope: groups[0]
  params: {
    profileName: frontDoorName
    endpointName: frontDoorName
    hosts: [for (place, index) in locations: regions[index].outputs.host]
  }
}

module alerts 'modules/alerts.bicep' = {
  scope: groups[0]
  params: {
    name: stem
    location: location
    tags: allTags
    workspaceId: observability.outputs.workspaceId
    insightsId: observability.outputs.insightsId
    messagingId: messaging.outputs.id
    thresholds: thresholds
    publicUrl: address
    probed: inbound == 'internet'
    mailTo: operators
    alwaysRunning: alwaysRunning
  }
}

resource spending 'Microsoft.Consumption/budgets@2024-08-01' = {
  name: stem
  properties: {
    category: 'Cost'
    amount: budget.amount
    timeGrain: 'Monthly'
    timePeriod: { startDate: budget.start }
    filter: {
      dimensions: {
        name: 'ResourceGroupName'
        operator: 'In'
        values: [for place in locations: 'rg-${stem}-${place}']
      }
    }
    notifications: {
      spent: {
        enabled: true
        operator: 'GreaterThanOrEqualTo'
        threshold: 80
        thresholdType: 'Actual'
        contactEmails: operators
      }
      forecast: {
        enabled: true
        operator: 'GreaterThanOrEqualTo'
        threshold: 100
        thresholdType: 'Forecasted'
        contactEmails: operators
      }
    }
  }
}

output publicUrl string = address
output appNames string[] = appNames
output resourceGroups string[] = [for (place, index) in locations: groups[index].name]
output identityClientId string = identity.outputs.identity.clientId
output identityPrincipalId string = identity.outputs.identity.principalId
output tableEndpoint string = tableEndpoint
output stateAccountId string = state.outputs.id
output messagingName string = messagingName
output vaultName string = vaultName
