/** Settings that each are sound, and together are not. */
import type { Config } from './config.ts';
import { InvalidConfiguration } from './config-errors.ts';
import type { Given } from './config-sources.ts';
import { isLoopback } from '../recommender/api/auth/loopback.ts';
import { BeyondProfile, limitsOf } from '../transport/kafka/profiles.ts';

/** @throws {InvalidConfiguration} */
export function checkTogether(config: Config, origins: readonly Given[]): void {
  const { transport, kafka, schemas, http, auth } = config;
  checkAccess(http, auth, origins);
  if (config.documents === 'cosmos') checkCosmos(config.cosmos, origins);
  checkSchemas(transport, schemas, origins);
  if (transport === 'kafka') checkKafka(kafka, origins);
  else refuseIdleFlags(origins);
}

function checkCosmos(
  { endpoint, throughput: { mode, requestUnits } }: Config['cosmos'],
  origins: readonly Given[],
): void {
  if (endpoint === undefined)
    throw new InvalidConfiguration(
      `${originOf(origins, 'documents')}: documents is "cosmos", and no account is named`,
      'Set cosmos.endpoint (MILLRACE_COSMOS_ENDPOINT), and cosmos.key unless Entra ID signs in',
    );
  const step = mode === 'autoscale' ? 1_000 : 100;
  if (mode !== 'serverless' && requestUnits % step !== 0)
    throw new InvalidConfiguration(
      `${originOf(origins, 'cosmos.throughput.requestUnits')}: cosmos.throughput.requestUnits is ${requestUnits}, and with ${mode} the service gives steps of ${step}`,
      `Take a multiple of ${step}`,
    );
}

function checkAccess(
  { host }: Config['http'],
  { keys, issuer, audience, jwks }: Config['auth'],
  origins: readonly Given[],
): void {
  if (!isLoopback(host) && keys === undefined && issuer === undefined)
    throw new InvalidConfiguration(
      `${originOf(origins, 'http.host')}: http.host is "${host}", and without credentials the server listens on loopback only`,
      'Set auth.keys to a folder that `millrace keys create` writes, or auth.issuer and auth.audience; or leave http.host out',
    );
  if (issuer !== undefined && audience === undefined)
    throw new InvalidConfiguration(
      `${originOf(origins, 'auth.issuer')}: auth.issuer is set, and whom its tokens have to be for is not`,
      'Set auth.audience to the name by which the issuer knows this API',
    );
  if (issuer === undefined && (audience ?? jwks) !== undefined)
    throw new InvalidConfiguration(
      `${originOf(origins, audience === undefined ? 'auth.jwks' : 'auth.audience')}: tokens are described, and their issuer is not named`,
      'Set auth.issuer',
    );
}

function checkKafka(kafka: Config['kafka'], origins: readonly Given[]): void {
  const { brokers, profile, sasl } = kafka;
  const hasConnectionString = (sasl.connectionString ?? sasl.connectionStringFile) !== undefined;
  if (brokers.length === 0 && !hasConnectionString)
    throw new InvalidConfiguration(
      `${originOf(origins, 'transport')}: transport is "kafka", and no broker is named`,
      'Give --brokers HOST:PORT,… (kafka.brokers), or the connection string of an Event Hubs namespace',
    );
  if (profile === 'event-hubs' && !hasConnectionString && (sasl.mechanism ?? sasl.username) === undefined)
    throw new InvalidConfiguration(
      `${originOf(origins, 'kafka.profile')}: kafka.profile is "event-hubs", and Event Hubs lets nobody in without credentials`,
      'Set MILLRACE_KAFKA_SASL_CONNECTION_STRING (or kafka.sasl.connectionStringFile), or kafka.sasl.mechanism: oauthbearer for an identity of Entra ID',
    );
  try {
    limitsOf(profile, kafka);
  } catch (cause) {
    if (!(cause instanceof BeyondProfile)) throw cause;
    throw new InvalidConfiguration(cause.what, cause.remedy, { cause });
  }
}

function checkSchemas(
  transport: Config['transport'],
  { write, confluent, azure }: Config['schemas'],
  origins: readonly Given[],
): void {
  const wrong = (what: string, remedy: string): InvalidConfiguration =>
    new InvalidConfiguration(`${originOf(origins, 'schemas.write')}: schemas.write is "${write}", ${what}`, remedy);
  if (write !== 'single-object' && transport !== 'kafka')
    throw wrong(
      'and the log is the embedded one, whose values name fingerprints',
      'Leave it out, or add --transport kafka',
    );
  if (write === 'confluent' && confluent.url === undefined)
    throw wrong('and no such registry is named', 'Set schemas.confluent.url');
  if (write === 'azure' && (azure.url === undefined || azure.group === undefined))
    throw wrong('and its registry is not named', 'Set schemas.azure.url and schemas.azure.group');
}

/** A file may say how to reach brokers that a run does without; a flag that nothing reads is a mistake. */
function refuseIdleFlags(origins: readonly Given[]): void {
  const idle = origins.find(({ path, origin }) => path.startsWith('kafka.') && origin.startsWith('--'));
  if (idle !== undefined)
    throw new InvalidConfiguration(`${idle.origin} is given, and the log is the embedded one`, 'Add --transport kafka');
}

const originOf = (origins: readonly Given[], wanted: string): string =>
  origins.find(({ path }) => path === wanted)?.origin ?? 'default';
