/** A stream joined with a table that every task has whole, of other partitions and by another key, inside of the engine. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { guests, hosts, type HowTable, nobodys, seat, type Visit } from '../../support/encounters.ts';
import { partitions, visitsOf } from './drive.ts';
import { eventsIn } from './naive.ts';
import { type NaiveTableJoin, naiveTableJoin } from './naive-table.ts';
import { toldByDefinition } from './told-by-definition.ts';

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

test('every value is told once, in the order of event time, with the version that what it looks up had then', async () => {
  await expect(
    fc.assert(
      toldByDefinition({
        topology: seat,
        partitions: topic => (topic === hosts.name ? ofTable : partitions),
        left: visitsOf(places, [...places, 'nowhere']),
        right: visitsOf(places, ['one', 'two', nobodys]),
        naive,
      }),
      { numRuns: 100 },
    ),
  ).resolves.toBeUndefined();
}, 120_000);
