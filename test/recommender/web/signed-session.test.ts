import { expect, test } from 'vitest';
import { PassingMemory } from '../../../src/recommender/web/components/memory.ts';
import type { Issued } from '../../../src/recommender/web/components/token-issuer.ts';
import { type SessionParts, SignedSession } from '../../../src/recommender/web/shop/signed-session.ts';

const hour_ms = 3_600_000;

/** A server that trusts the tokens of this list, and an issuer that numbers those it gives. */
function world() {
  const trusted = new Set<string>();
  const shown: (string | null)[] = [];
  const bodies: string[] = [];
  const clock = { now: 1_000_000 };
  const issuer: { asked: number; fails?: Error } = { asked: 0 };
  const issue = async (userId: string): Promise<Issued> => {
    issuer.asked += 1;
    if (issuer.fails !== undefined) throw issuer.fails;
    const token = `${userId} ${issuer.asked}`;
    trusted.add(token);
    return { token, lifetime_ms: hour_ms };
  };
  const parts: SessionParts = {
    issue,
    speaksFor: async token => token.split(' ')[0] ?? '',
    memory: new PassingMemory(),
    now: () => clock.now,
    fetch: async request => {
      const token = request.headers.get('authorization')?.slice('Bearer '.length) ?? null;
      shown.push(token);
      bodies.push(await request.text());
      return new Response(null, { status: token !== null && trusted.has(token) ? 200 : 401 });
    },
  };
  return { parts, trusted, shown, bodies, clock, issuer };
}

const ask = (): Request => new Request('http://shop.test/v2/orders', { method: 'POST', body: 'an order' });

test('a token is made anew before it ends, by one question for all who wait', async () => {
  const { parts, shown, clock, issuer } = world();
  const session = new SignedSession(parts);
  await session.enter('ann');
  await session.send(ask());
  clock.now += hour_ms - 30_000;
  await Promise.all([session.send(ask()), session.send(ask()), session.send(ask())]);
  expect(shown).toEqual(['ann 1', 'ann 2', 'ann 2', 'ann 2']);
  expect(issuer.asked).toBe(2);
});

test('a token that is refused is made anew, and the request sent once more, whole', async () => {
  const { parts, trusted, shown, bodies } = world();
  const session = new SignedSession(parts);
  await session.enter('ann');
  trusted.clear();
  const answers = await Promise.all([session.send(ask()), session.send(ask())]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  expect(shown).toEqual(['ann 1', 'ann 1', 'ann 2', 'ann 2']);
  expect(new Set(bodies)).toEqual(new Set(['an order']));
  expect(session.user.value).toBe('ann');
});

test('a new token that is refused as well ends the session: nothing is asked a third time', async () => {
  const { parts, shown, issuer } = world();
  const session = new SignedSession({
    ...parts,
    issue: async () => ({ token: `ann ${issuer.asked++}`, lifetime_ms: 1 }),
  });
  await session.enter('ann');
  expect((await session.send(ask())).status).toBe(401);
  expect(shown).toEqual(['ann 0', 'ann 1']);
  expect([session.user.value, session.lapsed.value?.userId]).toEqual([undefined, 'ann']);
});

test('an issuer that is away costs nothing while the token counts, and is not asked all the time', async () => {
  const { parts, clock, issuer, trusted } = world();
  const session = new SignedSession(parts);
  await session.enter('ann');
  issuer.fails = new Error('away');
  clock.now += hour_ms - 30_000;
  for (let n = 0; n < 5; n++) expect((await session.send(ask())).status).toBe(200);
  expect(issuer.asked).toBe(2);
  trusted.clear();
  expect((await session.send(ask())).status).toBe(401);
  expect(session.lapsed.value).toEqual({ userId: 'ann', cause: issuer.fails });
});

test('a token that was brought is not made anew: who brought it is asked for another, also after a reload', async () => {
  const { parts, trusted } = world();
  const brought = { ...parts, issue: undefined };
  trusted.add('hanna key');
  const session = new SignedSession(brought);
  await session.enter('hanna key');
  expect((await session.send(ask())).status).toBe(200);
  trusted.clear();
  expect((await session.send(ask())).status).toBe(401);
  expect(session.lapsed.value).toEqual({ userId: 'hanna', cause: undefined });
  const reloaded = new SignedSession(brought);
  expect([reloaded.user.value, reloaded.lapsed.value?.userId]).toEqual([undefined, 'hanna']);
  reloaded.leave();
  expect(new SignedSession(brought).lapsed.value).toBeUndefined();
});

test('who signs out while a token is made anew stays signed out', async () => {
  const { parts, trusted } = world();
  const { promise: slow, resolve: give } = Promise.withResolvers<Issued>();
  let first = true;
  const session = new SignedSession({
    ...parts,
    issue: async userId => (first ? ((first = false), parts.issue?.(userId) ?? slow) : slow),
  });
  await session.enter('ann');
  trusted.clear();
  const asked = session.send(ask());
  session.leave();
  give({ token: 'ann late', lifetime_ms: hour_ms });
  expect((await asked).status).toBe(401);
  expect([session.user.value, session.lapsed.value]).toEqual([undefined, undefined]);
});
