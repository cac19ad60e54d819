// Managed Prometheus with our alert rules, and Grafana that reads it.
import { MonitoringSettings } from '../settings.bicep'
import { roles } from 'roles.bicep'

param name string
param location string
param settings MonitoringSettings
param cluster string
@description('Of deploy/bicep/definitions.json: the groups of deploy/prometheus/alerts.yaml.')
param alerts array
@description('Principal of the workload: KEDA asks for the lag as it.')
param workload string
@description('Object id of a group of Entra ID.')
param operators string
param tags object

resource workspace 'Microsoft.Monitor/accounts@2023-04-03' = {
  name: name
  location: location
  tags: tags
  properties: { publicNetworkAccess: 'Enabled' }
}

resource endpoint 'Microsoft.Insights/dataCollectionEndpoints@2023-03-11' = {
  name: name
  location: location
  tags: tags
  kind: 'Linux'
  properties: { networkAcls: { publicNetworkAccess: 'Enabled' } }
}

resource rule 'Microsoft.Insights/dataCollectionRules@2023-03-11' = {
  name: name
  location: location
  tags: tags
  kind: 'Linux'
  properties: {
    dataCollectionEndpointId: endpoint.id
    dataSources: { prometheusForwarder: [{ name: 'cluster', streams: ['Microsoft-PrometheusMetrics'] }] }
    destinations: { monitoringAccounts: [{ name: 'workspace', accountResourceId: workspace.id }] }
    dataFlows: [{ streams: ['Microsoft-PrometheusMetrics'], destinations: ['workspace'] }]
  }
}

resource collected 'Microsoft.ContainerService/managedClusters@2025-10-01' existing = {
  name: cluster
}

resource collection 'Microsoft.Insights/dataCollectionRuleAssociations@2023-03-11' = {
  scope: collected
  name: 'prometheus'
  properties: { dataCollectionRuleId: rule.id }
}

resource rules 'Microsoft.AlertsManagement/prometheusRuleGroups@2023-03-01' = [
  for group in alerts: {
    name: group.name
    location: location
    tags: tags
    properties: {
      clusterName: cluster
      scopes: [workspace.id, collected.id]
      interval: 'PT1M'
      enabled: true
      // Each apply makes them anew, so who is told is said here and not in the portal. All of them are alerts.
      rules: map(group.rules, alert => {
        alert: alert.alert
        enabled: alert.enabled
        expression: alert.expression
        for: alert.for
        severity: alert.severity
        labels: alert.labels
        annotations: union(alert.annotations, { runbook_url: '${settings.runbooks}${alert.annotations.runbook_url}' })
        actions: map(settings.actionGroups, id => { actionGroupId: id })
      })
    }
  }
]

resource grafana 'Microsoft.Dashboard/grafana@2025-08-01' = {
  name: name
  location: location
  tags: tags
  sku: { name: 'Standard' }
  identity: { type: 'SystemAssigned' }
  properties: {
    grafanaMajorVersion: settings.grafanaVersion
    zoneRedundancy: settings.zoneRedundant ? 'Enabled' : 'Disabled'
    apiKey: 'Disabled'
    publicNetworkAccess: 'Enabled'
    grafanaIntegrations: { azureMonitorWorkspaceIntegrations: [{ azureMonitorWorkspaceResourceId: workspace.id }] }
  }
}

resource grafanaReads 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: workspace
  name: guid(workspace.id, grafana.id, roles.monitoringReader)
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.monitoringReader)
    principalId: grafana.identity.principalId
    principalType: 'ServicePrincipal'
  }
}

resource workloadReads 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: workspace
  name: guid(workspace.id, workload, roles.monitoringReader)
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.monitoringReader)
    principalId: workload
    principalType: 'ServicePrincipal'
  }
}

resource operatorsAdminister 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: grafana
  name: guid(grafana.id, operators, roles.grafanaAdministrator)
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.grafanaAdministrator)
    principalId: operators
    principalType: 'Group'
  }
}

output prometheus string = workspace.properties.metrics.prometheusQueryEndpoint
output grafana string = grafana.properties.endpoint
