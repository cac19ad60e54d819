/** An issuer of tokens for a demonstration: on loopback, it signs in whoever says who they are, and publishes its key. */
import cors from '@fastify/cors';
import fastify, { type FastifyInstance } from 'fastify';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { z } from 'zod';
import type { Millis } from '../../../stream/time.ts';
import { id } from '../wire.ts';
import { isLoopback } from './loopback.ts';

export const demoAudience = 'millrace-demo';
const host = '127.0.0.1';
const algorithm = 'ES256';
const keyId = 'demo';
const lifetime_s = 3_600;
const bodyLimit = 1_024;

/** A shopper by its id; or by a role that the servers know, for the dashboard. */
const asked = z.union([z.strictObject({ userId: id }), z.strictObject({ role: z.string().min(1).max(200) })]);

export interface DemoIssuer extends AsyncDisposable {
  /** As tokens name it. */
  readonly url: string;
  /** Where a page gets a token: POST `{userId}` or `{role}`. */
  readonly tokenEndpoint: string;
  /** Pages of these origins may ask; none before. */
  allow(origins: readonly string[]): void;
}

/** @param claim the claim that roles are in; @param port 0 takes any */
export async function openDemoIssuer({
  clock,
  claim,
  port = 0,
}: {
  readonly clock: { now(): Millis };
  readonly claim: string;
  readonly port?: number;
}): Promise<DemoIssuer> {
  const { publicKey, privateKey } = await generateKeyPair(algorithm);
  const keys = [{ ...(await exportJWK(publicKey)), kid: keyId, use: 'sig', alg: algorithm }];
  let allowed: readonly string[] = [];
  const app = fastify({ bodyLimit, requestTimeout: 10_000 });
  await app.register(cors, { origin: (origin, done) => done(null, origin !== undefined && allowed.includes(origin)) });
  refuseOthers(app, () => allowed);
  app.get('/.well-known/openid-configuration', () => ({
    issuer: url,
    jwks_uri: `${url}/keys`,
    token_endpoint: `${url}/token`,
  }));
  app.get('/keys', () => ({ keys }));
  app.post('/token', async ({ body }, reply) => {
    const who = asked.safeParse(body);
    if (!who.success) return reply.code(400).send({ error: 'invalid_request' });
    const claims = 'userId' in who.data ? { sub: who.data.userId } : { sub: 'demo', [claim]: [who.data.role] };
    const now_s = Math.floor(clock.now() / 1_000);
    const token = new SignJWT({ ...claims, iss: url, aud: demoAudience, iat: now_s, exp: now_s + lifetime_s });
    const access_token = await token.setProtectedHeader({ alg: algorithm, kid: keyId, typ: 'JWT' }).sign(privateKey);
    return reply
      .header('cache-control', 'no-store')
      .send({ access_token, token_type: 'Bearer', expires_in: lifetime_s });
  });
  const url = await app.listen({ port, host });
  return {
    url,
    tokenEndpoint: `${url}/token`,
    allow: origins => {
      allowed = origins;
    },
    [Symbol.asyncDispose]: () => app.close(),
  };
}

/** Whoever bends a name to loopback, or has a page elsewhere, signs nobody in. */
function refuseOthers(app: FastifyInstance, allowed: () => readonly string[]): void {
  app.addHook('onRequest', async ({ hostname, headers: { origin } }, reply) => {
    if (isLoopback(hostname) && (origin === undefined || allowed().includes(origin))) return;
    await reply.code(403).send({ error: 'access_denied' });
  });
}
