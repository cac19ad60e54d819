/** What a deployment of main.bicep answers, as `az` prints it; made up, with the shape of what Azure gives. */
const text = (value: string) => ({ type: 'String', value });

export const deploymentOutputs = {
  broker: text('millrace-dev-abc123.servicebus.windows.net:9093'),
  partitions: { type: 'Int', value: 4 },
  retentionDays: { type: 'Int', value: 1 },
  registry: text('https://millrace-dev-abc123.servicebus.windows.net'),
  schemaGroup: text('millrace'),
  cosmosEndpoint: text('https://millrace-dev-abc123.documents.azure.com:443/'),
  cosmosDatabase: text('millrace'),
  snapshots: text('https://millracedevabc123.blob.core.windows.net/millrace'),
  clientId: text('0d5a6a1e-6a36-4d6c-9a5c-0a4d3a7f1b22'),
  prometheus: text('https://millrace-dev-abc123-x1y2.westeurope.prometheus.monitor.azure.com'),
  grafana: text('https://millrace-dev-abc123-z3.weu.grafana.azure.com'),
  cluster: text('millrace-dev-abc123'),
  namespace: text('millrace'),
  serviceAccount: text('millrace'),
  vault: text('millrace-dev-abc123'),
  gateway: text(''),
} as const;
