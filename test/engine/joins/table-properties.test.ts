/** A stream joined with a table, inside of the engine: each value has the version as of its own event time, in order. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { repeats } from '../../support/consumer.ts';
import { encounters, greet, guests, hosts, type HowTable, nobodys, type Visit } from '../../support/encounters.ts';
import { Random } from '../../support/random.ts';
import { World } from '../../support/world.ts';
import { eventsIn, late, partitions, run, settled, visitLists } from './drive.ts';
import { marked } from './naive.ts';

const hows: readonly HowTable[] = [
  { kind: 'inner', grace: 0 },
  { kind: 'left', grace: 0 },
  { kind: 'inner', grace: 12 },
  { kind: 'left', grace: 5 },
];

interface Greeting {
  readonly text: string;
  readonly time: number;
}

/** By the definition: of each guest in time, in order of event time and then of place, the host that was the last to come. */
function naive({ kind, grace }: HowTable, left: readonly Visit[], right: readonly Visit[], partition: number) {
  const values = marked(eventsIn(left, partition), guests.lateness);
  const versions = marked(eventsIn(right, partition), hosts.lateness);
  const inTime = versions.filter(({ mark, time }) => mark <= time + grace);
  const told = values
    .filter(({ mark, time }) => mark <= time + grace)
    .map((guest): Greeting | undefined => {
      const before = inTime.filter(({ key, time }) => key === guest.key && time <= guest.time);
      const newest = Math.max(...before.map(({ time }) => time));
      const host = before.findLast(({ time }) => time === newest);
      const isThere = host !== undefined && host.table !== nobodys;
      if (!isThere && kind === 'inner') return undefined;
      return { text: `${guest.key} ${guest.id}+${isThere ? host.id : '-'}`, time: guest.time };
    })
    .map((greeting, index) => ({ greeting, index }))
    .flatMap(({ greeting, index }) => (greeting === undefined ? [] : [{ ...greeting, index }]))
    .sort((a, b) => a.time - b.time || compare(a.text.split(' ')[0], b.text.split(' ')[0]) || a.index - b.index);
  const mark = Math.min(values.at(-1)?.mark ?? -Infinity, versions.at(-1)?.mark ?? -Infinity);
  const lates = [
    ...values.filter(value => value.mark > value.time + grace).map(({ id }) => `guests ${id}`),
    ...versions.filter(version => version.mark > version.time + grace).map(({ id }) => `hosts ${id}`),
  ];
  return { told, lates, now: told.filter(({ time }) => time + grace < mark) };
}

const compare = (a = '', b = ''): number => (a < b ? -1 : Number(a > b));

const told = async (world: World): Promise<string[]> =>
  (await world.output(encounters)).map(({ place, guest, host }) => `${place} ${guest ?? '-'}+${host ?? '-'}`);

test('every value is told once, in the order of event time, with the version that its key had then', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...hows),
      visitLists,
      visitLists,
      fc.integer({ min: 2, max: 16 }),
      fc.integer({ min: 1, max: 1_000_000 }),
      async (how, left, right, maxRecords, seed) => {
        const world = await World.of([greet(how)], { partitions, maxRecords });
        const random = new Random(seed);
        await run(world, [left, right], random);
        const expected = Array.from({ length: partitions }, (_, partition) => naive(how, left, right, partition));
        expect(await told(world)).toEqual(expected.flatMap(({ now }) => now.map(({ text }) => text)));
        for (let night = 0; night < 2; night++) {
          world.clock.time += 10_000_000;
          await settled(world, random);
        }
        expect(await told(world)).toEqual(expected.flatMap(each => each.told.map(({ text }) => text)));
        expect(await late(world)).toEqual(expected.flatMap(({ lates }) => lates).sort());
        const kept = Array.from({ length: partitions }, (_, task) => [...world.store.entries(`greet/${task}`)]).flat();
        expect(kept.filter(({ key }) => !key.startsWith('R|'))).toEqual([]);
        await repeats(world.transport, encounters.name);
        await world.transport.close();
        await world.documents.close();
      },
    ),
    { numRuns: 100 },
  );
}, 120_000);
