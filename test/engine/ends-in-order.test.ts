/** What a step tells at the end of an epoch reaches those after it within that epoch: nothing waits where no checkpoint has it. */
import { map, mergeMap, share } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { type Alarm, alarms, readings } from '../../examples/hot-sensors.ts';
import { upstreamFirst } from '../../src/engine/step-order.ts';
import { minutes, topology, tumbling, type Windowed } from '../../src/index.ts';
import { World } from '../support/world.ts';

const fold = { initial: () => 0, add: (count: number) => count + 1, merge: (a: number, b: number) => a + b };

/** Updates of windows, put together at the end of each epoch. */
const updatesTogether = topology('together', task => {
  task
    .read(readings)
    .pipe(
      task.windowed('counts', tumbling({ size: minutes(1) }), { by: ({ sensor }) => sensor, fold, emit: 'update' }),
      task.batched('epoch'),
      mergeMap(all =>
        all.map(({ key, value, start }): Alarm => ({ sensor: key, text: `${value} of ${all.length}`, at: start })),
      ),
    )
    .subscribe(task.write(alarms));
});

const texts = async (world: World): Promise<string[]> => (await world.output(alarms)).map(({ text }) => text);

describe('updates of windows before a batch', () => {
  test('are in the batch of their own epoch', async () => {
    const world = await World.of([updatesTogether]);
    const run = await world.open('together');
    for (let at = 1; at <= 3; at++) {
      await world.send(readings, { sensor: 'a', celsius: 1, at });
      await run.step();
      expect(await texts(world)).toEqual(['1 of 1', '2 of 1', '3 of 1'].slice(0, at));
    }
  });

  test('are not lost with the worker that ends after the epoch', async () => {
    const world = await World.of([updatesTogether]);
    await world.send(readings, { sensor: 'a', celsius: 1, at: 1 });
    await (await world.open('together')).step();
    await world.send(readings, { sensor: 'a', celsius: 1, at: 2 });
    await (await world.open('together')).step();
    expect(await texts(world)).toEqual(['1 of 1', '2 of 1']);
  });
});

test('two ways that meet again both come before what they meet in', async () => {
  const both = topology('both', task => {
    const read = task.read(readings).pipe(share());
    const counted = (name: string) =>
      read.pipe(
        task.windowed(name, tumbling({ size: minutes(1) }), { by: ({ sensor }) => sensor, fold, emit: 'update' }),
        map(({ key, value, start }: Windowed<number>): Alarm => ({ sensor: key, text: `${name} ${value}`, at: start })),
      );
    task
      .merge(counted('one'), counted('two'))
      .pipe(
        task.batched('epoch'),
        mergeMap(all => all.map(alarm => ({ ...alarm, text: `${alarm.text} of ${all.length}` }))),
      )
      .subscribe(task.write(alarms));
  });
  const world = await World.of([both]);
  await world.send(readings, { sensor: 'a', celsius: 1, at: 1 });
  await (await world.open('both')).step();
  expect(await texts(world)).toEqual(['one 1 of 2', 'two 1 of 2']);
});

test('steps that tell each other nothing keep their order', () => {
  const steps = new Map(['c', 'a', 'b', 'd'].map(name => [name, name]));
  const edge = (from: string, to: string) => ({ from: `step:${from}`, to: `step:${to}` });
  const inOrder = (edges: Parameters<typeof upstreamFirst>[1]) => [...upstreamFirst(steps, edges).keys()];
  expect(inOrder([])).toEqual(['c', 'a', 'b', 'd']);
  expect(inOrder([edge('d', 'a')])).toEqual(['c', 'd', 'a', 'b']);
  expect(inOrder([edge('d', 'c'), edge('b', 'd')])).toEqual(['b', 'd', 'c', 'a']);
});
