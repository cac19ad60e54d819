/** Whoever writes a record has shared its schema before: an engine of another release asks for it when it reads. */
import { expect, test, vi } from 'vitest';
import { postEvent } from '../../src/recommender/api/append-event.ts';
import { generate } from '../../src/recommender/jobs/generate/generate.ts';
import { Unavailable } from '../../src/errors.ts';
import { memoryRegistry } from '../../src/stream/registry.ts';
import { shareOnce } from '../../src/stream/share-once.ts';
import { TestClock } from '../../src/testing/clock.ts';
import { openEmbeddedLog } from '../../src/transport/embedded/open.ts';
import { ratings } from '../../topologies/streams.ts';

test('it is kept once, and asked for again only where it could not be', async () => {
  const asked: unknown[] = [];
  let isAway = true;
  const registry = {
    register: async (definition: unknown) => {
      asked.push(definition);
      if (isAway) throw new Unavailable('The documents are away', 'Wait');
    },
  };
  await expect(shareOnce(registry, 'string')).rejects.toThrow(Unavailable);
  isAway = false;
  await shareOnce(registry, 'string');
  await shareOnce(registry, 'string');
  await shareOnce(registry, 'long');
  expect(asked).toEqual(['string', 'string', 'long']);
});

test('those who write at once ask together, and each is told where it could not be kept', async () => {
  let asked = 0;
  const answers: ((error?: Unavailable) => void)[] = [];
  const registry = {
    register: () =>
      new Promise<void>((resolve, reject) => {
        asked++;
        answers.push(error => (error === undefined ? resolve() : reject(error)));
      }),
  };
  const all = () => Promise.allSettled([1, 2, 3].map(() => shareOnce(registry, 'string')));
  const away = all();
  await vi.waitFor(() => expect(answers).toHaveLength(1));
  answers[0]?.(new Unavailable('The documents are away', 'Wait'));
  expect((await away).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  const kept = all();
  await vi.waitFor(() => expect(answers).toHaveLength(2));
  answers[1]?.();
  expect((await kept).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled']);
  expect(asked).toBe(2);
});

test.each(['the API', 'generate'])('%s shares that of ratings before it writes one', async who => {
  const clock = new TestClock(Date.UTC(2026, 0, 1));
  const transport = openEmbeddedLog({ path: ':memory:', clock: () => clock.now() });
  const registry = memoryRegistry();
  await transport.createTopic(ratings.name, { partitions: 1 });
  const ports = { transport, registry, clock, newEventId: () => 'e', tenant: '' };
  if (who === 'generate')
    await generate({
      ports,
      known: { users: ['u'], items: ['i'] },
      random: () => 0.5,
      count: 1,
      signal: new AbortController().signal,
    });
  else await postEvent(ports, { kind: 'rating', userId: 'u', itemId: 'i', value: 5 });
  expect(await registry.find(ratings.schema.fingerprint)).toEqual(ratings.schema.definition);
  await transport.close();
});
