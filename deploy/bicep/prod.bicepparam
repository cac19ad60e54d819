using 'main.bicep'

param environment = 'prod'
param operators = readEnvironmentVariable('MILLRACE_OPERATORS')
param consumerGroups = ['beside']

param log = {
  tier: 'Standard'
  units: 2
  mostUnits: 8
  partitions: 8
  retentionDays: 7
}

param documents = {
  requestUnits: 10000
  zoneRedundant: true
  backup: 'Continuous30Days'
}

param storage = {
  redundancy: 'Standard_ZRS'
  captureDays: 400
}

param cluster = {
  tier: 'Standard'
  nodeSize: 'Standard_D4s_v5'
  leastNodes: 3
  mostNodes: 6
  zones: [1, 2, 3]
  authorisedRanges: []
  namespace: 'millrace'
  serviceAccount: 'millrace'
}

param monitoring = {
  grafanaVersion: '11'
  zoneRedundant: true
  actionGroups: []
  runbooks: ''
}

param gateway = {
  enabled: true
  tier: 'StandardV2'
  units: 1
  publisherEmail: readEnvironmentVariable('MILLRACE_PUBLISHER')
  backend: readEnvironmentVariable('MILLRACE_BACKEND')
  issuer: readEnvironmentVariable('MILLRACE_ISSUER')
  audience: readEnvironmentVariable('MILLRACE_AUDIENCE')
  roleClaim: 'roles'
  shopOrigin: readEnvironmentVariable('MILLRACE_SHOP_ORIGIN')
}
