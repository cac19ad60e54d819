/**
 * Names that Microsoft's references know of what deploy/bicep uses, kept by hand: parameters of Azure Verified Modules
 * (https://azure.github.io/Azure-Verified-Modules, each in the version that is pinned) and properties of resources
 * (https://learn.microsoft.com/azure/templates, each in its API version). A name that is not here is looked up there
 * before it is added, and scripts/bicep-references.ts holds all of them against Microsoft's own files. `!` marks what has to be given; `any` is not looked into.
 */
export type Names = 'any' | { readonly [name: string]: Names };

const roleAssignments = { 'roleDefinitionIdOrName!': 'any', 'principalId!': 'any', principalType: 'any' } as const;
const common = { 'name!': 'any', location: 'any', tags: 'any', enableTelemetry: 'any' } as const;
const tracked = { 'name!': 'any', 'location!': 'any', tags: 'any' } as const;

export const modules: Readonly<Record<string, Names>> = {
  'br/public:avm/res/managed-identity/user-assigned-identity:0.6.0': common,
  'br/public:avm/res/event-hub/namespace:0.15.0': {
    ...common,
    skuName: 'any',
    skuCapacity: 'any',
    isAutoInflateEnabled: 'any',
    maximumThroughputUnits: 'any',
    kafkaEnabled: 'any',
    disableLocalAuth: 'any',
    minimumTlsVersion: 'any',
    publicNetworkAccess: 'any',
    authorizationRules: 'any',
    managedIdentities: { userAssignedResourceId: 'any' },
    roleAssignments,
    eventhubs: {
      'name!': 'any',
      authorizationRules: 'any',
      partitionCount: 'any',
      retentionDescriptionEnabled: 'any',
      retentionDescriptionCleanupPolicy: 'any',
      retentionDescriptionRetentionTimeInHours: 'any',
      consumergroups: { 'name!': 'any' },
      captureDescription: {
        enabled: 'any',
        encoding: 'any',
        intervalInSeconds: 'any',
        sizeLimitInBytes: 'any',
        skipEmptyArchives: 'any',
        destination: {
          name: 'any',
          identity: { userAssignedResourceId: 'any' },
          properties: { storageAccountResourceId: 'any', blobContainer: 'any', archiveNameFormat: 'any' },
        },
      },
    },
  },
  'br/public:avm/res/document-db/database-account:0.20.1': {
    ...common,
    defaultConsistencyLevel: 'any',
    zoneRedundant: 'any',
    disableLocalAuthentication: 'any',
    disableKeyBasedMetadataWriteAccess: 'any',
    minimumTlsVersion: 'any',
    networkRestrictions: { publicNetworkAccess: 'any' },
    backupPolicyType: 'any',
    backupPolicyContinuousTier: 'any',
    sqlDatabases: {
      'name!': 'any',
      autoscaleSettingsMaxThroughput: 'any',
      containers: {
        'name!': 'any',
        'paths!': 'any',
        kind: 'any',
        version: 'any',
        defaultTtl: 'any',
        indexingPolicy: 'any',
      },
    },
    sqlRoleAssignments: { 'roleDefinitionId!': 'any', 'principalId!': 'any', scope: 'any' },
  },
  'br/public:avm/res/storage/storage-account:0.33.0': {
    ...common,
    kind: 'any',
    skuName: 'any',
    accessTier: 'any',
    allowSharedKeyAccess: 'any',
    allowBlobPublicAccess: 'any',
    defaultToOAuthAuthentication: 'any',
    minimumTlsVersion: 'any',
    publicNetworkAccess: 'any',
    networkAcls: { bypass: 'any', defaultAction: 'any' },
    blobServices: {
      deleteRetentionPolicyEnabled: 'any',
      deleteRetentionPolicyDays: 'any',
      containerDeleteRetentionPolicyEnabled: 'any',
      containerDeleteRetentionPolicyDays: 'any',
      containers: { 'name!': 'any', publicAccess: 'any', roleAssignments },
    },
    managementPolicyRules: {
      'name!': 'any',
      enabled: 'any',
      'type!': 'any',
      'definition!': {
        filters: { 'blobTypes!': 'any', prefixMatch: 'any' },
        'actions!': { baseBlob: { delete: { daysAfterModificationGreaterThan: 'any' } } },
      },
    },
  },
  'br/public:avm/res/key-vault/vault:0.14.0': {
    ...common,
    sku: 'any',
    enableRbacAuthorization: 'any',
    enablePurgeProtection: 'any',
    enableSoftDelete: 'any',
    softDeleteRetentionInDays: 'any',
    enableVaultForDeployment: 'any',
    enableVaultForTemplateDeployment: 'any',
    enableVaultForDiskEncryption: 'any',
    publicNetworkAccess: 'any',
    roleAssignments,
  },
  'br/public:avm/res/container-service/managed-cluster:0.14.0': {
    ...common,
    skuTier: 'any',
    managedIdentities: { systemAssigned: 'any' },
    aadProfile: { managed: 'any', enableAzureRBAC: 'any' },
    disableLocalAccounts: 'any',
    enableOidcIssuerProfile: 'any',
    securityProfile: { workloadIdentity: { enabled: 'any' } },
    publicNetworkAccess: 'any',
    apiServerAccessProfile: { authorizedIPRanges: 'any' },
    networkPlugin: 'any',
    networkPluginMode: 'any',
    networkDataplane: 'any',
    networkPolicy: 'any',
    workloadAutoScalerProfile: { keda: { 'enabled!': 'any' } },
    azureMonitorProfile: { metrics: { 'enabled!': 'any' } },
    enableStorageProfileDiskCSIDriver: 'any',
    omsAgentEnabled: 'any',
    autoUpgradeProfile: { upgradeChannel: 'any', nodeOSUpgradeChannel: 'any' },
    'primaryAgentPoolProfiles!': {
      'name!': 'any',
      mode: 'any',
      osType: 'any',
      osSKU: 'any',
      vmSize: 'any',
      availabilityZones: 'any',
      enableAutoScaling: 'any',
      count: 'any',
      minCount: 'any',
      maxCount: 'any',
    },
    roleAssignments,
  },
  'br/public:avm/res/api-management/service:0.14.4': {
    ...common,
    'publisherName!': 'any',
    'publisherEmail!': 'any',
    sku: 'any',
    skuCapacity: 'any',
    managedIdentities: { systemAssigned: 'any' },
    customProperties: {},
  },
};

/** Outputs of modules that are read. */
export const outputs: Readonly<Record<string, readonly string[]>> = {
  'br/public:avm/res/managed-identity/user-assigned-identity:0.6.0': ['name', 'resourceId', 'principalId', 'clientId'],
  'br/public:avm/res/event-hub/namespace:0.15.0': ['name'],
  'br/public:avm/res/document-db/database-account:0.20.1': ['endpoint'],
  'br/public:avm/res/storage/storage-account:0.33.0': ['resourceId', 'primaryBlobEndpoint'],
  'br/public:avm/res/key-vault/vault:0.14.0': ['name'],
  'br/public:avm/res/container-service/managed-cluster:0.14.0': ['name', 'oidcIssuerUrl'],
  'br/public:avm/res/api-management/service:0.14.4': ['name'],
};

/** Resources that are there already, of which the name is given and nothing else. */
export const thereAlready: readonly string[] = [
  'Microsoft.EventHub/namespaces@2024-01-01',
  'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30',
  'Microsoft.ContainerService/managedClusters@2025-10-01',
];

export const resources: Readonly<Record<string, Names>> = {
  'Microsoft.EventHub/namespaces/schemagroups@2024-01-01': {
    'name!': 'any',
    properties: { schemaType: 'any', schemaCompatibility: 'any' },
  },
  'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials@2024-11-30': {
    'name!': 'any',
    properties: { 'issuer!': 'any', 'subject!': 'any', 'audiences!': 'any' },
  },
  'Microsoft.Monitor/accounts@2023-04-03': { ...tracked, properties: { publicNetworkAccess: 'any' } },
  'Microsoft.Insights/dataCollectionEndpoints@2023-03-11': {
    ...tracked,
    kind: 'any',
    properties: { networkAcls: { publicNetworkAccess: 'any' } },
  },
  'Microsoft.Insights/dataCollectionRules@2023-03-11': {
    ...tracked,
    kind: 'any',
    properties: {
      dataCollectionEndpointId: 'any',
      dataSources: { prometheusForwarder: { name: 'any', streams: 'any' } },
      destinations: { monitoringAccounts: { name: 'any', accountResourceId: 'any' } },
      dataFlows: { streams: 'any', destinations: 'any' },
    },
  },
  'Microsoft.Insights/dataCollectionRuleAssociations@2023-03-11': {
    'name!': 'any',
    properties: { dataCollectionRuleId: 'any' },
  },
  'Microsoft.AlertsManagement/prometheusRuleGroups@2023-03-01': {
    ...tracked,
    'properties!': {
      clusterName: 'any',
      'scopes!': 'any',
      interval: 'any',
      enabled: 'any',
      'rules!': {
        alert: 'any',
        enabled: 'any',
        'expression!': 'any',
        for: 'any',
        severity: 'any',
        labels: 'any',
        annotations: 'any',
        actions: { actionGroupId: 'any' },
      },
    },
  },
  'Microsoft.Dashboard/grafana@2025-08-01': {
    'name!': 'any',
    location: 'any',
    tags: 'any',
    sku: { 'name!': 'any' },
    identity: { 'type!': 'any' },
    properties: {
      grafanaMajorVersion: 'any',
      zoneRedundancy: 'any',
      apiKey: 'any',
      publicNetworkAccess: 'any',
      grafanaIntegrations: { azureMonitorWorkspaceIntegrations: { azureMonitorWorkspaceResourceId: 'any' } },
    },
  },
  'Microsoft.Authorization/roleAssignments@2022-04-01': {
    'name!': 'any',
    'properties!': { 'roleDefinitionId!': 'any', 'principalId!': 'any', principalType: 'any' },
  },
};

/** What Bicep itself takes beside a resource's own properties, and of a module. */
export const ofBicep: Readonly<Record<'resource' | 'module', readonly string[]>> = {
  resource: ['parent', 'scope', 'dependsOn'],
  module: ['name', 'params', 'dependsOn'],
};
