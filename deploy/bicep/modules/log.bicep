// Event Hubs: the topics of the program, Capture of what comes from outside, a group of the Schema Registry.
import { LogSettings } from '../settings.bicep'
import { roles } from 'roles.bicep'

param name string
param location string
param settings LogSettings
@description('Of deploy/bicep/definitions.json: what the program verifies at its start.')
param hubs array
@description('For readers beside Millrace that come by AMQP. Groups of Kafka make themselves.')
param consumerGroups string[]
@description('Principal of the workload: it reads and writes, and makes no topics.')
param workload string
@description('Object id of a group of Entra ID: it reads.')
param operators string
@description('Identity that Capture writes with, which may do so already.')
param captureIdentityId string
param captureStorageId string
param captureContainer string
param tags object

// Loops within loops are expressions, not `for`.
var eventHubs = map(hubs, hub => {
  name: hub.name
  // Left out, the module makes one that may do everything.
  authorizationRules: []
  partitionCount: hub.single ? 1 : settings.partitions
  retentionDescriptionEnabled: true
  retentionDescriptionCleanupPolicy: hub.cleanupPolicy
  retentionDescriptionRetentionTimeInHours: settings.retentionDays * 24
  consumergroups: map(consumerGroups, group => { name: group })
  captureDescription: {
    enabled: hub.captured
    encoding: 'Avro'
    intervalInSeconds: 300
    sizeLimitInBytes: 314572800
    skipEmptyArchives: true
    destination: {
      name: 'EventHubArchive.AzureBlockBlob'
      identity: { userAssignedResourceId: captureIdentityId }
      properties: {
        storageAccountResourceId: captureStorageId
        blobContainer: captureContainer
        // As `millrace replay --capture` and deploy/spark read it.
        archiveNameFormat: '{Namespace}/{EventHub}/{PartitionId}/{Year}/{Month}/{Day}/{Hour}/{Minute}/{Second}'
      }
    }
  }
})

module hubNamespace 'br/public:avm/res/event-hub/namespace:0.15.0' = {
  name: 'log-namespace'
  params: {
    name: name
    location: location
    tags: tags
    enableTelemetry: false
    skuName: settings.tier
    skuCapacity: settings.units
    isAutoInflateEnabled: settings.tier == 'Standard' && settings.mostUnits > settings.units
    maximumThroughputUnits: settings.mostUnits
    kafkaEnabled: true
    disableLocalAuth: true
    minimumTlsVersion: '1.2'
    publicNetworkAccess: 'Enabled'
    // Nobody may sign in by a key, so the module makes none, neither here nor for a hub. Azure makes one of its own with
    // every namespace, RootManageSharedAccessKey, which opens nothing as long as local authentication is off.
    authorizationRules: []
    managedIdentities: { userAssignedResourceId: captureIdentityId }
    roleAssignments: [
      { roleDefinitionIdOrName: roles.eventHubsReceiver, principalId: workload, principalType: 'ServicePrincipal' }
      { roleDefinitionIdOrName: roles.eventHubsSender, principalId: workload, principalType: 'ServicePrincipal' }
      { roleDefinitionIdOrName: roles.schemaRegistryContributor, principalId: workload, principalType: 'ServicePrincipal' }
      { roleDefinitionIdOrName: roles.eventHubsReceiver, principalId: operators, principalType: 'Group' }
    ]
    eventhubs: eventHubs
  }
}

resource there 'Microsoft.EventHub/namespaces@2024-01-01' existing = {
  name: name
}

resource schemas 'Microsoft.EventHub/namespaces/schemagroups@2024-01-01' = {
  parent: there
  name: 'millrace'
  properties: {
    schemaType: 'Avro'
    // Millrace holds them to both directions itself, before it registers one.
    schemaCompatibility: 'Backward'
  }
  dependsOn: [hubNamespace]
}

output broker string = '${hubNamespace.outputs.name}.servicebus.windows.net:9093'
output registry string = 'https://${hubNamespace.outputs.name}.servicebus.windows.net'
output schemaGroup string = schemas.name
