/** Two tables joined, inside of the engine: every change of a row is told once, in the order of event time. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { attend, encounters, guests, hosts, type HowTables, rowTold, type Visit } from '../../support/encounters.ts';
import type { World } from '../../support/world.ts';
import { inWorlds, late, partitions } from './drive.ts';
import { eventsIn } from './naive.ts';
import { naiveTablesJoin } from './naive-tables.ts';

const hows: readonly HowTables[] = [
  { kind: 'inner', grace: 0 },
  { kind: 'left', grace: 6 },
  { kind: 'outer', grace: 0 },
  { kind: 'outer', grace: 12 },
];

/** The whole of one partition, as its definition has it. */
function naive(how: HowTables, left: readonly Visit[], right: readonly Visit[], partition: number) {
  const lateness = { left: guests.lateness, right: hosts.lateness };
  const joined = naiveTablesJoin(how, eventsIn(left, partition), eventsIn(right, partition), lateness);
  const { told: rows, lateLeft, lateRight } = joined;
  const lates = [...lateLeft.map(id => `${guests.name} ${id}`), ...lateRight.map(id => `${hosts.name} ${id}`)];
  return { told: rows.map(({ text }) => text), lates };
}

const told = async (world: World): Promise<string[]> => (await world.output(encounters)).map(rowTold);

test('every change of a row is told once, in the order of event time, and its end too', async () => {
  const holds = inWorlds({ hows, topology: attend }, async (world, { how, left, right, nights }) => {
    await nights();
    const expected = Array.from({ length: partitions }, (_, partition) => naive(how, left, right, partition));
    expect(await told(world)).toEqual(expected.flatMap(each => each.told));
    expect(await late(world)).toEqual(expected.flatMap(({ lates }) => lates).sort());
  });
  await fc.assert(holds, { numRuns: 100 });
}, 120_000);
