/** Ways into a broker, each on a real one: TLS, certificates, passwords, and tokens that Kafka's own validator verifies. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/engine/clock.ts';
import { retrying } from '../../src/engine/retry.ts';
import { Unavailable } from '../../src/errors.ts';
import { kafkaOptions } from '../../src/transport/kafka/configured.ts';
import type { TokenCredential } from '../../src/transport/kafka/entra.ts';
import { openKafkaLog } from '../../src/transport/kafka/open.ts';
import type { KafkaSettings } from '../../src/transport/kafka/settings.ts';
import { appendFromOutside, recordOfBytes } from '../../src/stream/outside.ts';
import type { Transport } from '../../src/transport/port.ts';
import type { KafkaBroker } from '../support/kafka/broker.ts';
import { type Certificates, certificates } from '../support/kafka/certificates.ts';
import { startWithCertificates, startWithPasswords, startWithTokens, user } from '../support/kafka/secured.ts';
import { noOwnBroker, unique } from '../support/kafka/suite.ts';
import { TokenIssuer } from '../support/kafka/token-issuer.ts';

/** What the test itself waits for at most. */
const deadline_ms = 180_000;

type Way = Pick<KafkaSettings, 'tls' | 'sasl'> & { readonly credential?: TokenCredential };

/** Opens the log as the settings say, and appends to a topic of its own. Answers how many records are there then. */
async function write(broker: KafkaBroker, { credential, ...way }: Way): Promise<number> {
  const settings = {
    brokers: broker.brokers(),
    profile: 'kafka',
    clientId: 'millrace',
    requestTimeout_ms: 5_000,
  } as const;
  const options = await kafkaOptions({ ...settings, ...way }, Date.now, credential && (async () => credential));
  const log = openKafkaLog(options);
  try {
    const topic = unique('secured');
    await log.createTopic(topic, { partitions: 1 });
    await append(log, topic, 'value');
    return (await log.bounds({ topic, partition: 0 })).end;
  } finally {
    await log.close();
  }
}

/** A broker that has just begun says for a while that it is not ready to give out ids of producers. */
async function append(log: Transport, topic: string, value: string): Promise<void> {
  const record = recordOfBytes('key', Buffer.from(value));
  const signal = AbortSignal.timeout(deadline_ms);
  await retrying(
    'append',
    () => appendFromOutside(log, topic, [record], Date.now()),
    systemClock,
    signal,
    () => {},
  );
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-secured-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe.skipIf(noOwnBroker)('a broker that asks for a password over TLS', () => {
  let broker: KafkaBroker;
  let ours: Certificates;
  beforeAll(async () => {
    ours = await certificates(folder, 'passwords', 'IP:127.0.0.1');
    broker = await startWithPasswords(ours);
  });
  afterAll(() => broker[Symbol.asyncDispose]());

  test.each(['plain', 'scram-sha-256', 'scram-sha-512'] as const)('lets us in by %s', async mechanism => {
    const passwordFile = join(folder, 'password');
    writeFileSync(passwordFile, `${user.password}\n`);
    expect(await write(broker, { tls: { ca: ours.ca }, sasl: { mechanism, ...user } })).toBe(1);
    const { username } = user;
    expect(await write(broker, { tls: { ca: ours.ca }, sasl: { mechanism, username, passwordFile } })).toBe(1);
  });

  test.each(['plain', 'scram-sha-256', 'scram-sha-512'] as const)(
    'with another password it is away until it is mended, by %s, and the password is told to nobody',
    async mechanism => {
      const password = 'another-password';
      const wrong = write(broker, { tls: { ca: ours.ca }, sasl: { mechanism, username: 'millrace', password } });
      const error: unknown = await wrong.catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(Unavailable);
      expect(String(error)).toMatch(/does not let 'millrace' in: .*\. Give the client valid credentials/);
      expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain(password);
    },
  );

  test('is not believed without its authority, and says nothing in plain text', async () => {
    await expect(write(broker, { tls: { enabled: true }, sasl: user })).rejects.toThrow(
      /127\.0\.0\.1:\d+ did not|unable to verify|self-signed|certificate/,
    );
    await expect(write(broker, { tls: {}, sasl: user })).rejects.toThrow(Unavailable);
  });
});

describe.skipIf(noOwnBroker)('a broker that asks for a certificate', () => {
  let broker: KafkaBroker;
  let ours: Certificates;
  beforeAll(async () => {
    ours = await certificates(folder, 'certificates', 'DNS:broker.test');
    broker = await startWithCertificates(ours);
  });
  afterAll(() => broker[Symbol.asyncDispose]());

  test('lets in who shows one of its authority, under the name that it has', async () => {
    const { ca, certificate, key } = ours;
    expect(await write(broker, { tls: { ca, certificate, key, serverName: 'broker.test' }, sasl: {} })).toBe(1);
  });

  test('is not believed under another name', async () => {
    const { ca, certificate, key } = ours;
    await expect(write(broker, { tls: { ca, certificate, key }, sasl: {} })).rejects.toThrow(/127\.0\.0\.1.*altnames/);
  });

  test('lets in nobody without', async () => {
    const { ca } = ours;
    await expect(write(broker, { tls: { ca, serverName: 'broker.test' }, sasl: {} })).rejects.toThrow(Unavailable);
  });
});

describe.skipIf(noOwnBroker)('a broker that asks for tokens', () => {
  const audience = 'https://shop.servicebus.windows.net';
  const session_ms = 2_000;
  let broker: KafkaBroker;
  let issuer: TokenIssuer;
  beforeAll(async () => {
    issuer = await TokenIssuer.start();
    broker = await startWithTokens(issuer, audience, session_ms);
  });
  afterAll(async () => {
    await broker[Symbol.asyncDispose]();
    await issuer[Symbol.asyncDispose]();
  });

  const bearer = (credential: TokenCredential): Way => ({ tls: {}, sasl: { mechanism: 'oauthbearer' }, credential });

  test('lets in who has a good one', async () => {
    const token = issuer.token(audience, 3_600);
    expect(
      await write(broker, bearer({ getToken: async () => ({ token, expiresOnTimestamp: Date.now() + 3_600_000 }) })),
    ).toBe(1);
  });

  test.each([
    ['has expired', () => issuer.token(audience, -30)],
    ['is for somebody else', () => issuer.token('https://other.servicebus.windows.net', 3_600)],
    ['is signed by nobody', () => `${issuer.token(audience, 3_600).slice(0, -8)}AAAAAAAA`],
  ])('one that %s leaves the broker away, and is told to nobody', async (_, make) => {
    const token = make();
    const credential = { getToken: async () => ({ token, expiresOnTimestamp: Date.now() + 3_600_000 }) };
    const error: unknown = await write(broker, bearer(credential)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Unavailable);
    expect(String(error)).toMatch(/does not let the bearer of the token in/);
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain(token);
  });

  test('asks again and again who we are: a log that stays open shows a new token each time, and loses nothing', async () => {
    const times: number[] = [];
    // Each is to be renewed as soon as it is there: five minutes before it expires.
    const credential: TokenCredential = {
      getToken: async () => {
        times.push(Date.now());
        return { token: issuer.token(audience, 300), expiresOnTimestamp: Date.now() + 300_000 };
      },
    };
    const settings = { brokers: broker.brokers(), profile: 'kafka', clientId: 'millrace', tls: {} } as const;
    const sasl = { mechanism: 'oauthbearer' } as const;
    const log = openKafkaLog(await kafkaOptions({ ...settings, sasl }, Date.now, async () => credential));
    try {
      const topic = unique('long');
      await log.createTopic(topic, { partitions: 1 });
      const until = Date.now() + deadline_ms;
      let sent = 0;
      for (const begun = times.length; times.length < begun + 3; sent++) {
        expect(Date.now()).toBeLessThan(until);
        await append(log, topic, String(sent));
      }
      expect(await log.bounds({ topic, partition: 0 })).toEqual({ start: 0, end: sent });
    } finally {
      await log.close();
    }
  });
});
