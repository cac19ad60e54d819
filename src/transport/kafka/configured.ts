/** From settings to what the log is opened with. */
import type { Millis } from '../../stream/time.ts';
import type { KafkaOptions } from './options.ts';
import { limitsOf, profiles } from './profiles.ts';
import { type Credential, securityOf } from './security.ts';
import type { KafkaSettings } from './settings.ts';

/** @throws {InvalidSecurity} {InvalidConnectionString} {BeyondProfile} */
export async function kafkaOptions(
  settings: KafkaSettings,
  clock: () => Millis,
  credential?: Credential,
): Promise<KafkaOptions> {
  const profile = profiles[settings.profile];
  const limits = limitsOf(settings.profile, settings);
  const { brokers, tls, sasl } = await securityOf(settings, profile, clock, credential);
  return {
    brokers,
    clientId: settings.clientId,
    clock,
    ...(tls === undefined ? {} : { tls }),
    ...(sasl === undefined ? {} : { sasl }),
    limits: {
      connectTimeout: limits.connectionTimeout_ms,
      requestTimeout: limits.requestTimeout_ms,
      idle: limits.idle_ms,
      metadataAge: limits.metadataMaxAge_ms,
      maxRequestBytes: limits.maxRequestBytes,
      maxBatchBytes: limits.maxBatchBytes,
    },
    idempotent: profile.idempotence,
    compression: settings.compression ?? profile.compression.value,
    ...(profile.topicsMadeBy === 'us'
      ? {}
      : { topicsCreatedBy: `${profile.title} has its topics made by your infrastructure's code` }),
  };
}
