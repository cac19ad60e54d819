/** What was measured, for `millrace size`. Made from bench/results by `node scripts/figures.ts generate`. */
import type { Plane } from './figure.ts';

interface Measured {
  readonly value: number;
  readonly from: string;
}

export const measuredUpTo = { users: 12000, items: 12000, ratings: 90000 } as const;

export const measured = {
  modelCheckpoint: {
    coefficients: { base: 35480, users: 30.42, items: 18.99, ratings: 43.39, values: 2.083 },
    residual: 0.015,
    heldOut: 0.039,
    from: 'bench/results/sizing.json, modelCheckpoint',
  } satisfies Plane,
  engine: {
    coefficients: { base: 446900000, users: 12870, items: 14850, ratings: 122.8 },
    residual: 0.045,
    heldOut: 0.144,
    from: 'bench/results/sizing.json, engine',
  } satisfies Plane,
  engineAgain: {
    coefficients: { base: 273400000, users: 3043, items: 11880, ratings: 706.1, values: 64.61 },
    residual: 0.035,
    heldOut: 0.057,
    from: 'bench/results/sizing.json, engineAgain',
  } satisfies Plane,
  again_s: {
    coefficients: { base: 1.523, items: 0.00002106, ratings: 0.00001288, values: 8.211e-7 },
    residual: 0.2,
    heldOut: 0.115,
    from: 'bench/results/sizing.json, again_s',
  } satisfies Plane,
  server: {
    coefficients: { base: 193000000, items: 4997, ratings: 221.8 },
    residual: 0.019,
    heldOut: 0.033,
    from: 'bench/results/sizing.json, server',
  } satisfies Plane,
  log: {
    coefficients: { users: 1512, items: 429.4, ratings: 653, values: 4.009 },
    residual: 0.021,
    heldOut: 0.044,
    from: 'bench/results/sizing.json, log',
  } satisfies Plane,
  state: {
    coefficients: { base: 510900, users: 625.5, items: 1107, ratings: 130.4, values: 9.806 },
    residual: 0.028,
    heldOut: 0.035,
    from: 'bench/results/sizing.json, state',
  } satisfies Plane,
  documents: {
    coefficients: { users: 5915, items: 1064, ratings: 439.8, values: 10.36 },
    residual: 0.049,
    heldOut: 0.094,
    from: 'bench/results/sizing.json, documents',
  } satisfies Plane,
  snapshots: {
    coefficients: { base: 41080, users: 5.281, items: 4.056, ratings: 1.624, values: 0.9662 },
    residual: 0.085,
    heldOut: 0.122,
    from: 'bench/results/sizing.json, snapshots',
  } satisfies Plane,
  requestUnits: {
    coefficients: { seconds: 137.9, events: 70.2, lists: 7.624 },
    residual: 0.164,
    heldOut: 0.355,
    from: 'bench/results/sizing-live.json, request units',
  } satisfies Plane,
  records: {
    coefficients: { seconds: 10.52, events: 9.753, lists: 0.1339 },
    residual: 0.195,
    heldOut: 0.305,
    from: 'bench/results/sizing-live.json, records',
  } satisfies Plane,
  bytes: {
    coefficients: { seconds: 665.2, events: 3883, lists: 1645 },
    residual: 0.14,
    heldOut: 0.186,
    from: 'bench/results/sizing-live.json, bytes',
  } satisfies Plane,
  tenant: {
    value: 197022,
    from: 'bench/results/tenants.json, the model in memory, histories and vectors, more a tenant',
  } satisfies Measured,
  rating_bytes: {
    value: 103.5,
    from: 'bench/results/als-bytes.json, the model in memory, histories and vectors, bytes a rating',
  } satisfies Measured,
  event_bytes: {
    value: 144,
    from: 'bench/results/sizing-ids.json, an event of the last day, bytes on disk',
  } satisfies Measured,
  listRead: { value: 1.53, from: 'bench/results/cosmos.json, request units a list of 100, read' } satisfies Measured,
  freshness_ms: {
    value: 31.4,
    from: 'bench/results/api.json, from a rating to the list that it has changed, p50',
  } satisfies Measured,
  trends_perSecond: {
    value: 65836.14956392633,
    from: 'bench/results/trends.json, trends (hours and days, on update)',
  } satisfies Measured,
  intake_perSecond: {
    value: 131513.91645764324,
    from: 'bench/results/trends.json, intake (validate, once, by item)',
  } satisfies Measured,
  learn_us: { value: 213.9, from: 'bench/results/als-events.json, 1, of processor' } satisfies Measured,
  list_us: {
    value: 13.812358278145718,
    from: 'bench/results/kernel.json, top-100, a user one thread',
  } satisfies Measured,
  broker_sPerMillion: {
    value: 0.9678278350515463,
    from: 'bench/results/kafka-produce.json, 1 partition, CPU Millrace',
  } satisfies Measured,
  requests_perCpuSecond: {
    value: 10217,
    from: 'bench/results/api.json, the same without remembered answers, at 5,000 requests a second, a CPU second',
  } satisfies Measured,
  answer_bytes: {
    value: 1976,
    from: 'bench/results/sizing-documents.json, an answer with a list of ten, bytes',
  } satisfies Measured,
  userVectors_bytes: { value: 289, from: 'bench/results/sizing-documents.json, userVectors, bytes' } satisfies Measured,
  itemVectors_bytes: { value: 289, from: 'bench/results/sizing-documents.json, itemVectors, bytes' } satisfies Measured,
  recommendations_bytes: {
    value: 7515,
    from: 'bench/results/sizing-documents.json, recommendations, bytes',
  } satisfies Measured,
  profiles_bytes: { value: 947, from: 'bench/results/sizing-documents.json, profiles, bytes' } satisfies Measured,
  items_bytes: { value: 126, from: 'bench/results/sizing-documents.json, items, bytes' } satisfies Measured,
} as const;
