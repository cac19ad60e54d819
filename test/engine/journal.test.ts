/** Why plans are written down: how many records an epoch has is chance, and outputs may depend on it. */
import { map } from 'rxjs';
import { expect, test } from 'vitest';
import { alarms, readings } from '../../examples/hot-sensors.ts';
import { topology } from '../../src/engine/topology.ts';
import { repeats } from '../support/consumer.ts';
import { Crash } from '../support/settle.ts';
import { World } from '../support/world.ts';

const batches = topology('batches', task => {
  task
    .read(readings)
    .pipe(
      task.batched('epoch'),
      map(values => ({ sensor: 'all', text: values.map(({ sensor }) => sensor).join(' '), at: 0 })),
    )
    .subscribe(task.write(alarms));
});

const reading = (sensor: string) => ({ sensor, celsius: 1, at: 1 });

test('an epoch that is executed again has the records it had, whatever has come since', async () => {
  const world = await World.of([batches]);
  await world.send(readings, reading('a'), reading('b'));
  world.observer = {
    step: (_, step, moment) => {
      if (step === 'checkpoint' && moment === 'before') throw new Crash();
    },
  };
  await expect((await world.open('batches')).step()).rejects.toThrow(Crash);
  world.observer = undefined;
  await world.send(readings, reading('c'));
  const run = await world.open('batches');
  while (await run.step());
  expect((await world.output(alarms)).map(({ text }) => text)).toEqual(['a b', 'c']);
  expect(await repeats(world.transport, alarms.name)).toBe(1);
});

test('recovery is silent about every epoch but the newest', async () => {
  const world = await World.of([batches]);
  const first = await world.open('batches');
  for (const sensor of ['a', 'b', 'c']) {
    await world.send(readings, reading(sensor));
    await first.step();
  }
  world.store = World.emptyStore();
  await world.open('batches');
  expect((await world.output(alarms)).map(({ text }) => text)).toEqual(['a', 'b', 'c']);
  expect(await repeats(world.transport, alarms.name)).toBe(1);
});
