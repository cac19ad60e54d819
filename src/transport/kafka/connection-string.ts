/** The connection string of an Event Hubs namespace: where it is, and the password that the string itself is. */
import { MillraceError } from '../../errors.ts';

/** The text is no connection string. It is a secret: no message quotes it. */
export class InvalidConnectionString extends MillraceError {
  readonly code = 'INVALID_CONNECTION_STRING';
}

export interface ConnectionString {
  /** The namespace's Kafka endpoint. */
  readonly broker: string;
  readonly tls: boolean;
  readonly username: string;
  readonly password: string;
}

/** What Event Hubs takes as the name of a user whose password is a connection string. */
const username = '$ConnectionString';
const kafkaPort = 9093;
const emulatorPort = 9092;

/** @throws {InvalidConnectionString} */
export function parseConnectionString(text: string): ConnectionString {
  const password = text.trim();
  const parts = new Map(password.split(';').map(part => nameAndValue(part)));
  const [, host] = /^(?:sb|amqps?):\/\/([a-z0-9.-]+)(?::\d+)?\/?$/i.exec(parts.get('endpoint') ?? '') ?? [];
  if (host === undefined) throw invalid('it names no Endpoint=sb://NAMESPACE.servicebus.windows.net/');
  if (!parts.has('sharedaccesssignature'))
    for (const name of ['SharedAccessKeyName', 'SharedAccessKey'])
      if ((parts.get(name.toLowerCase()) ?? '') === '') throw invalid(`it has no ${name}`);
  const emulated = parts.get('usedevelopmentemulator') === 'true';
  return { broker: `${host}:${emulated ? emulatorPort : kafkaPort}`, tls: !emulated, username, password };
}

/** Names are of any case; a key may hold `=`. */
function nameAndValue(part: string): [string, string] {
  const at = part.indexOf('=');
  return at < 0 ? [part.trim().toLowerCase(), ''] : [part.slice(0, at).trim().toLowerCase(), part.slice(at + 1).trim()];
}

const invalid = (why: string): InvalidConnectionString =>
  new InvalidConnectionString(
    `The connection string of kafka.sasl is not one of an Event Hubs namespace: ${why}`,
    'Copy it from the shared access policies of the namespace, whole; it begins with Endpoint=sb://',
  );
