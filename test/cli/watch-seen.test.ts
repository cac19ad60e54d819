/** A process that served before there were lists is told when they leave out something else. */
import { expect, test } from 'vitest';
import { defaultSeen } from '../../src/recommender/domain/shelf.ts';
import type { LogFields } from '../../src/operations/logging/fields.ts';
import type { EventKind } from '../../src/operations/logging/logger.ts';
import { watchSeen } from '../../src/cli/watch-seen.ts';
import { day } from '../topologies/events.ts';
import { World } from '../support/world.ts';

/** Serves until it has looked so many times; lists of a policy are published after the first look, in their order. */
async function watched(published: readonly (readonly string[] | null)[], looks: number): Promise<string[]> {
  const { documents } = await World.of([]);
  const said: string[] = [];
  const logger = {
    log: ({ event }: EventKind, _fields?: LogFields, error?: unknown) => void said.push(`${event}: ${String(error)}`),
  };
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
  await watchSeen({ ports: { documents, clock }, config, signal: stop.signal, onWait: () => {}, logger });
  return said;
}

test('once, with what to do', async () => {
  const said = await watched([['order']], 4);
  expect(said).toHaveLength(1);
  expect(said[0]).toMatch(
    /^api\.other-seen-policy: OtherSeenPolicy: .*leave out what had an event of order.*Configure lists\.seen as \["order"\]/,
  );
});

test.for([
  ['by the same policy, in another order', [['return', 'order', 'rating']]],
  ['by an earlier release, which tells no policy', [null]],
] as const)('not where they were made %s', async ([, published]) => {
  expect(await watched(published, 3)).toEqual([]);
});
