/** States of every kind beside a plain recomputation over the whole input: any epochs, restarts and caches. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { type Alarm, alarms } from '../../examples/hot-sensors.ts';
import { listState, mapState, sortedMapState, stream, topology, valueState, json } from '../../src/index.ts';
import { World } from '../support/world.ts';
import { naiveEntries } from '../support/naive-entries.ts';

const lateness = 30;
const ttl = 100;
const atMost = 3;
const events = stream<Alarm>('events', { ...alarms, lateness });
const told = stream<Alarm>('told', { ...alarms });

/** What a record asks for, in its text. */
const Work = z.object({
  on: z.enum(['value', 'read', 'list', 'map', 'sorted']),
  do: z.enum(['put', 'drop', 'clear', 'fail']),
  key: z.int(),
});
type Work = z.infer<typeof Work>;

const working = (memory: { memory?: { entries: number } }) =>
  topology('working', task => {
    task
      .read(events)
      .pipe(
        task.process('all', {
          ...memory,
          state: {
            value: valueState(json<number>(), { ttl }),
            read: valueState(json<number>(), { ttl, refresh: 'read' }),
            list: listState(json<number>(), { atMost, ttl }),
            map: mapState(json<number>()),
            sorted: sortedMapState(json<number>(), { ttl }),
          },
          on: ({ text }, { key, time, state: { value, read, list, map, sorted } }) => {
            const work = Work.parse(JSON.parse(text));
            const { key: at } = work;
            const changes: Record<Work['on'], Record<'put' | 'drop' | 'clear', () => void>> = {
              value: { put: () => value.set(at), drop: () => value.clear(), clear: () => value.clear() },
              read: { put: () => read.set(at), drop: () => read.clear(), clear: () => read.clear() },
              list: { put: () => list.add(at), drop: () => list.shift(), clear: () => list.clear() },
              map: { put: () => map.set(`${at}`, at), drop: () => map.delete(`${at}`), clear: () => map.clear() },
              sorted: {
                put: () => sorted.set(at, at),
                drop: () => sorted.clear({ from: at, before: at + 2 }),
                clear: () => sorted.clear(),
              },
            };
            changes[work.on][work.do === 'fail' ? 'put' : work.do]();
            if (work.do === 'fail') throw new Error('as asked');
            const seen = {
              value: value.get() ?? null,
              read: read.get() ?? null,
              list: [...list.values()],
              newest: list.last() ?? null,
              map: Array.from(map.entries(), ([name]) => Number(name)),
              sorted: Array.from(sorted.entries({ from: -2, before: 3, descending: true }), ([number]) => number),
              first: sorted.first()?.[0] ?? null,
            };
            return [{ sensor: key, text: JSON.stringify(seen), at: time }];
          },
        }),
      )
      .subscribe(task.write(told));
  });

/** One key's states by definition. Numbers stand for themselves, in an order that text has too. */
class NaiveKey {
  readonly value = naiveEntries<number>();
  readonly read = naiveEntries<number>();
  readonly list = naiveEntries<number>();
  readonly map = naiveEntries<number>();
  readonly sorted = naiveEntries<number>();
  #added = 0;

  apply({ on, do: what, key }: Work, time: number, now: number): void {
    const held = this[on];
    if (what === 'put') return this.#put(on, key, time, now);
    const dropped = {
      value: all,
      read: all,
      list: held.at(now).slice(0, 1),
      map: [[sortable(key)]],
      sorted: [[sortable(key)], [sortable(key + 1)]],
    }[on];
    for (const [id] of what === 'clear' || dropped === all ? held.at(-Infinity) : dropped) held.remove(id);
  }

  #put(on: Work['on'], key: number, time: number, now: number): void {
    const { list } = this;
    if (on === 'list' && list.at(now).length >= atMost) list.remove(list.at(now)[0]?.[0] ?? '');
    const id = {
      value: '',
      read: '',
      list: `${this.#added++}`.padStart(9, '0'),
      map: sortable(key),
      sorted: sortable(key),
    };
    this[on].set(id[on], key, on === 'map' ? Infinity : time + ttl);
  }

  seen(time: number, now: number): string {
    const read = this.read.at(now)[0]?.[1] ?? null;
    if (read !== null) this.read.set('', read, time + ttl);
    const list = this.list.at(now).map(([, value]) => value);
    const sorted = this.sorted.at(now).map(([, value]) => value);
    return JSON.stringify({
      value: this.value.at(now)[0]?.[1] ?? null,
      read,
      list,
      newest: list.at(-1) ?? null,
      map: this.map
        .at(now)
        .map(([, value]) => value)
        .sort((a, b) => (`${a}` < `${b}` ? -1 : 1)),
      sorted: sorted.filter(key => key >= -2 && key < 3).reverse(),
      first: sorted[0] ?? null,
    });
  }
}

const all: readonly (readonly [id: string])[] = [];
const sortable = (key: number): string => `${key + 200}`;

function expected(sent: readonly Alarm[]): Alarm[] {
  const keys = new Map<string, NaiveKey>();
  let newest = -Infinity;
  return sent.flatMap(({ sensor, text, at }) => {
    const work = Work.parse(JSON.parse(text));
    if (work.do === 'fail') return []; // a dead letter, which has changed nothing, not even event time
    newest = Math.max(newest, at);
    const key = keys.get(sensor) ?? new NaiveKey();
    keys.set(sensor, key);
    const now = Math.max(at, newest - lateness);
    key.apply(work, at, now);
    return [{ sensor, text: key.seen(at, now), at }];
  });
}

const work = fc.record({
  on: fc.constantFrom<Work['on']>('value', 'read', 'list', 'map', 'sorted'),
  do: fc.oneof(
    { weight: 8, arbitrary: fc.constant<Work['do']>('put') },
    { weight: 3, arbitrary: fc.constantFrom<Work['do']>('drop', 'clear', 'fail') },
  ),
  key: fc.integer({ min: -4, max: 5 }),
});
const event = fc.record({
  sensor: fc.constantFrom('a', 'b|', 'b%7C'),
  work,
  passes: fc.integer({ min: -25, max: 40 }),
});

test.for([{}, { memory: { entries: 0 } }, { memory: { entries: 3 } }])(
  'what the states of a step answer is what a recomputation over the whole input answers (%o)',
  async memory => {
    const built = working(memory);
    const property = fc.asyncProperty(fc.array(fc.array(event, { maxLength: 12 }), { maxLength: 6 }), async epochs => {
      const world = await World.of([built]);
      const sent: Alarm[] = [];
      let at = 0;
      for (const epoch of epochs) {
        const values = epoch.map(({ sensor, work: asked, passes }) => {
          at += passes;
          return { sensor, text: JSON.stringify(asked), at };
        });
        sent.push(...values);
        if (values.length > 0) await world.send(events, ...values);
        const run = await world.open('working');
        while (await run.step());
      }
      expect(await world.output(told)).toEqual(expected(sent));
    });
    await fc.assert(property, { numRuns: 50 });
  },
);
