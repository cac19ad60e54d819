/** The shape of the values of the chart. `node scripts/chart.ts generate` makes values.schema.json of it, which Helm holds them to. */
import { z } from 'zod';
import { configSchema } from '../../src/app/config.ts';

const text = z.string();
const name = z.string().regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/);
const nameOrNone = z.string().regex(/^([a-z0-9]([-a-z0-9.]*[a-z0-9])?)?$/);
const labels = z.record(z.string(), z.string());
const quantity = z.union([z.string().regex(/^\d+(\.\d+)?(m|Ki|Mi|Gi|Ti|k|M|G|T)?$/), z.number().min(0)]);
const amounts = z.strictObject({
  cpu: quantity.optional(),
  memory: quantity.optional(),
  'ephemeral-storage': quantity.optional(),
});
const resources = z.strictObject({ requests: amounts, limits: amounts });
const seconds = z.int().min(1).max(86_400);
const port = z.int().min(1_024).max(65_535);
const processes = z.int().min(1).max(1_000);
const cron = z.string().regex(/^(\S+\s+){4}\S+$/);
const job = z.strictObject({ enabled: z.boolean(), schedule: cron, arguments: z.array(text) });
/** As Kubernetes has them, which holds them to its own shape. */
const peers = z.array(
  z.strictObject({
    namespaceSelector: z.looseObject({}).optional(),
    podSelector: z.looseObject({}).optional(),
    ipBlock: z.strictObject({ cidr: text, except: z.array(text).optional() }).optional(),
  }),
);

export const Values = z.strictObject({
  image: z.strictObject({
    repository: z.string().min(1),
    tag: text,
    digest: z.string().regex(/^(sha256:[0-9a-f]{64})?$/),
    pullPolicy: z.enum(['Always', 'IfNotPresent', 'Never']),
    pullSecrets: z.array(z.strictObject({ name })),
  }),
  config: configSchema,
  secrets: z.strictObject({ environment: nameOrNone, apiKeys: nameOrNone }),
  workloadIdentity: z.strictObject({ clientId: z.union([z.literal(''), z.uuid()]) }),
  serviceAccount: z.strictObject({ name: nameOrNone, annotations: labels }),
  run: z.strictObject({
    topologies: z.array(z.string().min(1)),
    replicas: processes,
    port,
    state: z.strictObject({ size: quantity, storageClass: nameOrNone }),
    terminationGracePeriodSeconds: seconds,
    resources,
    autoscaling: z.strictObject({
      enabled: z.boolean(),
      min: processes,
      max: processes,
      lagRecords: z.int().min(1),
      prometheus: z.url({ protocol: /^https?$/ }),
    }),
  }),
  serve: z.strictObject({
    replicas: processes,
    port,
    /** Beyond the ten seconds of its hook before the signal. */
    terminationGracePeriodSeconds: seconds.min(20),
    resources,
    service: z.strictObject({ type: z.enum(['ClusterIP', 'LoadBalancer', 'NodePort']), annotations: labels }),
  }),
  jobs: z.strictObject({ score: job, retrain: job, resources }),
  podMonitor: z.strictObject({
    enabled: z.boolean(),
    apiVersion: z.enum(['azmonitoring.coreos.com/v1', 'monitoring.coreos.com/v1']),
    interval: z.string().regex(/^\d+(ms|s|m)$/),
    key: z.strictObject({ secret: nameOrNone, entry: z.string().min(1) }),
  }),
  podDisruptionBudget: z.strictObject({
    maxUnavailable: z.union([z.int().min(1), z.string().regex(/^\d{1,2}%$|^100%$/)]),
  }),
  networkPolicy: z.strictObject({
    enabled: z.boolean(),
    from: peers,
    metricsFrom: peers,
    egressPorts: z.array(z.int().min(1).max(65_535)).min(1),
  }),
  nodeSelector: labels,
  tolerations: z.array(z.looseObject({})),
  podAnnotations: labels,
});

/** What the chart itself decides in the environment of its containers: a value in the file would not count. */
export const decided: ReadonlySet<string> = new Set(['data', 'state', 'port', 'worker']);
