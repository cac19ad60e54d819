/** A process that served before there were lists is told when they leave out something else. */
import { afterEach, expect, test, vi } from 'vitest';
import { defaultSeen } from '../../src/recommender/domain/shelf.ts';
import { watchSeen } from '../../src/cli/watch-seen.ts';
import { day } from '../topologies/events.ts';
import { World } from '../support/world.ts';

afterEach(() => vi.restoreAllMocks());

/** Serves until it has looked so many times; lists of a policy are published after the first look, in their order. */
async function watched(published: readonly (readonly string[] | null)[], looks: number): Promise<string[]> {
  const { documents } = await World.of([]);
  const said: string[] = [];
  vi.spyOn(process.stderr, 'write').mockImplementation(text => said.push(String(text)) > 0);
  const stop = new AbortController();
  let looked = 0;
  const clock = {
    now: () => day,
    turn: async () => {},
    sleep: async () => {
      if (looked++ === looks) return stop.abort();
      if (looked === 1) return undefined;
      for (const [task, seen] of published.entries())
        await documents.put(
          { collection: 'quality', partition: 'recommend', id: `recommend/${task}` },
          seen === null ? {} : { seen: [...seen] },
          'always',
        );
      return undefined;
    },
  };
  const config = { lists: { candidates: 100, everyVersions: 64, seen: [...defaultSeen] } };
  await watchSeen({ ports: { documents, clock }, config, signal: stop.signal, onWait: () => {} });
  return said;
}

test('once, with what to do', async () => {
  const said = await watched([['order']], 4);
  expect(said).toHaveLength(1);
  expect(said[0]).toMatch(
    /^OTHER_SEEN_POLICY: .*leave out what had an event of order.*Configure lists\.seen as \["order"\]/,
  );
});

test.for([
  ['by the same policy, in another order', [['return', 'order', 'rating']]],
  ['by an earlier release, which tells no policy', [null]],
] as const)('not where they were made %s', async ([, published]) => {
  expect(await watched(published, 3)).toEqual([]);
});
