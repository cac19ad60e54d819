/** Journals that were lost, or came back from a backup: what the log holds of the task tells. */
import { describe, expect, test } from 'vitest';
import type { Documents } from '../../src/documents/port.ts';
import { openSqliteDocuments } from '../../src/documents/sqlite/documents.ts';
import { IncompatibleState, JournalBehind } from '../../src/engine/errors.ts';
import { intake, order, orders, ordersByItem } from '../support/shop.ts';
import { World } from '../support/world.ts';

/** What is left of a world after two epochs of `intake`, with these documents in place of its own. */
async function leftOf(documentsOf: (before: World) => Promise<Documents>): Promise<World> {
  const before = await World.of([intake]);
  for (const n of [0, 3]) {
    await before.send(orders, order(n), order(n + 1), order(n + 2));
    await (await before.open('intake')).step();
  }
  const documents = await documentsOf(before);
  const world = await World.of([intake], { documents: () => documents, transport: () => before.transport });
  world.store = before.store;
  return world;
}

const none = async (): Promise<Documents> => openSqliteDocuments({ path: ':memory:', clock: () => 0 });

/** A backup from the time of the first epoch. */
async function backup({ documents: { journal } }: World): Promise<Documents> {
  const restored = await none();
  const { fence } = await restored.journal.takeFence('intake/0');
  for (const entry of await journal.after('intake/0', 0, 1)) await restored.journal.append('intake/0', fence, entry);
  return restored;
}

const written = (world: World) => world.transport.bounds({ topic: ordersByItem.name, partition: 0 });

describe.for([
  ['are lost', none],
  ['are those of a backup that is older than the log', backup],
] as const)('where the documents %s', ([, documentsOf]) => {
  test('a task with its state is refused, and told what to do', async () => {
    const opening = (await leftOf(documentsOf)).open('intake');
    await expect(opening).rejects.toThrow(IncompatibleState);
    await expect(opening).rejects.toThrow('millrace replay --into NAME --switch');
  });

  test('a task without its state does not begin again under sequences that it gave out before', async () => {
    const world = await leftOf(documentsOf);
    world.store = World.emptyStore();
    const before = await written(world);
    const opening = world.open('intake');
    await expect(opening).rejects.toThrow(JournalBehind);
    await expect(opening).rejects.toThrow(
      /orders-by-item\/0 holds at offset \d+ what intake\/0 wrote in epoch \d of lineage 0, but its journal ends at epoch/,
    );
    await expect(opening).rejects.toThrow('millrace replay --into NAME --switch');
    expect(await written(world)).toEqual(before);
  });
});

test('a task of another life, whose journal was reset, goes on', async () => {
  const world = await leftOf(async ({ documents }) => documents);
  const { journal } = world.documents;
  await journal.reset('intake/0', (await journal.takeFence('intake/0')).fence);
  world.store = World.emptyStore();
  expect(await (await world.open('intake')).step()).toBe(true);
});

test('a journal that goes as far as the log does is nobody else’s, whatever others have written since', async () => {
  const world = await leftOf(async ({ documents }) => documents);
  world.store = World.emptyStore();
  await world.send(ordersByItem, ...Array.from({ length: 100 }, (_, n) => order(100 + n)));
  const run = await world.open('intake');
  expect(run.task.epoch).toBe(2);
});
