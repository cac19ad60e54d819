// The storage account: a container of snapshots, and one that Capture writes to.
import { StorageSettings } from '../settings.bicep'
import { roles } from 'roles.bicep'

param name string
param location string
param settings StorageSettings
@description('Principal of the workload: snapshots are its own.')
param workload string
@description('Principal that Capture writes with.')
param capture string
@description('Object id of a group of Entra ID: `doctor` writes a snapshot and takes it away.')
param operators string
param tags object

var snapshots = 'millrace'
var captured = 'captured'

module account 'br/public:avm/res/storage/storage-account:0.33.0' = {
  name: 'storage-account'
  params: {
    name: name
    location: location
    tags: tags
    enableTelemetry: false
    kind: 'StorageV2'
    skuName: settings.redundancy
    accessTier: 'Hot'
    allowSharedKeyAccess: false
    allowBlobPublicAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    publicNetworkAccess: 'Enabled'
    networkAcls: { bypass: 'AzureServices', defaultAction: 'Allow' }
    blobServices: {
      deleteRetentionPolicyEnabled: true
      deleteRetentionPolicyDays: 7
      containerDeleteRetentionPolicyEnabled: true
      containerDeleteRetentionPolicyDays: 7
      containers: [
        {
          name: snapshots
          publicAccess: 'None'
          roleAssignments: [
            { roleDefinitionIdOrName: roles.blobContributor, principalId: workload, principalType: 'ServicePrincipal' }
            { roleDefinitionIdOrName: roles.blobContributor, principalId: operators, principalType: 'Group' }
          ]
        }
        {
          name: captured
          publicAccess: 'None'
          roleAssignments: [
            { roleDefinitionIdOrName: roles.blobContributor, principalId: capture, principalType: 'ServicePrincipal' }
          ]
        }
      ]
    }
    managementPolicyRules: [
      {
        name: 'captured-is-kept-for-a-while'
        enabled: true
        type: 'Lifecycle'
        definition: {
          filters: { blobTypes: ['blockBlob'], prefixMatch: ['${captured}/'] }
          actions: { baseBlob: { delete: { daysAfterModificationGreaterThan: settings.captureDays } } }
        }
      }
    ]
  }
}

output id string = account.outputs.resourceId
output captureContainer string = captured
output snapshots string = '${account.outputs.primaryBlobEndpoint}${snapshots}'
