/** A stream joined with a table that every task has whole, of other partitions and by another key, inside of the engine. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { repeats } from '../../support/consumer.ts';
import { encounters, guests, hosts, type HowTable, nobodys, seat, type Visit } from '../../support/encounters.ts';
import { Random } from '../../support/random.ts';
import { World } from '../../support/world.ts';
import { late, partitions, run, settled, visitsOf } from './drive.ts';
import { eventsIn } from './naive.ts';
import { type Looked, type NaiveTableJoin, naiveTableJoin } from './naive-table.ts';

const hows: readonly HowTable[] = [
  { kind: 'inner', grace: 0 },
  { kind: 'left', grace: 0 },
  { kind: 'inner', grace: 12 },
  { kind: 'left', grace: 5 },
];

/** Of the table's topic: each of the places is in one of its own, and guests of both of theirs look up all of them. */
const ofTable = 3;
const places = ['bar', 'inn', 'cafe'];

function naive(how: HowTable, left: readonly Visit[], right: readonly Visit[], partition: number): NaiveTableJoin {
  return naiveTableJoin(how, {
    values: eventsIn(left, partition),
    table: Array.from({ length: ofTable }, (_, at) => eventsIn(right, at, ofTable)),
    lookUp: ({ table }) => table,
    lateness: { values: guests.lateness, table: hosts.lateness },
  });
}

const text = ({ value, version }: Looked): string => `${value.key} ${value.id}+${version?.id ?? '-'}`;

const lates = ({ lateValues, lateVersions }: NaiveTableJoin): string[] => [
  ...lateValues.map(id => `guests ${id}`),
  ...lateVersions.map(id => `hosts ${id}`),
];

const told = async (world: World): Promise<string[]> =>
  (await world.output(encounters)).map(({ place, guest, host }) => `${place} ${guest ?? '-'}+${host ?? '-'}`);

test('every value is told once, in the order of event time, with the version that what it looks up had then', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...hows),
      visitsOf(places, [...places, 'nowhere']),
      visitsOf(places, ['one', 'two', nobodys]),
      fc.integer({ min: 2, max: 16 }),
      fc.integer({ min: 1, max: 1_000_000 }),
      async (how, left, right, maxRecords, seed) => {
        const count = (topic: string): number => (topic === hosts.name ? ofTable : partitions);
        const world = await World.of([seat(how)], { partitions: count, maxRecords });
        const random = new Random(seed);
        await run(world, [left, right], random);
        const expected = Array.from({ length: partitions }, (_, partition) => naive(how, left, right, partition));
        expect(await told(world)).toEqual(expected.flatMap(({ now }) => now.map(text)));
        for (let night = 0; night < 2; night++) {
          world.clock.time += 10_000_000;
          await settled(world, random);
        }
        expect(await told(world)).toEqual(expected.flatMap(each => each.told.map(text)));
        expect(await late(world)).toEqual(expected.flatMap(lates).sort());
        const kept = Array.from({ length: partitions }, (_, task) => [...world.store.entries(`seat/${task}`)]).flat();
        expect(kept.filter(({ key }) => !key.startsWith('R|'))).toEqual([]);
        await repeats(world.transport, encounters.name);
        await world.transport.close();
        await world.documents.close();
      },
    ),
    { numRuns: 100 },
  );
}, 120_000);
