import { describe, expect, test } from 'vitest';
import { hopping, schema, stream, topology, tumbling, type Windowed } from '../../src/index.ts';
import { World } from '../support/world.ts';

interface Click {
  readonly page: string;
  readonly at: number;
}

const clicks = stream<Click>('clicks', {
  schema: schema({
    type: 'record',
    name: 'Click',
    fields: [
      { name: 'page', type: 'string' },
      { name: 'at', type: 'double' },
    ],
  }),
  key: click => click.page,
  time: click => click.at,
});

const counts = stream<Windowed<number>>('counts', {
  schema: schema({
    type: 'record',
    name: 'Count',
    fields: [
      { name: 'key', type: 'string' },
      { name: 'start', type: 'double' },
      { name: 'end', type: 'double' },
      { name: 'value', type: 'int' },
      { name: 'retracted', type: 'boolean' },
    ],
  }),
  key: count => count.key,
  time: count => count.start,
});

const count = { initial: () => 0, add: (n: number) => n + 1, merge: (a: number, b: number) => a + b };
const by = (click: Click) => click.page;

describe('hopping', () => {
  test('works', async () => {
    const dataflow = topology('t', task => {
      task
        .read(clicks)
        .pipe(task.windowed('w', hopping({ size: 20, every: 10 }), { by, fold: count, emit: 'close' }))
        .subscribe(task.write(counts));
    });
    const world = await World.of([dataflow]);
    await world.send(
      clicks,
      { page: 'a', at: 5 },
      { page: 'b', at: 5 },
      { page: 'a', at: 15 },
      { page: 'a', at: 6_000 },
    );
    await world.drain();
    expect((await world.output(counts)).map(({ key, start, value }) => [key, start, value])).toEqual([
      ['a', -10, 1],
      ['b', -10, 1],
      ['a', 0, 2],
      ['b', 0, 1],
      ['a', 10, 1],
    ]);
  });
  test('tumbling update', async () => {
    const dataflow = topology('t', task => {
      task
        .read(clicks)
        .pipe(task.windowed('w', tumbling({ size: 10 }), { by, fold: count, emit: 'update' }))
        .subscribe(task.write(counts));
    });
    const world = await World.of([dataflow], { maxRecords: 2 });
    await world.send(
      clicks,
      { page: 'a', at: 5 },
      { page: 'a', at: 5 },
      { page: 'a', at: 5 },
      { page: 'a', at: 6_000 },
    );
    await world.drain();
    expect((await world.output(counts)).map(({ key, start, value }) => [key, start, value])).toEqual([
      ['a', 0, 2],
      ['a', 0, 3],
      ['a', 6000, 1],
    ]);
  });
});
