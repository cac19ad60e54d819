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

const late = stream<Alarm>('late', { ...alarms });
const bounded = topology('distinct', task => {
  task
    .read(events)
    .pipe(task.distinct('ids', { by: ({ text }) => text, horizon, late: task.write(late), atMost: 3 }))
    .subscribe(task.write(once));
});

/**
 * By definition: a key is remembered until event time has passed the 24th of the horizon it came in, and a horizon; and of
 * a bounded number of keys, those of the oldest 24th are forgotten for a new one.
 */
function expected(sent: readonly Alarm[], atMost = Infinity): { readonly kept: Alarm[]; readonly late: Alarm[] } {
  const width = Math.floor(horizon / 24);
  const bucket = ({ at }: Alarm): number => Math.floor(at / width);
  const forgottenAt = (value: Alarm): number => (bucket(value) + 1) * width + horizon;
  const kept: Alarm[] = [];
  const tooLate: Alarm[] = [];
  let remembered: Alarm[] = [];
  let newest = -Infinity;
  for (const value of sent) {
    newest = Math.max(newest, value.at);
    remembered = remembered.filter(before => forgottenAt(before) > newest - lateness);
    if (remembered.some(({ text }) => text === value.text)) continue;
    if (forgottenAt(value) <= newest - lateness) {
      tooLate.push(value);
      continue;
    }
    while (remembered.length >= atMost) {
      const oldest = Math.min(...remembered.map(bucket));
      remembered = remembered.filter(before => bucket(before) > oldest);
    }
    kept.push(value);
    remembered.push(value);
  }
  return { kept, late: tooLate };
}

/** All that pass, those that are late too, as they came. */
const passing = (sent: readonly Alarm[]): Alarm[] => {
  const { kept, late: tooLate } = expected(sent);
  return sent.filter(value => kept.includes(value) || tooLate.includes(value));
};

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
      expect(await world.output(once)).toEqual(passing(sent));
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

test('with a bound and a sink for what is late, over any epochs and restarts, it is what the definition says', async () => {
  expect.hasAssertions();
  const values = fc.array(
    fc.record({ text: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), at: fc.integer({ min: 0, max: 400 }) }),
  );
  const crowd = ['a', 'b', 'c', 'd', 'a', 'b'].map((text, at) => ({ text, at }));
  await fc.assert(
    fc.asyncProperty(fc.array(values, { maxLength: 6 }), async epochs => {
      const world = await World.of([bounded]);
      const sent = epochs.flat().map(({ text, at }) => event(text, at));
      let rest = sent;
      for (const { length } of epochs) {
        if (length > 0) await world.send(events, ...rest.slice(0, length));
        rest = rest.slice(length);
        const run = await world.open('distinct');
        while (await run.step());
        expect([...world.store.entries('distinct/0')].length).toBeLessThanOrEqual(3);
      }
      const due = expected(sent, 3);
      expect(await world.output(once)).toEqual(due.kept);
      expect(await world.output(late)).toEqual(due.late);
    }),
    { numRuns: 60, examples: [[[crowd, [{ text: 'a', at: 400 }], [{ text: 'b', at: 1 }]]]] },
  );
});
