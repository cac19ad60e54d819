// Cosmos DB: the containers of the program with its index policies, under one autoscale throughput.
import { DocumentSettings } from '../settings.bicep'
import { cosmosRoles } from 'roles.bicep'

param name string
param location string
param settings DocumentSettings
@description('Of deploy/bicep/definitions.json: what the program verifies at its start.')
param definitions object
@description('Principal of the workload: it reads and writes documents, and makes no containers.')
param workload string
@description('Object id of a group of Entra ID: it reads.')
param operators string
param tags object

var accountId = resourceId('Microsoft.DocumentDB/databaseAccounts', name)
var containers = map(definitions.containers, container => {
  name: container.name
  paths: container.paths
  kind: 'Hash'
  version: 2
  defaultTtl: container.defaultTtl
  indexingPolicy: container.indexingPolicy
})

module account 'br/public:avm/res/document-db/database-account:0.20.1' = {
  name: 'documents-account'
  params: {
    name: name
    location: location
    tags: tags
    enableTelemetry: false
    defaultConsistencyLevel: definitions.consistency
    zoneRedundant: settings.zoneRedundant
    disableLocalAuthentication: true
    disableKeyBasedMetadataWriteAccess: true
    minimumTlsVersion: 'Tls12'
    networkRestrictions: { publicNetworkAccess: 'Enabled' }
    backupPolicyType: 'Continuous'
    backupPolicyContinuousTier: settings.backup
    sqlDatabases: [
      {
        name: definitions.database
        autoscaleSettingsMaxThroughput: settings.requestUnits
        containers: containers
      }
    ]
    sqlRoleAssignments: [
      { roleDefinitionId: cosmosRoles.contributor, principalId: workload, scope: '${accountId}/dbs/${definitions.database}' }
      { roleDefinitionId: cosmosRoles.reader, principalId: operators, scope: '${accountId}/dbs/${definitions.database}' }
    ]
  }
}

output endpoint string = account.outputs.endpoint
output database string = definitions.database
