import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseConnectionString } from '../../../src/transport/kafka/connection-string.ts';
import { profiles } from '../../../src/transport/kafka/profiles.ts';
import { securityOf, type SecuritySettings } from '../../../src/transport/kafka/security.ts';

const namespace = 'Endpoint=sb://shop.servicebus.windows.net/;SharedAccessKeyName=all;SharedAccessKey=aGVsbG8=';
const brokers = ['b:9092'];

const of = (settings: Partial<SecuritySettings>, profile: keyof typeof profiles = 'kafka') =>
  securityOf(
    { brokers, tls: {}, sasl: {}, ...settings },
    profiles[profile],
    () => 0,
    async () => ({
      getToken: async scope => ({ token: `for ${scope}`, expiresOnTimestamp: 3_600_000 }),
    }),
  );

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-security-'));
});
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
const fileOf = (text: string): string => {
  const file = join(folder, String(files++));
  writeFileSync(file, text);
  return file;
};

describe('a connection string', () => {
  test('is the password, and names the broker', () => {
    expect(parseConnectionString(` ${namespace}\n`)).toEqual({
      broker: 'shop.servicebus.windows.net:9093',
      tls: true,
      username: '$ConnectionString',
      password: namespace,
    });
  });

  test('of the emulator goes without TLS', () => {
    const text = 'Endpoint=sb://localhost;SharedAccessKeyName=n;SharedAccessKey=k;UseDevelopmentEmulator=true;';
    expect(parseConnectionString(text)).toMatchObject({ broker: 'localhost:9092', tls: false });
  });

  test.each([
    ['hush', /no Endpoint/],
    ['Endpoint=https://hush/;SharedAccessKeyName=n;SharedAccessKey=k', /no Endpoint/],
    ['Endpoint=sb://x/;SharedAccessKeyName=hush', /it has no SharedAccessKey\b/],
    ['Endpoint=sb://x/;SharedAccessKey=hush', /it has no SharedAccessKeyName/],
  ])('%j is refused without being quoted', (text, says) => {
    expect(() => parseConnectionString(text)).toThrow(says);
    expect(() => parseConnectionString(text)).not.toThrow(/hush/);
  });
});

describe('who we are', () => {
  test('is nobody unless the settings say so, which Event Hubs does not take', async () => {
    expect(await of({})).toEqual({ brokers, tls: undefined, sasl: undefined });
    await expect(of({}, 'event-hubs')).rejects.toThrow(/lets nobody in without credentials/);
  });

  test('is what the connection string says; brokers that are named come before its own', async () => {
    const sasl = { connectionStringFile: fileOf(`${namespace}\n`) };
    const user = { mechanism: 'PLAIN', username: '$ConnectionString', password: namespace };
    expect(await of({ brokers: [], sasl }, 'event-hubs')).toEqual({
      brokers: ['shop.servicebus.windows.net:9093'],
      tls: {},
      sasl: user,
    });
    expect(await of({ sasl }, 'event-hubs')).toMatchObject({ brokers });
  });

  test('is a user with a password, from a file where it is no setting', async () => {
    const passwordFile = fileOf('hush\n');
    const user = { username: 'u', password: 'hush' };
    expect((await of({ sasl: { ...user } })).sasl).toEqual({ mechanism: 'PLAIN', ...user });
    const scram = { mechanism: 'scram-sha-512', username: 'u', passwordFile } as const;
    expect((await of({ sasl: scram })).sasl).toEqual({ mechanism: 'SCRAM-SHA-512', ...user });
    await expect(of({ sasl: { ...scram, password: 'x' } })).rejects.toThrow(/are both given/);
    await expect(of({ sasl: { username: 'u' } })).rejects.toThrow(/needs a user and a password/);
    await expect(of({ sasl: { username: 'u', passwordFile: join(folder, 'none') } })).rejects.toThrow(
      /kafka\.sasl\.passwordFile cannot be read/,
    );
  });

  test('is an identity of Entra ID, whose tokens are for the namespace', async () => {
    const tokenOf = async (sasl: SecuritySettings['sasl']): Promise<unknown> => {
      const security = await of({ brokers: ['shop.servicebus.windows.net:9093'], sasl }, 'event-hubs');
      return security.sasl?.mechanism === 'OAUTHBEARER' ? security.sasl.token() : security.sasl;
    };
    expect(await tokenOf({ mechanism: 'oauthbearer' })).toBe('for https://shop.servicebus.windows.net/.default');
    expect(await tokenOf({ mechanism: 'oauthbearer', scope: 'api://x/.default' })).toBe('for api://x/.default');
  });
});

describe('TLS', () => {
  test("is the profile's, or wanted by whoever names a file for it", async () => {
    const ca = fileOf('certificate');
    expect((await of({ tls: { ca } })).tls).toEqual({ ca: 'certificate' });
    expect((await of({ tls: { enabled: true, serverName: 'kafka' } })).tls).toEqual({ servername: 'kafka' });
    expect((await of({ tls: { certificate: ca, key: fileOf('key') } })).tls).toEqual({
      cert: 'certificate',
      key: 'key',
    });
    expect((await of({ tls: { enabled: false }, sasl: { connectionString: namespace } }, 'event-hubs')).tls).toBe(
      undefined,
    );
  });

  test('that is half said is refused', async () => {
    await expect(of({ tls: { enabled: false, ca: 'x' } })).rejects.toThrow(/enabled is false/);
    await expect(of({ tls: { certificate: fileOf('c') } })).rejects.toThrow(/needs its key/);
    await expect(of({ tls: { ca: join(folder, 'none') } })).rejects.toThrow(/kafka\.tls\.ca cannot be read/);
  });

  test('needs a broker', async () => {
    await expect(of({ brokers: [] })).rejects.toThrow(/No broker is named/);
  });
});
