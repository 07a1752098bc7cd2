// The hub itself: a Flex Consumption plan with one function app, and the storage account that its host keeps packages, keys and locks in.

import { Head, Identity, Inbound, Scale, Settings, Tags } from '../types.bicep'
import { roles } from '../roles.bicep'

param name string

@minLength(3)
@maxLength(24)
param hostStorageName string
param location string
param tags Tags
param head Head
param identity Identity
param scale Scale
param settings Settings
param inbound Inbound

@description('Networks (CIDR) that may connect from the internet; empty for all. Ignored behind a front door.')
param allowedNetworks string[]

@description('Let nobody connect but one front door.')
param behindFrontDoor bool

@description('Its id; empty where there is none.')
param frontDoorId string

@description('Subnet the app sends from; null outside a private network.')
param appSubnetId string?

var packages = 'packages'
var privateNetwork = appSubnetId != null

var runtimes = {
  custom: { name: 'custom', version: '1.0' }
  isolated: { name: 'dotnet-isolated', version: '10.0' }
}

var frontDoorOnly = [
  {
    name: 'front-door'
    priority: 100
    action: 'Allow'
    tag: 'ServiceTag'
    ipAddress: 'AzureFrontDoor.Backend'
    headers: { 'x-azure-fdid': [frontDoorId] }
  }
]
var allowed = [
  for (network, index) in allowedNetworks: {
    name: 'allowed-${index}'
    priority: 100 + index
    action: 'Allow'
    ipAddress: network
  }
]
var availabilityTest = [
  {
    name: 'availability-test'
    priority: 90
    action: 'Allow'
    tag: 'ServiceTag'
    ipAddress: 'ApplicationInsightsAvailability'
  }
]
var restrictions = behindFrontDoor ? frontDoorOnly : empty(allowed) ? [] : concat(availabilityTest, allowed)

resource hostStorage 'Microsoft.Storage/storageAccounts@2025-01-01' = {
  name: hostStorageName
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: 'Standard_LRS' }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    isLocalUserEnabled: false
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: privateNetwork ? 'Disabled' : 'Enabled'
    networkAcls: {
      bypass: 'None'
      defaultAction: privateNetwork ? 'Deny' : 'Allow'
    }
  }

  resource blobs 'blobServices' = {
    name: 'default'
    properties: {
      deleteRetentionPolicy: { enabled: true, days: 14 }
      containerDeleteRetentionPolicy: { enabled: true, days: 14 }
    }

    resource container 'containers' = {
      name: packages
    }
  }
}

// The Functions host asks for this role on the account of its own; nothing of the hub's state is there.
resource hostBlobs 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(hostStorage.id, roles.storageBlobDataOwner)
  scope: hostStorage
  properties: {
    principalId: identity.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.storageBlobDataOwner)
  }
}

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  name: 'plan-${name}'
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: { reserved: true }
}

var hostSettings = {
  AzureWebJobsStorage__blobServiceUri: hostBlobEndpoint
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: identity.clientId
}
var hostBlobEndpoint = 'https://${hostStorageName}.blob.${environment().suffixes.storage}'

resource app 'Microsoft.Web/sites@2025-03-01' = {
  name: name
  location: location
  tags: tags
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identity.id}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    clientAffinityEnabled: false
    keyVaultReferenceIdentity: identity.id
    publicNetworkAccess: inbound == 'private' ? 'Disabled' : 'Enabled'
    virtualNetworkSubnetId: appSubnetId
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${hostBlobEndpoint}/${packages}'
          authentication: { type: 'UserAssignedIdentity', userAssignedIdentityResourceId: identity.id }
        }
      }
      runtime: runtimes[head]
      scaleAndConcurrency: {
        instanceMemoryMB: scale.memory
        maximumInstanceCount: scale.maximum
        alwaysReady: map(items(scale.alwaysReady), group => { name: group.key, instanceCount: group.value })
      }
    }
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      http20Enabled: true
      ftpsState: 'Disabled'
      ipSecurityRestrictionsDefaultAction: empty(restrictions) ? 'Allow' : 'Deny'
      ipSecurityRestrictions: restrictions
      appSettings: map(items(union(settings, hostSettings)), setting => { name: setting.key, value: setting.value })
    }
  }
  dependsOn: [hostBlobs, hostStorage::blobs::container]

  // Packages are published with a sign-in, never with a password of the site.
  resource ftp 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: { allow: false }
  }

  resource scm 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: { allow: false }
  }
}

output id string = app.id
output host string = app.properties.defaultHostName
output hostStorageId string = hostStorage.id
