import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Alarm, alarms } from '../../examples/hot-sensors.ts';
import { topology } from '../../src/engine/topology.ts';
import { stream } from '../../src/stream/stream.ts';
import { World } from '../support/world.ts';

const horizon = 100;
const lateness = 40;
const events = stream<Alarm>('events', { ...alarms, lateness });
const once = stream<Alarm>('once', { ...alarms });
const distinct = topology('distinct', task => {
  task
    .read(events)
    .pipe(task.distinct('ids', { by: event => event.text, horizon }))
    .subscribe(task.write(once));
});

const event = (text: string, at: number): Alarm => ({ sensor: 'all', text, at });

/** By definition: a key is remembered until event time has passed the 24th of the horizon it came in, and a horizon. */
function expected(sent: readonly Alarm[]): Alarm[] {
  const bucket = Math.floor(horizon / 24);
  const forgottenAt = ({ at }: Alarm): number => Math.floor(at / bucket) * bucket + bucket + horizon;
  const kept: Alarm[] = [];
  let remembered: Alarm[] = [];
  let newest = -Infinity;
  for (const value of sent) {
    newest = Math.max(newest, value.at);
    remembered = remembered.filter(before => forgottenAt(before) > newest - lateness);
    if (remembered.some(({ text }) => text === value.text)) continue;
    kept.push(value);
    if (forgottenAt(value) > newest - lateness) remembered.push(value);
  }
  return kept;
}

test('each key passes at its first value and is dropped within the horizon, over any epochs and restarts', async () => {
  const values = fc.array(
    fc.record({ text: fc.constantFrom('a', 'b', 'c', 'd'), at: fc.integer({ min: 0, max: 400 }) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(values, { maxLength: 8 }), async epochs => {
      const world = await World.of([distinct]);
      const sent = epochs.flat().map(({ text, at }) => event(text, at));
      let rest = sent;
      for (const { length } of epochs) {
        if (length > 0) await world.send(events, ...rest.slice(0, length));
        rest = rest.slice(length);
        const run = await world.open('distinct');
        while (await run.step());
      }
      expect(await world.output(once)).toEqual(expected(sent));
    }),
    { numRuns: 60 },
  );
});

test('a key is known again once the horizon and a bucket have passed, and nothing of it is left in the state', async () => {
  const world = await World.of([distinct]);
  const run = await world.open('distinct');
  await world.send(events, event('a', 0), event('a', 50), event('b', 400), event('a', 401));
  await run.step();
  expect((await world.output(once)).map(({ text, at }) => [text, at])).toEqual([
    ['a', 0],
    ['b', 400],
    ['a', 401],
  ]);
  expect([...world.store.entries('distinct/0')].map(({ key }) => key)).toEqual(['a', 'b']);
});
