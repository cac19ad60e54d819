import { describe, expect, test } from 'vitest';
import { map, mergeMap, of, retry, take, throwError } from 'rxjs';
import { TaskStopped } from '../../src/engine/errors.ts';
import { topology } from '../../src/index.ts';
import { deadLetters } from '../../src/stream/dead-letter.ts';
import { type Order, order, orders, ordersByItem } from '../support/shop.ts';
import { aroundTransport } from '../support/ports.ts';
import { World } from '../support/world.ts';

const failOnOne = map((value: Order) => {
  if (value.id === 1) throw new Error('one');
  return value;
});

const first = topology('pipe', task => {
  task.read(orders).pipe(take(1)).subscribe(task.write(ordersByItem));
});

const stubborn = topology('pipe', task => {
  task.read(orders).pipe(failOnOne, retry()).subscribe(task.write(ordersByItem));
});

const mended = topology('pipe', task => {
  task.read(orders).subscribe(task.write(ordersByItem));
});

describe.for([
  ['completes', first],
  ['swallows a failure by subscribing again', stubborn],
] as const)('a pipe that %s', ([, broken]) => {
  test('stops the task, which says of which stream it was the pipe, and emits nothing', async () => {
    const world = await World.of([broken]);
    await world.send(orders, order(0), order(1), order(2));
    const run = await world.open('pipe');
    const stopped = run.step();
    await expect(stopped).rejects.toThrow(TaskStopped);
    await expect(stopped).rejects.toThrow(/pipe\/0: the pipe of 'orders(-by-item)?' completed or was unsubscribed/);
    expect(await world.output(ordersByItem)).toEqual([]);
    expect(await world.output(deadLetters)).toEqual([]);
  });

  test('loses nothing: once the topology is mended all records are processed', async () => {
    const world = await World.of([broken]);
    await world.send(orders, order(0), order(1), order(2));
    const run = await world.open('pipe');
    await expect(run.step()).rejects.toThrow(TaskStopped);
    await world.deploy([mended]);
    await world.drain();
    expect((await world.output(ordersByItem)).map(({ id }) => id)).toEqual([0, 1, 2]);
  });
});

test('a failure inside a stream that a value was turned into fails its record only', async () => {
  const inner = topology('inner', task => {
    task
      .read(orders)
      .pipe(mergeMap(value => (value.id === 1 ? throwError(() => new Error('inside')) : of(value, value))))
      .subscribe(task.write(ordersByItem));
  });
  const world = await World.of([inner]);
  await world.send(orders, order(0), order(1), order(2));
  await (await world.open('inner')).step();
  expect((await world.output(ordersByItem)).map(({ id }) => id)).toEqual([0, 0, 2, 2]);
  expect(await world.output(deadLetters)).toMatchObject([{ offset: 1, reason: 'inside' }]);
});

test('what is emitted when no epoch is open stops the task, and reaches nobody', async () => {
  let later: (() => void) | undefined;
  const leaky = topology('leaky', task => {
    const sink = task.write(ordersByItem);
    task
      .read(orders)
      .pipe(
        map(value => {
          later = () => sink.next(value);
          return value;
        }),
      )
      .subscribe(sink);
  });
  const world = await World.of([leaky]);
  await world.send(orders, order(0));
  const run = await world.open('leaky');
  await run.step();
  later?.();
  await world.send(orders, order(1));
  await expect(run.step()).rejects.toThrow("'orders-by-item' was given a value outside of an epoch");
  expect((await world.output(ordersByItem)).map(({ id }) => id)).toEqual([0]);
});

test('what a promise emits after its record stops the task: the log would not determine where it belongs', async () => {
  const hasty = topology('hasty', task => {
    task
      .read(orders)
      .pipe(mergeMap(value => Promise.resolve(value)))
      .subscribe(task.write(ordersByItem));
  });
  const world = await World.of([hasty]);
  await world.send(orders, order(0));
  const run = await world.open('hasty');
  await expect(run.step()).rejects.toThrow("'orders-by-item' was given a value outside of an epoch");
  expect(await world.output(ordersByItem)).toEqual([]);
});

test('what comes while an epoch is being flushed stops the task, and no sequence is lost', async () => {
  let release: (() => void) | undefined;
  const slow = topology('slow', task => {
    task
      .read(orders)
      .pipe(mergeMap(value => new Promise<typeof value>(resolve => (release = () => resolve(value)))))
      .subscribe(task.write(ordersByItem));
    task.read(orders).subscribe(task.write(ordersByItem));
  });
  const world = await World.of([slow]);
  await world.send(orders, order(0));
  const transport = aroundTransport(world.transport, async (call, work) => {
    if (call === 'append') release?.();
    return work();
  });
  const run = await world.open('slow', 0, { transport });
  await expect(run.step()).rejects.toThrow("'orders-by-item' was given a value outside of an epoch");
  expect((await world.output(ordersByItem)).map(({ id }) => id)).toEqual([0]);
  await world.deploy([topology('slow', task => task.read(orders).subscribe(task.write(ordersByItem)))]);
  await world.send(orders, order(1));
  await world.drain();
  expect((await world.output(ordersByItem)).map(({ id }) => id)).toEqual([0, 1]);
});

test('a failure at the end of an epoch belongs to no record: the task stops and nothing was emitted', async () => {
  const batches = topology('batches', task => {
    const batch = task.read(orders).pipe(
      task.batched('batch'),
      mergeMap(values => {
        if (values.length > 1) throw new Error('too many');
        return values;
      }),
    );
    batch.subscribe(task.write(ordersByItem));
  });
  const world = await World.of([batches]);
  await world.send(orders, order(0), order(1));
  const run = await world.open('batches');
  const stopped = run.step();
  await expect(stopped).rejects.toThrow(TaskStopped);
  await expect(stopped).rejects.toThrow('the end of epoch 1 failed: too many');
  expect(await world.output(ordersByItem)).toEqual([]);
});

test.for(['a step', 'documents'] as const)('%s that a promise feeds stops the task too', async what => {
  const hasty = topology('hasty', task => {
    const late = task.read(orders).pipe(mergeMap(value => Promise.resolve(value)));
    if (what === 'documents') {
      late.subscribe(task.replace('orders', { id: value => value.item, body: ({ id }) => ({ id }) }));
    } else {
      const count = task.keyed('count', { by: (value: Order) => value.item, initial: () => 0, next: n => [n + 1, []] });
      late.pipe(count).subscribe(task.write(ordersByItem));
    }
  });
  const world = await World.of([hasty]);
  await world.send(orders, order(0));
  const run = await world.open('hasty');
  await expect(run.step()).rejects.toThrow('was given a value outside of an epoch');
});

test('state that its codec cannot write stops the task before anything is emitted', async () => {
  const large = topology('large', task => {
    const count = task.keyed('count', {
      by: (value: Order) => value.item,
      initial: () => 0n,
      next: (n, value: Order) => [n + 1n, [value]],
    });
    task.read(orders).pipe(count).subscribe(task.write(ordersByItem));
  });
  const world = await World.of([large]);
  await world.send(orders, order(0));
  const stopped = (await world.open('large')).step();
  await expect(stopped).rejects.toThrow(TaskStopped);
  await expect(stopped).rejects.toThrow("large/0: the state of 'count' cannot be stored");
  expect(await world.output(ordersByItem)).toEqual([]);
});
