// What the environments differ in. `npm run deploy -- cost` reads the same values.

@export()
@description('Event Hubs. Standard has room for ten hubs, which are as many as the recommender has: Premium for replays beside them.')
type LogSettings = {
  @description('Decided by the first deployment: Azure does not change it later. Without Premium a recovery by replay needs another namespace.')
  tier: 'Standard' | 'Premium'
  @description('Throughput units, or processing units in Premium.')
  units: int
  @description('How far Standard inflates by itself.')
  mostUnits: int
  @minValue(1)
  @maxValue(32)
  partitions: int
  @minValue(1)
  @maxValue(90)
  retentionDays: int
}

@export()
@description('Cosmos DB: one autoscale throughput that all containers share.')
type DocumentSettings = {
  @minValue(1000)
  requestUnits: int
  zoneRedundant: bool
  backup: 'Continuous7Days' | 'Continuous30Days'
}

@export()
@description('The storage account of snapshots and of what Capture writes.')
type StorageSettings = {
  redundancy: 'Standard_LRS' | 'Standard_ZRS' | 'Standard_GZRS'
  @description('What Capture has written is removed after so many days.')
  captureDays: int
}

@export()
@description('AKS.')
type ClusterSettings = {
  tier: 'Free' | 'Standard'
  nodeSize: string
  leastNodes: int
  mostNodes: int
  zones: int[]
  @description('Who may reach the API server, as CIDR; everybody with an identity where empty.')
  authorisedRanges: string[]
  @description('Where the chart is installed, which the workload identity is bound to.')
  namespace: string
  serviceAccount: string
}

@export()
@description('Managed Grafana beside managed Prometheus.')
type MonitoringSettings = {
  grafanaVersion: string
  zoneRedundant: bool
  @description('Resource ids of the action groups that alerts go to; nobody is told where empty.')
  actionGroups: string[]
  @description('Where docs/RUNBOOKS.md is, with a slash at its end: what alerts link to. The name of the file alone where empty.')
  runbooks: string
}

@export()
@description('API Management. Streams of events and limits by key need another tier than Consumption.')
type GatewaySettings = {
  enabled: bool
  tier: 'Developer' | 'BasicV2' | 'StandardV2' | 'Premium'
  units: int
  publisherEmail: string
  @description('Where the servers are, https://HOST: the ingress in front of the chart.')
  backend: string
  @description('auth.issuer of the servers.')
  issuer: string
  @description('auth.audience of the servers.')
  audience: string
  @description('auth.claims.role of the servers.')
  roleClaim: string
  @description('One of http.origins of the servers.')
  shopOrigin: string
}
