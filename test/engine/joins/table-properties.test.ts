/** A stream joined with a table, inside of the engine: each value has the version as of its own event time, in order. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { greet, guests, hosts, type HowTable, type Visit } from '../../support/encounters.ts';
import { partitions, visitLists } from './drive.ts';
import { eventsIn } from './naive.ts';
import { type NaiveTableJoin, naiveTableJoin } from './naive-table.ts';
import { toldByDefinition } from './told-by-definition.ts';

function naive(how: HowTable, left: readonly Visit[], right: readonly Visit[], partition: number): NaiveTableJoin {
  return naiveTableJoin(how, {
    values: eventsIn(left, partition),
    table: [eventsIn(right, partition)],
    lookUp: ({ key }) => key,
    lateness: { values: guests.lateness, table: hosts.lateness },
  });
}

test('every value is told once, in the order of event time, with the version that its key had then', async () => {
  await expect(
    fc.assert(toldByDefinition({ topology: greet, partitions, left: visitLists, right: visitLists, naive }), {
      numRuns: 100,
    }),
  ).resolves.toBeUndefined();
}, 120_000);
