// Who in the cluster is the workload's identity: the chart's service account, and KEDA's operator, which asks Prometheus.

param identity string
param issuer string
param namespace string
param serviceAccount string

resource workload 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: identity
}

resource chart 'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials@2024-11-30' = {
  parent: workload
  name: 'chart'
  properties: {
    issuer: issuer
    subject: 'system:serviceaccount:${namespace}:${serviceAccount}'
    audiences: ['api://AzureADTokenExchange']
  }
}

resource keda 'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials@2024-11-30' = {
  parent: workload
  name: 'keda'
  properties: {
    issuer: issuer
    subject: 'system:serviceaccount:kube-system:keda-operator'
    audiences: ['api://AzureADTokenExchange']
  }
  // Two at once are refused.
  dependsOn: [chart]
}
