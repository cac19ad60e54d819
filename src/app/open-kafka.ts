/** Opens a log at brokers, and the registries that know its schemas; loaded only by whoever uses one. */
import type { Clock } from '../engine/clock.ts';
import type { Membership } from '../engine/membership.ts';
import { MillraceError } from '../errors.ts';
import { azureRegistry, azureRegistryScope } from '../stream/azure-registry.ts';
import { confluentRegistry } from '../stream/confluent-registry.ts';
import type { SchemaRegistry } from '../stream/registry.ts';
import { routedRegistry } from '../stream/routed-registry.ts';
import { seconds, type Millis } from '../stream/time.ts';
import { azureFrames, confluentFrames } from '../stream/wire-frames.ts';
import { kafkaOptions } from '../transport/kafka/configured.ts';
import { EntraTokens } from '../transport/kafka/entra.ts';
import { type GroupTimes, kafkaMembership } from '../transport/kafka/membership/membership.ts';
import { openKafkaLog } from '../transport/kafka/open.ts';
import { inspectKafka } from '../transport/kafka/inspecting/inspect.ts';
import { type LimitName, limitsOf, profiles } from '../transport/kafka/profiles.ts';
import { azureCredential, secretOf } from '../transport/kafka/security.ts';
import type { Finding, Needs } from '../transport/inspection.ts';
import type { Transport } from '../transport/port.ts';
import type { WireFrames } from '../transport/wire-frame.ts';
import type { Config } from './config.ts';
import { kafkaSection } from './kafka-config.ts';
import type { PortSettings } from './port-settings.ts';
import { schemasSection } from './schemas-config.ts';

interface KafkaPorts {
  readonly transport: Transport;
  readonly registry: SchemaRegistry;
  readonly commitEvery: Millis;
  readonly membership: Membership;
  readonly troubles: () => ReadonlyMap<string, number>;
}

type Settings = Pick<PortSettings, 'kafka' | 'schemas'>;

/** `own` holds the schemas that fingerprints name. */
export async function openKafka(settings: Settings, own: SchemaRegistry, clock: Clock): Promise<KafkaPorts> {
  const kafka = settings.kafka ?? kafkaSection.parse(noKafka);
  const { registry, frames } = await schemasOf(settings.schemas ?? schemasSection.parse(noSchemas), own, clock);
  const options = await kafkaOptions(kafka, () => clock.now());
  const limits = limitsOf(kafka.profile, kafka);
  const transport = openKafkaLog({ ...options, ...(frames === undefined ? {} : { frames }) });
  return {
    transport,
    registry,
    commitEvery: seconds(1) / limits.commitsPerSecond,
    membership: kafkaMembership(transport, clock, timesOf(limits)),
    troubles: () => transport.troubles.counts,
  };
}

/** A member that lives rejoins with its next heartbeat; who does not is given up when its session ends, no sooner. */
const timesOf = (
  limits: Pick<Record<LimitName, number>, 'sessionTimeout_ms' | 'heartbeatInterval_ms'>,
): GroupTimes => ({
  sessionTimeout: limits.sessionTimeout_ms,
  heartbeatInterval: limits.heartbeatInterval_ms,
  rebalanceTimeout: limits.sessionTimeout_ms,
});

/** What `doctor` says of the brokers. */
export async function inspectBrokers({ kafka }: Settings, needs: Needs, clock: Clock): Promise<readonly Finding[]> {
  const settings = kafka ?? kafkaSection.parse(noKafka);
  try {
    return await inspectKafka(await kafkaOptions(settings, () => clock.now()), profiles[settings.profile], needs);
  } catch (error) {
    if (!(error instanceof MillraceError)) throw error;
    return [{ name: 'brokers', ok: false, message: error.message }]; // they are not even named soundly
  }
}

const noKafka = { tls: {}, sasl: {} };
const noSchemas = { confluent: {}, azure: {} };

interface Schemas {
  readonly registry: SchemaRegistry;
  readonly frames?: WireFrames;
}

/** Ids that records name are asked for at every registry that is configured; ours are given out by one of them. */
async function schemasOf({ write, ...named }: Config['schemas'], own: SchemaRegistry, clock: Clock): Promise<Schemas> {
  const { url, username } = named.confluent;
  const password = secretOf('schemas.confluent', named.confluent, 'password', 'passwordFile');
  const confluent = url === undefined ? undefined : confluentRegistry({ url, username, password });
  const azure = await azureOf(named.azure, clock);
  const registry = routedRegistry(own, { confluent, azure });
  if (write === 'confluent' && confluent !== undefined) return { registry, frames: confluentFrames(own, confluent) };
  if (write === 'azure' && azure !== undefined) return { registry, frames: azureFrames(own, azure) };
  return { registry };
}

async function azureOf({ url, group = '' }: Config['schemas']['azure'], clock: Clock) {
  if (url === undefined) return undefined;
  const tokens = new EntraTokens(await azureCredential(), azureRegistryScope, () => clock.now());
  return azureRegistry({ url, group, token: () => tokens.get() });
}
