/**
 * What a log's broker takes, by the kind of broker: plain data, each figure with its reason. Settings may replace a
 * figure within its bounds.
 */
import { MillraceError } from '../../errors.ts';

/** A figure, how far settings may move it, and why it is what it is. */
export interface Limit {
  readonly value: number;
  readonly least: number;
  readonly most: number;
  readonly why: string;
}

/** Figures that settings may replace. */
export const limitNames = [
  'connectionTimeout_ms',
  'requestTimeout_ms',
  'sessionTimeout_ms',
  'heartbeatInterval_ms',
  'metadataMaxAge_ms',
  'idle_ms',
  'maxRequestBytes',
  'maxBatchBytes',
  'commitsPerSecond',
] as const;
export type LimitName = (typeof limitNames)[number];

export const profileNames = ['kafka', 'redpanda', 'event-hubs'] as const;
export type ProfileName = (typeof profileNames)[number];

export const compressions = ['none', 'gzip'] as const;
export type Compression = (typeof compressions)[number];

export interface KafkaProfile {
  /** As people call it. */
  readonly title: string;
  readonly limits: Readonly<Record<LimitName, Limit>>;
  /** Topics that there may be, and partitions that one may have. */
  readonly maxTopics: number;
  readonly maxPartitions: number;
  /** Consumer groups that there may be. */
  readonly maxGroups: number;
  /** Whether a broker that gives out no producer id is refused, or written to without. */
  readonly idempotence: 'required' | 'if-possible';
  /** What we write batches with unless told otherwise. */
  readonly compression: { readonly value: Compression; readonly why: string };
  /** Where a topic comes from: our command, or whoever keeps the infrastructure's code. */
  readonly topicsMadeBy: 'us' | 'infrastructure';
  readonly tls: boolean;
  /** Whether nobody can connect without credentials. */
  readonly credentials: 'required' | 'optional';
  /** Whether the broker stamps records with the time of their arrival, whatever their producer says. */
  readonly timestamps: 'append' | 'create';
}

/** A day: no bound that anybody would meet. */
const unbounded_ms = 86_400_000;
const mebibyte = 1 << 20;

/** Small enough for every broker's default: 1,048,588 bytes a batch on Kafka, 1,048,576 on Redpanda. */
const usualBatch =
  'brokers take batches of a mebibyte unless they are told otherwise (message.max.bytes, max.message.bytes)';

const usual: KafkaProfile['limits'] = {
  connectionTimeout_ms: { value: 5_000, least: 100, most: 60_000, why: 'a broker of the same network answers at once' },
  requestTimeout_ms: { value: 30_000, least: 1_000, most: 600_000, why: "Kafka's own clients wait as long" },
  sessionTimeout_ms: {
    value: 30_000,
    least: 6_000,
    most: 1_800_000,
    why: 'brokers take 6 s to 30 min (group.min.session.timeout.ms, group.max.session.timeout.ms)',
  },
  heartbeatInterval_ms: { value: 3_000, least: 100, most: 60_000, why: 'at most a third of the session' },
  metadataMaxAge_ms: {
    value: 180_000,
    least: 100,
    most: unbounded_ms,
    why: 'a leader that moved is met by an error before; this is for what no error tells',
  },
  idle_ms: { value: 540_000, least: 1_000, most: unbounded_ms, why: 'brokers close what was idle for 600 s' },
  maxRequestBytes: {
    value: 4 * mebibyte,
    least: 1_000_000,
    most: 100 * mebibyte,
    why: 'brokers read requests of 100 MiB (socket.request.max.bytes); smaller ones share a connection better',
  },
  maxBatchBytes: { value: 1_000_000, least: 1_000_000, most: 100 * mebibyte, why: usualBatch },
  commitsPerSecond: { value: 1, least: 0.01, most: 100, why: 'offsets are for lag tools only' },
};

/** Apache Kafka from 2.1, and what speaks its protocol without saying which it is. */
const kafka: KafkaProfile = {
  title: 'Apache Kafka',
  limits: usual,
  maxTopics: Infinity,
  maxPartitions: 10_000,
  maxGroups: Infinity,
  idempotence: 'required',
  compression: { value: 'none', why: 'gzip costs more time than a fast network saves; every broker takes it' },
  topicsMadeBy: 'us',
  tls: false,
  credentials: 'optional',
  timestamps: 'create',
};

const redpanda: KafkaProfile = {
  ...kafka,
  title: 'Redpanda',
  limits: {
    ...usual,
    maxRequestBytes: {
      ...usual.maxRequestBytes,
      why: 'kafka_batch_max_bytes is 1,048,576 unless it is told otherwise',
    },
  },
  // enable_idempotence can be turned off there; readers drop what a task writes twice all the same.
  idempotence: 'if-possible',
};

const azureIdle = 'Azure closes connections that were idle for 240 s without telling';

/** A namespace of the tiers Standard and up; Basic has no Kafka. */
const eventHubs: KafkaProfile = {
  title: 'Azure Event Hubs',
  limits: {
    connectionTimeout_ms: { ...usual.connectionTimeout_ms, value: 10_000, why: 'TLS to a gateway of another network' },
    requestTimeout_ms: {
      value: 60_000,
      least: 20_001,
      most: 600_000,
      why: 'Event Hubs itself waits for 20 s at least, so a shorter wait gives up what is still under way',
    },
    sessionTimeout_ms: {
      value: 30_000,
      least: 6_000,
      most: 300_000,
      why: 'Event Hubs takes 6 s to 300 s; below 30 s members are put out while their gateway moves',
    },
    heartbeatInterval_ms: usual.heartbeatInterval_ms,
    metadataMaxAge_ms: { value: 180_000, least: 5_001, most: 239_999, why: azureIdle },
    idle_ms: { value: 180_000, least: 1_000, most: 239_999, why: azureIdle },
    maxRequestBytes: {
      value: 1_040_000,
      least: 1_000_000,
      most: 1_046_527,
      why: 'Event Hubs closes the connection of a request of 1,046,528 bytes or more',
    },
    maxBatchBytes: {
      value: 1_000_000,
      least: 1_000_000,
      most: 1_040_000,
      why: 'a batch has to fit into a request of less than 1,046,528 bytes together with the frame around it',
    },
    commitsPerSecond: {
      value: 1,
      least: 0.01,
      most: 4,
      why: 'Event Hubs throttles commits beyond about 4 a second and partition, and counts them as traffic',
    },
  },
  maxTopics: 10,
  maxPartitions: 32,
  maxGroups: 1_000,
  // Microsoft's pages contradict each other on producer ids and transactions: asked for, never counted on.
  idempotence: 'if-possible',
  compression: { value: 'none', why: 'only the tiers Premium and Dedicated take gzip' },
  topicsMadeBy: 'infrastructure',
  tls: true,
  credentials: 'required',
  timestamps: 'append',
};

export const profiles: Readonly<Record<ProfileName, KafkaProfile>> = { kafka, redpanda, 'event-hubs': eventHubs };

/** A setting is not what the profile allows. */
export class BeyondProfile extends MillraceError {
  readonly code = 'BEYOND_PROFILE';
  /** Without the remedy. */
  readonly what: string;
  constructor(what: string, remedy: string) {
    super(what, remedy);
    this.what = what;
  }
}

export type LimitSettings = Readonly<Partial<Record<LimitName, number | undefined>>>;

/** The profile's figures, those that are set in place of its own. @throws {BeyondProfile} */
export function limitsOf(name: ProfileName, given: LimitSettings): Record<LimitName, number> {
  const { limits, title } = profiles[name];
  const of = (limit: LimitName): number => {
    const { value, least, most, why } = limits[limit];
    const wanted = given[limit] ?? value;
    if (wanted >= least && wanted <= most) return wanted;
    throw new BeyondProfile(
      `kafka.${limit} is ${wanted}, and ${title} takes ${least} to ${most}: ${why}`,
      'Set another, or none',
    );
  };
  const session = of('sessionTimeout_ms');
  const heartbeat = of('heartbeatInterval_ms');
  if (heartbeat * 3 > session)
    throw new BeyondProfile(
      `kafka.heartbeatInterval_ms is ${heartbeat}, more than a third of the session of ${session} ms`,
      'Set a longer session or shorter heartbeats: two of them may be lost',
    );
  return {
    connectionTimeout_ms: of('connectionTimeout_ms'),
    requestTimeout_ms: of('requestTimeout_ms'),
    sessionTimeout_ms: session,
    heartbeatInterval_ms: heartbeat,
    metadataMaxAge_ms: of('metadataMaxAge_ms'),
    idle_ms: of('idle_ms'),
    maxRequestBytes: of('maxRequestBytes'),
    maxBatchBytes: of('maxBatchBytes'),
    commitsPerSecond: of('commitsPerSecond'),
  };
}
