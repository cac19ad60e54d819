/** Windows of the calendar whose state another release of the time zones has left. */
import { map } from 'rxjs';
import { expect, test } from 'vitest';
import { calendar, days, topology } from '../../../src/index.ts';
import { order, orders, sales } from '../../support/shop.ts';
import { World } from '../../support/world.ts';

const daily = topology('daily', task =>
  task
    .read(orders)
    .pipe(
      task.windowed('days', calendar({ unit: 'day', zone: 'Europe/Berlin' }), {
        by: ({ item }) => item,
        fold: { initial: () => 0, add: n => n + 1, merge: (a: number, b: number) => a + b },
        emit: 'close',
      }),
      map(({ key, value, start }) => ({ item: key, count: value, amount: 0, order: 0, at: start })),
    )
    .subscribe(task.write(sales)),
);

test('an open window is kept as it began, and the next checkpoint is by the rules of today', async () => {
  const world = await World.of([daily]);
  const noon = days(20_000) + days(0.5);
  await world.send(orders, order(0, { at: noon }), order(1, { at: noon + 1 }));
  await world.drain();
  const today = /tz\d+\w+/.exec(world.store.head('daily/0')?.body ?? '')?.[0];
  expect(today).toBeDefined();
  const head = world.store.head('daily/0');
  if (head === undefined) throw new Error('there is no checkpoint');
  const body = head.body.replace(today ?? '', 'tz1999z').replace(/"release":"\w+"/, '"release":"of another Node"');
  const entries = [...world.store.entries('daily/0')];
  const replacement = world.store.replacing('daily/0', head.fence);
  replacement.add(entries);
  replacement.finish({ ...head, body });
  await world.send(orders, order(2, { at: noon + 2 }), order(3, { at: noon + days(2) }));
  await world.drain();
  expect((await world.output(sales)).map(({ count }) => count)).toEqual([3]);
  expect(world.store.head('daily/0')?.body).toContain(today);
});

test('what a task of another release of the time zones has begun is left to it', async () => {
  const world = await World.of([daily]);
  await world.send(orders, order(0));
  const { journal } = world.documents;
  await world.drain();
  const { fence, epoch } = await journal.takeFence('daily/0');
  const [last] = await journal.after('daily/0', epoch - 1, 1);
  const plan = { ...JSON.parse(last?.plan ?? ''), epoch: epoch + 1, fence, release: 'of another Node', spans: [] };
  await journal.append('daily/0', fence, { epoch: epoch + 1, plan: JSON.stringify(plan) });
  await expect(world.open('daily')).rejects.toThrow('was begun by another release of the topology (of another Node)');
});
