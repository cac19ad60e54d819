// Key Vault: where operators keep what becomes Secrets of the cluster. The workload does not read it.
import { roles } from 'roles.bicep'

param name string
param location string
@description('Object id of a group of Entra ID.')
param operators string
param tags object

module vault 'br/public:avm/res/key-vault/vault:0.14.0' = {
  name: 'vault'
  params: {
    name: name
    location: location
    tags: tags
    enableTelemetry: false
    sku: 'standard'
    enableRbacAuthorization: true
    enablePurgeProtection: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 90
    enableVaultForDeployment: false
    enableVaultForTemplateDeployment: false
    enableVaultForDiskEncryption: false
    publicNetworkAccess: 'Enabled'
    roleAssignments: [
      { roleDefinitionIdOrName: roles.keyVaultSecretsOfficer, principalId: operators, principalType: 'Group' }
    ]
  }
}

output name string = vault.outputs.name
