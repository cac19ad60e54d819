import { expect, test } from 'vitest';
import { IssuerKeys } from '../../../../src/recommender/api/auth/issuer-keys.ts';
import { type TokenRules, Tokens } from '../../../../src/recommender/api/auth/tokens.ts';
import { audience, issuer, testIssuer } from '../../../support/issuer.ts';

const rules: TokenRules = {
  issuer,
  audience,
  algorithms: ['RS256', 'ES256'],
  clockSkew_s: 30,
  claims: { user: 'sub', role: 'roles', tenant: undefined },
  roles: { service: 'Service', monitor: 'Monitor', admin: 'Admin' },
};

const codeOf = (error: unknown): unknown => (error instanceof Error ? Reflect.get(error, 'code') : error);

function verifier(change: Partial<TokenRules> = {}) {
  const from = testIssuer();
  const reported: unknown[] = [];
  const keys = new IssuerKeys({ issuer, clock: from.clock, fetch: from.fetch, report: error => reported.push(error) });
  const tokens = new Tokens({ rules: { ...rules, ...change }, keys, clock: from.clock });
  const outcome = (token: string) => tokens.callerOf(token).catch(codeOf);
  return { from, outcome, reported };
}

test('a token makes a shopper of its subject, and what its role claim says of others', async () => {
  const { from, outcome } = verifier();
  expect(await outcome(from.token())).toEqual({ role: 'shopper', tenant: '', userId: 'ann' });
  expect(await outcome(from.token({ roles: ['Service'] }))).toEqual({ role: 'service', tenant: '' });
  expect(await outcome(from.token({ roles: 'openid Monitor' }))).toEqual({ role: 'monitor', tenant: '' });
  expect(await outcome(from.token({ roles: ['Service', 'Admin'] }))).toEqual({ role: 'admin', tenant: '' });
  expect(await outcome(from.token({ roles: ['Administrator', 'admin'] }))).toMatchObject({ role: 'shopper' });
});

test('nothing opens that nobody vouches for', async () => {
  const { from, outcome } = verifier();
  const now_s = Math.floor(from.clock.now() / 1_000);
  const good = from.token();
  const [head, body, signature] = good.split('.');
  const other = Buffer.from(JSON.stringify(from.claims({ sub: 'bob' }))).toString('base64url');
  const forged = {
    'is expired': from.token({ exp: now_s - 31 }),
    'never expires': from.token({ exp: undefined }),
    'is not valid yet': from.token({ nbf: now_s + 31 }),
    'is of another issuer': from.token({ iss: 'https://login.example/other' }),
    'is of no issuer': from.token({ iss: undefined }),
    'is for somebody else': from.token({ aud: 'https://other.example' }),
    'is for nobody': from.token({ aud: undefined }),
    'is for somebody whose name begins like ours': from.token({ aud: `${audience}.evil.example` }),
    'is signed by a stranger under a known name': from.token({}, { pair: from.stranger() }),
    'is signed by a stranger': from.token({}, { pair: from.stranger('unknown') }),
    'is not signed': from.unsigned(),
    'is not signed, in capitals': from.unsigned({}, 'NONE'),
    'has lost its signature': `${head}.${body}.`,
    'was changed after it was signed': `${head}.${other}.${signature}`,
    'is signed with the published key as a secret': from.confused(),
    'is signed in a way that is not allowed': from.token({}, { header: { alg: 'RS512' }, hash: 'RSA-SHA512' }),
    'brings its own key': from.token(
      {},
      { header: { jwk: from.stranger().publicKey.export({ format: 'jwk' }) }, pair: from.stranger() },
    ),
    'says where its key is': from.token({}, { header: { jku: 'https://evil.example/keys' }, pair: from.stranger() }),
    'has a critical part that nobody knows': from.token({}, { header: { crit: ['exp2'], exp2: 1 } }),
    'has no subject': from.token({ sub: undefined }),
    'has a subject that is no id': from.token({ sub: 'a\u0000b' }),
    'is endless': from.token({ padding: 'x'.repeat(9_000) }),
    'is empty': '',
    'is none': 'of.no.use',
  };
  for (const [what, token] of Object.entries(forged))
    expect([what, await outcome(token)]).toEqual([what, 'CREDENTIALS_INVALID']);
  expect(await outcome(good)).toMatchObject({ userId: 'ann' });
  expect(new Set(from.asked)).toEqual(new Set([`${issuer}/.well-known/openid-configuration`, `${issuer}/keys`]));
});

test('clocks may differ by the skew and no more, also for a token that was good before', async () => {
  const { from, outcome } = verifier();
  const token = from.token();
  expect(await outcome(token)).toMatchObject({ userId: 'ann' });
  from.clock.pass(600_000 + 29_000);
  expect(await outcome(token)).toMatchObject({ userId: 'ann' });
  from.clock.pass(1_000);
  expect(await outcome(token)).toBe('CREDENTIALS_INVALID');
});

test('a tenant is named by its claim, and nobody of a tenant is an admin of all', async () => {
  const { from, outcome } = verifier({ claims: { ...rules.claims, tenant: 'tid' } });
  expect(await outcome(from.token({ tid: 'north' }))).toEqual({ role: 'shopper', tenant: 'north', userId: 'ann' });
  expect(await outcome(from.token({ tid: 'north', roles: ['Service'] }))).toEqual({ role: 'service', tenant: 'north' });
  expect(await outcome(from.token({ roles: ['Admin'] }))).toEqual({ role: 'admin', tenant: '' });
  for (const claims of [
    {},
    { tid: '' },
    { tid: 'North' },
    { tid: 'a\u001fb' },
    { tid: 7 },
    { tid: 'north', roles: ['Admin'] },
  ])
    expect([claims, await outcome(from.token(claims))]).toEqual([claims, 'CREDENTIALS_INVALID']);
});

test('new keys of the issuer count without a restart, and old ones no longer once it has withdrawn them', async () => {
  const { from, outcome } = verifier();
  const before = from.token();
  expect(await outcome(before)).toMatchObject({ userId: 'ann' });
  from.rotate('second');
  from.clock.pass(31_000);
  expect(await outcome(from.token({ sub: 'bob' }))).toMatchObject({ userId: 'bob' });
  expect(await outcome(before)).toMatchObject({ userId: 'ann' });
  from.retire();
  from.clock.pass(31_000);
  expect(await outcome(from.token({}, { pair: from.stranger('third') }))).toBe('CREDENTIALS_INVALID');
  expect(await outcome(before)).toBe('CREDENTIALS_INVALID');
});

test('an issuer that is down locks nobody out for a day', async () => {
  const { from, outcome, reported } = verifier();
  expect(await outcome(from.token())).toMatchObject({ userId: 'ann' });
  from.goesDown();
  from.clock.pass(23 * 3_600_000);
  expect(await outcome(from.token())).toMatchObject({ userId: 'ann' });
  expect(reported).not.toEqual([]);
  from.clock.pass(3_600_001);
  expect(await outcome(from.token())).toBe('UNAVAILABLE');
  from.comesBack();
  from.clock.pass(31_000);
  expect(await outcome(from.token())).toMatchObject({ userId: 'ann' });
});

test('a thousand tokens of unknown keys ask the issuer once, and the cheaply refused never', async () => {
  const { from, outcome } = verifier();
  for (let n = 0; n < 50; n++) await outcome(from.unsigned());
  expect(from.asked).toEqual([]);
  await outcome(from.token());
  const before = from.asked.length;
  const stranger = from.stranger('unknown');
  from.clock.pass(31_000);
  const forged = Array.from({ length: 1_000 }, (_, n) =>
    from.token({ jti: n }, { pair: { ...stranger, kid: `k${n}` } }),
  );
  for (const said of await Promise.all(forged.map(outcome))) expect(said).toBe('CREDENTIALS_INVALID');
  expect(from.asked.length - before).toBe(2); // its description, its keys
});

test.for([
  ['is endless', () => new Response('x'.repeat(300_000))],
  ['is no JSON', () => new Response('<html>')],
  ['is no set', () => Response.json({ keys: 'none' })],
  ['holds too many', () => Response.json({ keys: Array.from({ length: 101 }, () => ({ kty: 'RSA' })) })],
  ['is an error', () => new Response('', { status: 500 })],
] as const)('an answer of the issuer that %s opens nothing, and is reported', async ([, answer]) => {
  const { from, outcome, reported } = verifier();
  from.answers(answer);
  expect(await outcome(from.token())).toBe('UNAVAILABLE');
  expect(reported).toHaveLength(1);
});

test('an issuer elsewhere cannot send us to this machine for its keys', async () => {
  const { from, outcome, reported } = verifier();
  from.describes('http://127.0.0.1:8080/metrics');
  expect(await outcome(from.token())).toBe('UNAVAILABLE');
  expect(reported.map(codeOf)).toEqual(['ISSUER_UNUSABLE']);
  expect(from.asked.filter(url => !url.endsWith('openid-configuration'))).toEqual([]);
});

test('a shared secret in the set of public keys is no key', async () => {
  const { from, outcome } = verifier();
  from.answers(() =>
    Response.json({ keys: [{ kty: 'oct', kid: 'first', k: Buffer.from('public').toString('base64url') }] }),
  );
  expect(await outcome(from.token())).toBe('CREDENTIALS_INVALID');
  expect(await outcome(from.confused())).toBe('CREDENTIALS_INVALID');
});
