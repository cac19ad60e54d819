// API Management with the policies of deploy/apim: `node scripts/bicep.ts generate` makes api.json of them.
import { GatewaySettings } from '../settings.bicep'

param name string
param location string
param settings GatewaySettings
param tags object

module service 'br/public:avm/res/api-management/service:0.14.4' = {
  name: 'gateway-service'
  params: {
    name: name
    location: location
    tags: tags
    enableTelemetry: false
    publisherName: 'Millrace'
    publisherEmail: settings.publisherEmail
    sku: settings.tier
    skuCapacity: settings.units
    managedIdentities: { systemAssigned: true }
    // The module's own are for tiers that let ciphers be chosen.
    customProperties: {}
  }
}

module api '../api.json' = {
  name: 'gateway-api'
  params: {
    service: service.outputs.name
    backend: settings.backend
    issuer: settings.issuer
    audience: settings.audience
    roleClaim: settings.roleClaim
    shopOrigin: settings.shopOrigin
  }
}

output url string = 'https://${name}.azure-api.net/millrace'
