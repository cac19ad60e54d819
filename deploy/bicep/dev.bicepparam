using 'main.bicep'

param environment = 'dev'
param operators = readEnvironmentVariable('MILLRACE_OPERATORS')
param consumerGroups = ['beside']

param log = {
  tier: 'Standard'
  units: 1
  mostUnits: 1
  partitions: 4
  retentionDays: 1
}

param documents = {
  requestUnits: 1000
  zoneRedundant: false
  backup: 'Continuous7Days'
}

param storage = {
  redundancy: 'Standard_LRS'
  captureDays: 30
}

param cluster = {
  tier: 'Free'
  nodeSize: 'Standard_D2s_v5'
  leastNodes: 2
  mostNodes: 3
  zones: []
  authorisedRanges: []
  namespace: 'millrace'
  serviceAccount: 'millrace'
}

param monitoring = {
  grafanaVersion: '11'
  zoneRedundant: false
  actionGroups: []
  runbooks: ''
}

param gateway = {
  enabled: false
  tier: 'Developer'
  units: 1
  publisherEmail: ''
  backend: ''
  issuer: ''
  audience: ''
  roleClaim: 'roles'
  shopOrigin: ''
}
