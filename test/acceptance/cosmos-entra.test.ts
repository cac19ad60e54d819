/** Entra ID, as a machine in Azure has it: its identity answers tokens, and the account takes nothing else. */
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Ended, millraceWith } from '../support/cli.ts';
import { newKey } from '../support/cosmos/place.ts';
import { type CosmosFixture, startFixture } from '../support/cosmos/server.ts';
import { certificates } from '../support/kafka/certificates.ts';
import { answer } from '../support/kafka/programs.ts';

const hasOpenssl = (await answer('openssl', 'version')) !== undefined;
const token = newKey();

/** The endpoint of a managed identity. */
async function identity(status: number) {
  const resources: string[] = [];
  const server = createServer(({ url = '' }, reply) => {
    resources.push(new URL(url, 'http://localhost').searchParams.get('resource') ?? '');
    const expires_on = String(Math.floor(Date.now() / 1_000) + 3_600);
    const body = { access_token: token, expires_on, resource: resources.at(-1), token_type: 'Bearer' };
    reply.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(status === 200 ? body : {}));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return {
    url: `http://127.0.0.1:${address.port}/token`,
    resources,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

describe.skipIf(!hasOpenssl)('an account that is opened with Entra ID (skipped without openssl)', () => {
  let folder: string;
  let fixture: CosmosFixture;
  let authority: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-entra-'));
    const { ca, certificate, key } = await certificates(folder, 'cosmos', 'IP:127.0.0.1');
    authority = ca;
    const tls = { cert: readFileSync(certificate), key: readFileSync(key) };
    fixture = await startFixture({ key: newKey(), token, tls });
  });
  afterAll(async () => {
    await fixture[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  const documents = (what: string, endpoint: string): Promise<Ended> =>
    millraceWith(
      {
        MILLRACE_DOCUMENTS: 'cosmos',
        MILLRACE_COSMOS_ENDPOINT: fixture.endpoint,
        MILLRACE_DATA: join(folder, 'data'),
        NODE_EXTRA_CA_CERTS: authority,
        IDENTITY_ENDPOINT: endpoint,
        IDENTITY_HEADER: 'of-this-machine',
      },
      'documents',
      what,
    );

  test('is planned, created and verified with a token of the identity, which nobody is shown', async () => {
    await using issuer = await identity(200);
    const created = await documents('create', issuer.url);
    expect(created).toMatchObject({ code: 0, stdout: expect.stringMatching(/^created millrace, userVectors/) });
    const verified = await documents('verify', issuer.url);
    expect(verified).toMatchObject({ code: 0, stdout: expect.stringMatching(/^all \d+ containers are as they/) });
    expect(issuer.resources).toContain(fixture.endpoint);
    for (const { stdout, stderr } of [created, verified]) expect(stdout + stderr).not.toContain(token);
  });

  test('refuses a process without an identity, and says what to do', async () => {
    await using issuer = await identity(400);
    const { code, stderr } = await documents('verify', issuer.url);
    expect({ code, stderr }).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/refuses this process.*Contributor/),
    });
  });
});
