import { Identity, Tags } from '../types.bicep'

param name string
param location string
param tags Tags

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: name
  location: location
  tags: tags
}

output identity Identity = {
  id: identity.id
  clientId: identity.properties.clientId
  principalId: identity.properties.principalId
}
