/** Joins inside of the engine: however inputs are interleaved and epochs cut, whoever crashes, the results are the definition's. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Encounter, encounters, guests, hosts, type How, meet, type Visit } from '../../support/encounters.ts';
import type { World } from '../../support/world.ts';
import { inWorlds, late, partitions } from './drive.ts';
import { eventsIn, naiveJoin, type NaiveJoin } from './naive.ts';

const hows: readonly How[] = [
  { kind: 'inner', before: 5, after: 5, grace: 0 },
  { kind: 'left', before: 0, after: 9, grace: 2 },
  { kind: 'left', before: 7, after: 2, grace: 4 },
  { kind: 'outer', before: 3, after: 8, grace: 0 },
  { kind: 'outer', before: 0, after: 0, grace: 1 },
  { kind: 'outer', before: 6, after: 6, grace: 3 },
];

/** By the definition, partition by partition. */
function expected(how: How, inputs: readonly [readonly Visit[], readonly Visit[]]): NaiveJoin[] {
  const lateness = { left: guests.lateness, right: hosts.lateness };
  return Array.from({ length: partitions }, (_, partition) => {
    const [left, right] = inputs.map(list => eventsIn(list, partition));
    return naiveJoin(how, left ?? [], right ?? [], lateness);
  });
}

const text = ({ guest, host }: Pick<Encounter, 'guest' | 'host'>): string => `${guest ?? '-'}+${host ?? '-'}`;

const asText = (naive: NaiveJoin, isOver: (after: number, mark: number) => boolean): string[] => [
  ...naive.met.map(([guest, host]) => text({ guest, host })),
  ...naive.aloneLeft.filter(({ after }) => isOver(after, naive.mark)).map(({ id }) => text({ guest: id, host: null })),
  ...naive.aloneRight.filter(({ after }) => isOver(after, naive.mark)).map(({ id }) => text({ guest: null, host: id })),
];

const told = async (world: World): Promise<string[]> => (await world.output(encounters)).map(text).sort();

test('every two that meet are told once, everybody alone once their window has closed, and who is late is a dead letter', async () => {
  const holds = inWorlds({ hows, topology: meet }, async (world, { how, left, right, nights }) => {
    const naive = expected(how, [left, right]);
    expect(await told(world)).toEqual(naive.flatMap(each => asText(each, (after, mark) => after < mark)).sort());
    await nights();
    expect(await told(world)).toEqual(naive.flatMap(each => asText(each, () => true)).sort());
    expect(await late(world)).toEqual(
      naive
        .flatMap(({ lateLeft, lateRight }) => [
          ...lateLeft.map(id => `guests ${id}`),
          ...lateRight.map(id => `hosts ${id}`),
        ])
        .sort(),
    );
    for (let task = 0; task < partitions; task++) expect([...world.store.entries(`meet/${task}`)]).toEqual([]);
  });
  await fc.assert(holds, { numRuns: 100 });
}, 120_000);
