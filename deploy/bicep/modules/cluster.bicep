// AKS: identities by workload identity, KEDA, network policies, metrics to Azure Monitor; no local accounts.
import { ClusterSettings } from '../settings.bicep'
import { roles } from 'roles.bicep'

param name string
param location string
param settings ClusterSettings
@description('Object id of a group of Entra ID: who installs the chart.')
param operators string
param tags object

module cluster 'br/public:avm/res/container-service/managed-cluster:0.14.0' = {
  name: 'cluster'
  params: {
    name: name
    location: location
    tags: tags
    enableTelemetry: false
    skuTier: settings.tier
    managedIdentities: { systemAssigned: true }
    aadProfile: { managed: true, enableAzureRBAC: true }
    disableLocalAccounts: true
    enableOidcIssuerProfile: true
    securityProfile: { workloadIdentity: { enabled: true } }
    publicNetworkAccess: 'Enabled'
    apiServerAccessProfile: { authorizedIPRanges: settings.authorisedRanges }
    networkPlugin: 'azure'
    networkPluginMode: 'overlay'
    networkDataplane: 'cilium'
    networkPolicy: 'cilium'
    workloadAutoScalerProfile: { keda: { enabled: true } }
    azureMonitorProfile: { metrics: { enabled: true } }
    enableStorageProfileDiskCSIDriver: true
    omsAgentEnabled: false
    autoUpgradeProfile: { upgradeChannel: 'patch', nodeOSUpgradeChannel: 'NodeImage' }
    primaryAgentPoolProfiles: [
      {
        name: 'system'
        mode: 'System'
        osType: 'Linux'
        osSKU: 'AzureLinux'
        vmSize: settings.nodeSize
        availabilityZones: settings.zones
        enableAutoScaling: true
        count: settings.leastNodes
        minCount: settings.leastNodes
        maxCount: settings.mostNodes
      }
    ]
    roleAssignments: [
      { roleDefinitionIdOrName: roles.clusterUser, principalId: operators, principalType: 'Group' }
      { roleDefinitionIdOrName: roles.clusterAdministrator, principalId: operators, principalType: 'Group' }
    ]
  }
}

output name string = cluster.outputs.name
output issuer string = cluster.outputs.?oidcIssuerUrl ?? ''
