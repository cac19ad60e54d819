/** State that an earlier release wrote with an earlier schema is read, and written anew. */
import { map, mergeMap } from 'rxjs';
import { expect, test } from 'vitest';
import { alarms, readings } from '../../examples/hot-sensors.ts';
import { topology } from '../../src/engine/topology.ts';
import { schema } from '../../src/stream/schema.ts';
import { stream } from '../../src/stream/stream.ts';
import { World } from '../support/world.ts';

const fields = [
  { name: 'sensor', type: 'string' },
  { name: 'celsius', type: 'double' },
  { name: 'at', type: 'long' },
];
const older = stream<{ sensor: string; celsius: number; at: number }>('readings', {
  schema: readings.schema,
  key: ({ sensor }) => sensor,
  time: ({ at }) => at,
});
const newer = stream<{ sensor: string; celsius: number; at: number; place: string }>('readings', {
  schema: schema({
    type: 'record',
    name: 'Reading',
    fields: [...fields, { name: 'place', type: 'string', default: 'nowhere' }],
  }),
  key: ({ sensor }) => sensor,
  time: ({ at }) => at,
});
const clicks = stream<{ sensor: string; text: string; at: number }>('clicks', { ...alarms });

const knows = (known: typeof older | typeof newer) =>
  topology('knows', task => {
    const table = task.table(known === older ? older : newer);
    task
      .read(clicks)
      .pipe(
        mergeMap(() => [...table.keys()]),
        map(key => ({ sensor: key, text: JSON.stringify({ ...table.get(key) }), at: 0 })),
      )
      .subscribe(task.write(alarms));
  });

const click = { sensor: 'a', text: '', at: 0 };

test('a table is read with the schema that it was written with, and the next checkpoint has today’s', async () => {
  const world = await World.of([knows(older)]);
  await world.registry.register(older.schema.definition);
  await world.send(older, { sensor: 'a', celsius: 1, at: 1 }, { sensor: 'b', celsius: 2, at: 2 });
  await world.drain();
  await world.deploy([knows(newer)]);
  await world.registry.register(newer.schema.definition);
  await world.send(clicks, click);
  await world.drain();
  const told = (await world.output(alarms)).map(({ text }): unknown => JSON.parse(text));
  expect(told).toEqual([
    { sensor: 'a', celsius: 1, at: 1, place: 'nowhere' },
    { sensor: 'b', celsius: 2, at: 2, place: 'nowhere' },
  ]);
  // A process that has never met the older schema, and has nobody to ask, reads what is stored now.
  const alone = { register: world.registry.register.bind(world.registry), find: async () => undefined };
  const run = await world.open('knows', 0, { registry: alone });
  await world.send(clicks, click);
  await run.step();
  expect(await world.output(alarms)).toHaveLength(4);
});

test('where nobody knows that schema any more, the state is refused', async () => {
  const world = await World.of([knows(older)]);
  await world.send(older, { sensor: 'a', celsius: 1, at: 1 });
  await world.drain();
  await world.deploy([knows(newer)]);
  await expect(world.open('knows')).rejects.toMatchObject({ code: 'INCOMPATIBLE_STATE' });
});

test('a topology that begins to read another stream takes up what lies there in an earlier schema', async () => {
  const told = (more: boolean) =>
    topology('told', task => {
      task.read(clicks).subscribe(task.write(alarms));
      if (!more) return;
      task
        .read(newer)
        .pipe(map(({ sensor, place }) => ({ sensor, text: place, at: 0 })))
        .subscribe(task.write(alarms));
    });
  const world = await World.of([told(false)]);
  await world.registry.register(older.schema.definition);
  await world.send(clicks, click);
  await world.drain();
  await world.transport.createTopic(older.name, { partitions: 1 });
  await world.send(older, { sensor: 'a', celsius: 1, at: 1 }, { sensor: 'b', celsius: 2, at: 2 });
  await world.deploy([told(true)]);
  await world.registry.register(newer.schema.definition);
  await world.drain();
  expect((await world.output(alarms)).map(({ sensor, text }) => [sensor, text])).toEqual([
    ['a', ''],
    ['a', 'nowhere'],
    ['b', 'nowhere'],
  ]);
});
