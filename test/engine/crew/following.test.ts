/** The standbys of a process, as the group wants them. */
import { expect, test } from 'vitest';
import { Desk } from '../../../src/engine/crew/desk.ts';
import { Following } from '../../../src/engine/crew/following.ts';
import { order, ordersByItem, tally } from '../../support/shop.ts';
import { World } from '../../support/world.ts';

const never = new AbortController().signal;

test('whoever watches is told once of a task that is stood by for no more, and not of one that is taken over', async () => {
  const world = await World.of([tally], { partitions: 2 });
  const { graph, transport, documents, registry, clock, store } = world;
  await world.send(ordersByItem, order(0, { item: 'tea' }), order(1, { item: 'cake' }));
  await world.drain({ store: World.emptyStore() });
  const left: string[] = [];
  const limits = { maxRecords: 1_000, maxBytes: 1 << 22 };
  const observer = { left: (task: string, why: string) => void left.push(`${task}: ${why}`) };
  const desks = [0, 1].map(partition => new Desk('tally', partition));
  const following = new Following(desks, { graph, transport, documents, registry, clock, store, limits, observer });
  const turns = async (...roles: readonly ('standby' | 'run' | 'none')[]): Promise<void> => {
    for (const [at, desk] of desks.entries()) desk.assign(roles[at] ?? 'none');
    await following.turn(never);
    await following.turn(never);
  };
  await turns('standby', 'standby');
  expect(left).toEqual([]);
  await turns('run', 'none');
  expect(left).toEqual(['tally/1: the group has it stood by for elsewhere, or nowhere']);
  // Who ran it in between releases it, which tells of it.
  await turns('none', 'standby');
  expect(left).toHaveLength(1);
  await turns('none', 'none');
  expect(left).toHaveLength(2);
});
