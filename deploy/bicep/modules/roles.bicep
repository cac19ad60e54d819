// Built-in roles that are given, by their ids: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles

@export()
var roles = {
  eventHubsReceiver: 'a638d3c7-ab3a-418d-83e6-5f17a39d4fde'
  eventHubsSender: '2b629674-e913-4c01-ae53-ef4638d8f975'
  schemaRegistryContributor: '5dffeca3-4936-4216-b2bc-10343a5abb25'
  blobContributor: 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'
  keyVaultSecretsOfficer: 'b86a8fe4-44ce-4948-aee5-eccb2c155cd7'
  clusterUser: '4abbcc35-e782-43d8-92c5-2d3f1bd2253f'
  clusterAdministrator: 'b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b'
  monitoringReader: 'b0d8363b-8ddd-447d-831f-62ca05bff136'
  grafanaAdministrator: '22926164-76b3-42b3-bc55-97df8dab3e41'
}

@export()
@description('Roles of the data plane of Cosmos DB, which are no roles of Azure.')
var cosmosRoles = {
  reader: '00000000-0000-0000-0000-000000000001'
  contributor: '00000000-0000-0000-0000-000000000002'
}
