// All that Millrace needs of Azure, in one resource group: `npm run deploy -- plan --environment dev`.
targetScope = 'resourceGroup'

import { LogSettings, DocumentSettings, StorageSettings, ClusterSettings, MonitoringSettings, GatewaySettings } from 'settings.bicep'

@description('Whose group this is; part of the names.')
@allowed(['dev', 'prod'])
param environment string
param location string = resourceGroup().location
@description('Object id of the group of Entra ID that looks after it.')
@minLength(36)
@maxLength(36)
param operators string
@description('For readers of event hubs beside Millrace that come by AMQP.')
param consumerGroups string[]
param log LogSettings
param documents DocumentSettings
param storage StorageSettings
param cluster ClusterSettings
param monitoring MonitoringSettings
param gateway GatewaySettings

// Topics, containers, index policies and alerts, as the program has them: node scripts/bicep.ts generate
var definitions = loadJsonContent('definitions.json')
var suffix = take(uniqueString(resourceGroup().id, environment), 6)
// Short enough for all: Grafana takes 23 characters, a vault 24.
var name = 'millrace-${environment}-${suffix}'
var tags = { application: 'millrace', environment: environment }

module workload 'br/public:avm/res/managed-identity/user-assigned-identity:0.6.0' = {
  name: 'workload'
  params: {
    name: name
    location: location
    tags: tags
    enableTelemetry: false
  }
}

module capture 'br/public:avm/res/managed-identity/user-assigned-identity:0.6.0' = {
  name: 'capture'
  params: {
    name: '${name}-capture'
    location: location
    tags: tags
    enableTelemetry: false
  }
}

module storageAccount 'modules/storage.bicep' = {
  name: 'storage'
  params: {
    name: 'millrace${environment}${suffix}'
    location: location
    tags: tags
    settings: storage
    workload: workload.outputs.principalId
    capture: capture.outputs.principalId
    operators: operators
  }
}

module eventHubs 'modules/log.bicep' = {
  name: 'log'
  params: {
    name: name
    location: location
    tags: tags
    settings: log
    hubs: definitions.hubs
    consumerGroups: consumerGroups
    workload: workload.outputs.principalId
    operators: operators
    captureIdentityId: capture.outputs.resourceId
    captureStorageId: storageAccount.outputs.id
    captureContainer: storageAccount.outputs.captureContainer
  }
}

module cosmos 'modules/documents.bicep' = {
  name: 'documents'
  params: {
    name: name
    location: location
    tags: tags
    settings: documents
    definitions: definitions.documents
    workload: workload.outputs.principalId
    operators: operators
  }
}

module vault 'modules/vault.bicep' = {
  name: 'secrets'
  params: {
    name: name
    location: location
    tags: tags
    operators: operators
  }
}

module aks 'modules/cluster.bicep' = {
  name: 'kubernetes'
  params: {
    name: name
    location: location
    tags: tags
    settings: cluster
    operators: operators
  }
}

module federation 'modules/federation.bicep' = {
  name: 'federation'
  params: {
    identity: workload.outputs.name
    issuer: aks.outputs.issuer
    namespace: cluster.namespace
    serviceAccount: cluster.serviceAccount
  }
}

module metrics 'modules/monitoring.bicep' = {
  name: 'monitoring'
  params: {
    name: name
    location: location
    tags: tags
    settings: monitoring
    cluster: aks.outputs.name
    alerts: definitions.alerts
    workload: workload.outputs.principalId
    operators: operators
  }
}

module apiManagement 'modules/gateway.bicep' = if (gateway.enabled) {
  name: 'gateway'
  params: {
    name: name
    location: location
    tags: tags
    settings: gateway
  }
}

// What `npm run deploy` makes the chart's values of. No secret: whoever reads a deployment reads them.
output broker string = eventHubs.outputs.broker
output partitions int = log.partitions
output retentionDays int = log.retentionDays
output registry string = eventHubs.outputs.registry
output schemaGroup string = eventHubs.outputs.schemaGroup
output cosmosEndpoint string = cosmos.outputs.endpoint
output cosmosDatabase string = cosmos.outputs.database
output snapshots string = storageAccount.outputs.snapshots
output clientId string = workload.outputs.clientId
output prometheus string = metrics.outputs.prometheus
output grafana string = metrics.outputs.grafana
output cluster string = aks.outputs.name
output namespace string = cluster.namespace
output serviceAccount string = cluster.serviceAccount
output vault string = vault.outputs.name
output gateway string = gateway.enabled ? apiManagement!.outputs.url : ''
