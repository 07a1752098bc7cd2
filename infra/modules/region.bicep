// What there is once a region: the app, and where the network is private, its network and the endpoints it reaches everything by.

import { Head, Identity, Inbound, Scale, Settings, Tags } from '../types.bicep'

param name string
param hostStorageName string
param location string
param tags Tags
param head Head
param identity Identity
param scale Scale
param settings Settings
param inbound Inbound
param allowedNetworks string[]
param behindFrontDoor bool
param frontDoorId string
param privateNetwork bool

@description('Address range of the private network, /22 or larger; not looked at without one.')
param range string

@description('The shared services: ids of the state account, the Service Bus namespace and the key vault.')
param services { state: string, messaging: string, vault: string }

var zones = {
  blob: 'privatelink.blob.${environment().suffixes.storage}'
  table: 'privatelink.table.${environment().suffixes.storage}'
  messaging: 'privatelink.servicebus.windows.net'
  vault: 'privatelink.vaultcore.azure.net'
  app: 'privatelink.azurewebsites.net'
}
var sharedZones = [zones.blob, zones.table, zones.messaging, zones.vault]

module network 'network.bicep' = if (privateNetwork) {
  params: {
    name: name
    location: location
    tags: tags
    range: range
    zoneNames: inbound == 'private' ? concat(sharedZones, [zones.app]) : sharedZones
  }
}

module app 'app.bicep' = {
  params: {
    name: name
    hostStorageName: hostStorageName
    location: location
    tags: tags
    head: head
    identity: identity
    scale: scale
    settings: settings
    inbound: inbound
    allowedNetworks: allowedNetworks
    behindFrontDoor: behindFrontDoor
    frontDoorId: frontDoorId
    appSubnetId: privateNetwork ? network!.outputs.appSubnetId : null
  }
}

var endpoints = concat(
  [
    { service: 'host', group: 'blob', zone: zones.blob }
    { service: 'state', group: 'table', zone: zones.table }
    { service: 'messaging', group: 'namespace', zone: zones.messaging }
    { service: 'vault', group: 'vault', zone: zones.vault }
  ],
  inbound == 'private' ? [{ service: 'app', group: 'sites', zone: zones.app }] : []
)
var serviceIds = union(services, { host: app.outputs.hostStorageId, app: app.outputs.id })

module privateEndpoints 'endpoint.bicep' = [
  for endpoint in endpoints: if (privateNetwork) {
    params: {
      name: 'pe-${name}-${endpoint.service}'
      location: location
      tags: tags
      subnetId: network!.outputs.endpointSubnetId
      serviceId: serviceIds[endpoint.service]
      groupId: endpoint.group
      zoneName: endpoint.zone
    }
  }
]

output host string = app.outputs.host
