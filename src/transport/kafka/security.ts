/** How a broker is spoken to: over TLS or not, and as whom. Secrets go to the broker, and into no message. */
import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import { MillraceError } from '../../errors.ts';
import { type ConnectionString, parseConnectionString } from './connection-string.ts';
import { EntraTokens, type TokenCredential } from './entra.ts';
import type { Sasl } from './options.ts';
import type { KafkaProfile } from './profiles.ts';
import type { KafkaSettings, Mechanism, SaslSettings, TlsSettings } from './settings.ts';

export type SecuritySettings = Pick<KafkaSettings, 'brokers' | 'tls' | 'sasl'>;

export interface Security {
  /** Those of the settings, else the one that the connection string names. */
  readonly brokers: readonly string[];
  readonly tls: ConnectionOptions | undefined;
  readonly sasl: Sasl | undefined;
}

/** The settings do not say how to get into the broker. */
export class InvalidSecurity extends MillraceError {
  readonly code = 'INVALID_SECURITY';
}

/** The credential of the process; a test gives another. */
export type Credential = () => Promise<TokenCredential>;

export const azureCredential: Credential = async () => {
  const { DefaultAzureCredential } = await import('@azure/identity');
  return new DefaultAzureCredential();
};

/** @throws {InvalidSecurity} {InvalidConnectionString} */
export async function securityOf(
  settings: SecuritySettings,
  profile: KafkaProfile,
  now: () => number,
  credential: Credential = azureCredential,
): Promise<Security> {
  const secret = secretOf('kafka.sasl', settings.sasl, 'connectionString', 'connectionStringFile');
  const connection = secret === undefined ? undefined : parseConnectionString(secret);
  const brokers = settings.brokers.length > 0 || connection === undefined ? settings.brokers : [connection.broker];
  if (brokers.length === 0) throw new InvalidSecurity('No broker is named', noBrokers);
  return {
    brokers,
    tls: tlsOf(settings.tls, connection?.tls ?? profile.tls),
    sasl: await saslOf({ ...settings, brokers }, connection, profile, now, credential),
  };
}

const noBrokers = 'Give --brokers HOST:PORT,… or kafka.brokers; for Event Hubs a connection string names them, too';

/** Whoever names a file for TLS wants TLS. */
function tlsOf(
  { enabled, ca, certificate, key, serverName }: TlsSettings,
  usual: boolean,
): ConnectionOptions | undefined {
  const named = [ca, certificate, key, serverName].some(setting => setting !== undefined);
  if (enabled === false && named)
    throw new InvalidSecurity(
      'kafka.tls.enabled is false, and other settings of kafka.tls are given',
      'Leave out either',
    );
  if (!(enabled ?? (named || usual))) return undefined;
  if ((certificate === undefined) !== (key === undefined))
    throw new InvalidSecurity(
      'A certificate needs its key',
      'Give both kafka.tls.certificate and kafka.tls.key, or neither',
    );
  return {
    ...(ca === undefined ? {} : { ca: textOf(ca, 'kafka.tls.ca') }),
    ...(certificate === undefined ? {} : { cert: textOf(certificate, 'kafka.tls.certificate') }),
    ...(key === undefined ? {} : { key: textOf(key, 'kafka.tls.key') }),
    ...(serverName === undefined ? {} : { servername: serverName }),
  };
}

async function saslOf(
  { sasl, brokers }: SecuritySettings,
  connection: ConnectionString | undefined,
  profile: KafkaProfile,
  now: () => number,
  credential: Credential,
): Promise<Sasl | undefined> {
  const { mechanism = mechanismOf(sasl, connection) } = sasl;
  if (mechanism === undefined) {
    if (profile.credentials === 'optional') return undefined;
    throw new InvalidSecurity(`${profile.title} lets nobody in without credentials`, noCredentials);
  }
  if (mechanism === 'oauthbearer') {
    const tokens = new EntraTokens(await credential(), sasl.scope ?? scopeOf(brokers), now);
    return { mechanism: 'OAUTHBEARER', token: () => tokens.get() };
  }
  if (connection === undefined) return { mechanism: kafkasName[mechanism], ...userOf(sasl, mechanism) };
  if (mechanism !== 'plain')
    throw new InvalidSecurity(`A connection string does not go with ${mechanism}`, 'Set kafka.sasl.mechanism to plain');
  return { mechanism: 'PLAIN', username: connection.username, password: connection.password };
}

const kafkasName = { plain: 'PLAIN', 'scram-sha-256': 'SCRAM-SHA-256', 'scram-sha-512': 'SCRAM-SHA-512' } as const;

const noCredentials =
  'Set MILLRACE_KAFKA_SASL_CONNECTION_STRING (or kafka.sasl.connectionStringFile), or kafka.sasl.mechanism: oauthbearer for an identity of Entra ID';

/** Whoever gives a user or a connection string wants PLAIN, unless told otherwise. */
const mechanismOf = ({ username }: SaslSettings, connection: ConnectionString | undefined): Mechanism | undefined =>
  connection === undefined && username === undefined ? undefined : 'plain';

function userOf(sasl: SaslSettings, mechanism: Mechanism): { username: string; password: string } {
  const { username } = sasl;
  const password = secretOf('kafka.sasl', sasl, 'password', 'passwordFile');
  if (username !== undefined && password !== undefined) return { username, password };
  throw new InvalidSecurity(
    `${mechanism} needs a user and a password`,
    'Set kafka.sasl.username, and MILLRACE_KAFKA_SASL_PASSWORD or kafka.sasl.passwordFile',
  );
}

/** A namespace's tokens are for itself. */
function scopeOf(brokers: readonly string[]): string {
  const [host = ''] = (brokers[0] ?? '').split(':');
  return `https://${host}/.default`;
}

/** A secret of a group of settings, which stands in it or in a file that it names. @throws {InvalidSecurity} */
export function secretOf<N extends string>(
  group: string,
  settings: Readonly<Partial<Record<N | `${N}File`, string | undefined>>>,
  name: N,
  file: `${N}File`,
): string | undefined {
  const { [name]: secret, [file]: path } = settings;
  if (secret !== undefined && path !== undefined)
    throw new InvalidSecurity(`${group}.${name} and ${group}.${file} are both given`, 'Leave out either');
  return path === undefined ? secret : textOf(path, `${group}.${file}`).trimEnd();
}

function textOf(path: string, setting: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new InvalidSecurity(`${setting} cannot be read: ${why}`, 'Name a file that this process may read', { cause });
  }
}
