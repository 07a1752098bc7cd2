// One address for two regions: requests go to the first while it answers, else to the second.

import { Tags } from '../types.bicep'

param name string
param tags Tags

resource profile 'Microsoft.Cdn/profiles@2025-06-01' = {
  name: name
  location: 'global'
  tags: tags
  sku: { name: 'Standard_AzureFrontDoor' }
  properties: { originResponseTimeoutSeconds: 60 }

  resource endpoint 'afdEndpoints' = {
    name: name
    location: 'global'
    tags: tags
    properties: { enabledState: 'Enabled' }
  }
}

output frontDoorId string = profile.properties.frontDoorId
output host string = profile::endpoint.properties.hostName
