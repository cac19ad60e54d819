/** State is only taken up by a topology that is still the one that left it. */
import { describe, expect, test } from 'vitest';
import { IncompatibleState } from '../../src/engine/errors.ts';
import { json, type Task, topology } from '../../src/index.ts';
import { type Order, order, orders, ordersByItem, sales, type Sales } from '../support/shop.ts';
import { World } from '../support/world.ts';

const counting = (name: string, version: string) => (task: Task) =>
  task.keyed(name, {
    by: (value: Order) => value.item,
    initial: () => 0,
    next: (n, value): [number, Sales[]] => [
      n + 1,
      [{ item: value.item, count: n + 1, amount: 0, order: value.id, at: value.at }],
    ],
    codec: json<number>(version),
  });

const release = (name = 'count', version = 'json-1') =>
  topology('shop', task => task.read(orders).pipe(counting(name, version)(task)).subscribe(task.write(sales)));

/** A world in which the first release has counted one order. */
async function afterFirstRelease(): Promise<World> {
  const world = await World.of([release()]);
  await world.send(orders, order(0));
  await (await world.open('shop')).step();
  return world;
}

const otherReleases = [
  ['has a step under another name', release('counts'), "has state of a step 'count', which the topology no longer has"],
  [
    'stores the state of a step otherwise',
    release('count', 'json-2'),
    "has 'count' as 'keyed json-1', the topology as 'keyed json-2'",
  ],
  [
    'reads another stream',
    topology('shop', task =>
      task.read(ordersByItem).pipe(counting('count', 'json-1')(task)).subscribe(task.write(sales)),
    ),
    "has read 'orders', which the topology no longer reads",
  ],
] as const;

test.for(otherReleases)('a release that %s is refused, and told the way out', async ([, other, says]) => {
  const world = await afterFirstRelease();
  await world.deploy([other]);
  const opening = world.open('shop');
  await expect(opening).rejects.toThrow(IncompatibleState);
  await expect(opening).rejects.toThrow(says);
  await expect(opening).rejects.toThrow('Run the release that wrote it, or');
});

test('a release that only computes something else takes the state up', async () => {
  const world = await afterFirstRelease();
  const shelved = topology('shop', task => {
    const counted = task.read(orders).pipe(counting('count', 'json-1')(task));
    counted.subscribe(task.write(sales));
    task.read(orders).subscribe(task.write(ordersByItem));
  });
  await world.deploy([shelved]);
  await world.send(orders, order(1));
  await (await world.open('shop')).step();
  expect((await world.output(sales)).map(({ count }) => count)).toEqual([1, 2]);
  expect((await world.output(ordersByItem)).map(({ id }) => id)).toEqual([1]);
});

describe('documents and local state belong together', () => {
  test('a checkpoint is refused where the journal under it was lost', async () => {
    const world = await afterFirstRelease();
    const other = await World.of([release()]);
    const opening = world.open('shop', 0, { documents: other.documents });
    await expect(opening).rejects.toThrow(IncompatibleState);
    await expect(opening).rejects.toThrow('checkpoint of lineage 0, epoch 1, but its journal is at lineage 0, epoch 0');
    await expect(opening).rejects.toThrow('restore a newer one, or compute everything anew');
  });

  test('a checkpoint is refused where the task was begun again since', async () => {
    const world = await afterFirstRelease();
    const { journal } = world.documents;
    await journal.reset('shop/0', (await journal.takeFence('shop/0')).fence);
    await expect(world.open('shop')).rejects.toThrow(IncompatibleState);
  });

  test('a task that was begun again has a greater lineage, and keeps it over restarts', async () => {
    const world = await afterFirstRelease();
    const { journal } = world.documents;
    await journal.reset('shop/0', (await journal.takeFence('shop/0')).fence);
    world.store.discard('shop/0');
    await (await world.open('shop')).step();
    await world.send(orders, order(1));
    const run = await world.open('shop');
    await run.step();
    expect(run.task.lineage).toBe(1);
    expect((await world.output(sales)).map(({ count }) => count)).toEqual([1, 1, 2]);
  });

  test('an empty disk whose journal was trimmed says that a snapshot is missing', async () => {
    const world = await afterFirstRelease();
    await world.send(orders, order(1));
    await (await world.open('shop')).step();
    await world.documents.journal.trim('shop/0', 1);
    const opening = world.open('shop', 0, { store: World.emptyStore() });
    await expect(opening).rejects.toThrow(IncompatibleState);
    await expect(opening).rejects.toThrow('no snapshot reaches the journal');
  });
});

test('a plan that no release can read stops the task', async () => {
  const world = await afterFirstRelease();
  const { journal } = world.documents;
  const { fence, epoch } = await journal.takeFence('shop/0');
  await journal.append('shop/0', fence, { epoch: epoch + 1, plan: '{"epoch":2,"colour":"blue"}' });
  await expect(world.open('shop')).rejects.toThrow(IncompatibleState);
});
