/** Entra ID, as a machine in Azure has it: its identity answers tokens, and the service takes nothing else. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Azurite, startAzurite } from '../support/azurite.ts';
import { type Ended, millraceWith } from '../support/cli.ts';
import { certificates } from '../support/kafka/certificates.ts';
import { answer } from '../support/kafka/programs.ts';

const hasOpenssl = (await answer('openssl', 'version')) !== undefined;

/** What azurite looks at: who issued it, for whom, and until when. */
function token(): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1_000);
  const times = { iat: now - 60, nbf: now - 60, exp: now + 3_600 };
  const whom = {
    aud: 'https://storage.azure.com',
    iss: 'https://sts.windows.net/00000000-0000-0000-0000-000000000001/',
  };
  return `${part({ alg: 'RS256', typ: 'JWT' })}.${part({ ...times, ...whom, sub: 'me' })}.c2lnbmF0dXJl`;
}

/** The endpoint of a managed identity. */
async function identity(status: number) {
  let asked = 0;
  const server = createServer((_, reply) => {
    asked++;
    const expires_on = String(Math.floor(Date.now() / 1_000) + 3_600);
    const body = { access_token: token(), expires_on, resource: 'https://storage.azure.com', token_type: 'Bearer' };
    reply.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(status === 200 ? body : {}));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return {
    url: `http://127.0.0.1:${address.port}/token`,
    asked: () => asked,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

describe.skipIf(!hasOpenssl)('a container that is opened with Entra ID (skipped without openssl)', () => {
  let folder: string;
  let azurite: Azurite;
  let authority: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-entra-'));
    const { ca, certificate, key } = await certificates(folder, 'azurite', 'IP:127.0.0.1');
    authority = ca;
    azurite = await startAzurite({ certificate, key });
  });
  afterAll(async () => {
    await azurite[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  const doctor = (endpoint: string): Promise<Ended> =>
    millraceWith(
      {
        MILLRACE_SNAPSHOTS: 'blob',
        MILLRACE_BLOB_URL: `https://127.0.0.1:${azurite.port}/devstoreaccount1/by-identity`,
        MILLRACE_BLOB_CREATE_CONTAINER: 'true',
        MILLRACE_DATA: join(folder, 'data'),
        NODE_EXTRA_CA_CERTS: authority,
        IDENTITY_ENDPOINT: endpoint,
        IDENTITY_HEADER: 'of-this-machine',
      },
      'doctor',
    );

  test('is written, read and cleaned up with a token of the identity, which nobody is shown', async () => {
    await using issuer = await identity(200);
    const { code, stdout, stderr } = await doctor(issuer.url);
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/ok +snapshots: one was written/),
    });
    expect(issuer.asked()).toBeGreaterThan(0);
    expect(stdout + stderr).not.toMatch(/c2lnbmF0dXJl|of-this-machine/);
  });

  test('refuses a process without an identity, and says what to do', async () => {
    await using issuer = await identity(400);
    const { code, stdout } = await doctor(issuer.url);
    expect({ code, stdout }).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(
        /WRONG +snapshots: The container https:\S+ for snapshots refuses this process.*Contributor/,
      ),
    });
  });
});
