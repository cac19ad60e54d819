/** An issuer of tokens whose clock, keys and answers the test decides; it signs what no honest one would, too. */
import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { Fetch } from '../../src/recommender/api/auth/issuer-keys.ts';

export const issuer = 'https://login.example/shop';
export const audience = 'https://api.example';
export const start = Date.UTC(2026, 10, 26);

interface Pair {
  readonly kid: string;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

type Part = { readonly [name: string]: unknown };

export function testIssuer() {
  const clock = { at: start, now: () => clock.at, pass: (ms: number) => (clock.at += ms) };
  let pairs = [pairOf('first')];
  let answer: () => Response | Promise<Response> = published;
  const asked: string[] = [];
  let keysAt = `${issuer}/keys`;
  const current = (): Pair => {
    const pair = pairs.at(-1);
    if (pair === undefined) throw new Error('The issuer has a key');
    return pair;
  };
  function published(): Response {
    return Response.json({ keys: pairs.map(jwkOf) });
  }
  const fetch: Fetch = async url => {
    asked.push(url);
    if (url.endsWith('/.well-known/openid-configuration')) return Response.json({ issuer, jwks_uri: keysAt });
    return answer();
  };
  const claims = (change: Part = {}): Part => {
    const now_s = Math.floor(clock.at / 1_000);
    return { iss: issuer, aud: audience, sub: 'ann', iat: now_s, nbf: now_s, exp: now_s + 600, ...change };
  };
  return {
    clock,
    fetch,
    /** Addresses that were asked for, in order. */
    asked,
    claims,
    /** A good token but for what is changed; undefined leaves a claim out. */
    token: (
      change: Part = {},
      { header = {}, pair = current(), hash = 'RSA-SHA256' }: { header?: Part; pair?: Pair; hash?: string } = {},
    ) =>
      signed({ alg: 'RS256', typ: 'JWT', kid: pair.kid, ...header }, claims(change), text =>
        sign(hash, Buffer.from(text), pair.privateKey),
      ),
    unsigned: (change: Part = {}, alg = 'none') => signed({ alg, typ: 'JWT' }, claims(change), () => Buffer.alloc(0)),
    /** Signed with the published key as if it were a shared secret. */
    confused: (change: Part = {}) =>
      signed({ alg: 'HS256', typ: 'JWT', kid: current().kid }, claims(change), text =>
        createHmac('sha256', current().publicKey.export({ format: 'pem', type: 'spki' }))
          .update(text)
          .digest(),
      ),
    /** A key that is not published. */
    stranger: (kid = current().kid) => pairOf(kid),
    /** Publishes a further key, and signs with it from now on. */
    rotate: (kid: string) => (pairs = [...pairs, pairOf(kid)]),
    /** Publishes the newest key alone. */
    retire: () => (pairs = pairs.slice(-1)),
    answers: (how: () => Response | Promise<Response>) => (answer = how),
    goesDown: () =>
      (answer = () => {
        throw new TypeError('fetch failed');
      }),
    /** Where its keys are, as it says itself. */
    describes: (url: string) => (keysAt = url),
    comesBack: () => (answer = published),
  };
}

const pairOf = (kid: string): Pair => ({ kid, ...generateKeyPairSync('rsa', { modulusLength: 2_048 }) });

const jwkOf = ({ kid, publicKey }: Pair) => ({ ...publicKey.export({ format: 'jwk' }), kid, use: 'sig' });

function signed(header: Part, payload: Part, signature: (text: string) => Buffer): string {
  const text = [header, payload].map(part => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${text}.${signature(text).toString('base64url')}`;
}
