/** A shop with keys and an issuer, listening on a port, that bears slow clients for a moment only. */
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { drawKey } from '../../src/recommender/api/auth/api-keys.ts';
import { CredentialsGate } from '../../src/recommender/api/auth/gate.ts';
import { IssuerKeys } from '../../src/recommender/api/auth/issuer-keys.ts';
import { addKey, KeyFolder } from '../../src/recommender/api/auth/key-folder.ts';
import { Tokens } from '../../src/recommender/api/auth/tokens.ts';
import { defaultHttp, type HttpOptions } from '../../src/recommender/api/http.ts';
import { shop } from '../recommender/api/shop.ts';
import { audience, issuer, testIssuer } from './issuer.ts';

const slowly = { headers_ms: 200, request_ms: 400, look_ms: 50 };
const plenty = { perSecond: 1_000, burst: 1_000 };
const rates = {
  shopper: { perSecond: 1, burst: 5 },
  service: plenty,
  monitor: plenty,
  admin: plenty,
  anonymous: plenty,
};

interface Asked {
  readonly method?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A shop with keys and an issuer, listening on a port. */
export async function guarded(http: Partial<HttpOptions> = {}, change: Partial<typeof rates> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-hostile-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const from = testIssuer();
  const troubles: unknown[] = [];
  const report = (error: unknown): void => void troubles.push(error);
  const about = { name: 'shop', tenant: '', createdAt: new Date(from.clock.now()).toISOString() };
  const service = drawKey({ ...about, role: 'service' });
  await addKey(folder, service.key);
  const keys = new IssuerKeys({ issuer, clock: from.clock, fetch: from.fetch, report });
  const rules = {
    issuer,
    audience,
    algorithms: ['RS256'] as const,
    clockSkew_s: 30,
    claims: { user: 'sub', role: 'roles' },
    roles: { service: 'Service', monitor: 'Monitor', admin: 'Admin' },
  };
  const tokens = new Tokens({ rules, keys, clock: from.clock });
  const gate = new CredentialsGate({ keys: new KeyFolder(folder, report), tokens, clock: from.clock, report });
  const shopped = await shop({
    access: { gate, rates: { ...rates, ...change } },
    http: { ...defaultHttp, patience: slowly, ...http },
    clock: { ...from.clock, sleep: (_, signal) => new Promise(done => signal.addEventListener('abort', () => done())) },
  });
  const url = await shopped.server.listen({ port: 0 });
  const ask = async (path: string, bearer?: string, init: Asked = {}) => {
    const authorization: Record<string, string> = bearer === undefined ? {} : { authorization: `Bearer ${bearer}` };
    const answer = await fetch(url + path, { ...init, headers: { ...authorization, ...init.headers } });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, text };
  };
  const post = (body: string, bearer: string, type = 'application/json') =>
    ask('/v2/ratings', bearer, { method: 'POST', body, headers: { 'content-type': type } });
  return { ...shopped, from, service: service.text, url, ask, post, troubles };
}

/** What a server answers to bytes that no client of HTTP would send; ends when the server ends the connection. */
export async function answered(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  onTestFinished(() => void socket.destroy());
  let text = '';
  socket.setEncoding('utf8').on('data', (part: string) => (text += part));
  socket.on('error', () => {}); // a connection that is cut off is what some of them ask for
  socket.write(bytes);
  await new Promise(done => socket.once('close', done));
  return text;
}
