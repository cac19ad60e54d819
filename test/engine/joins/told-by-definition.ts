/** What holds of a stream joined with a table, whichever task has how much of the table: beside the definition, whoever crashes. */
import type fc from 'fast-check';
import { expect } from 'vitest';
import type { Topology } from '../../../src/engine/topology.ts';
import { encounters, type HowTable, type Visit } from '../../support/encounters.ts';
import type { World } from '../../support/world.ts';
import { inWorlds, late, partitions } from './drive.ts';
import type { Looked, NaiveTableJoin } from './naive-table.ts';

export interface TableJoin {
  readonly topology: (how: HowTable) => Topology;
  readonly partitions: number | ((topic: string) => number);
  readonly left: fc.Arbitrary<Visit[]>;
  readonly right: fc.Arbitrary<Visit[]>;
  /** What the definition tells in one partition of the stream. */
  readonly naive: (how: HowTable, left: readonly Visit[], right: readonly Visit[], partition: number) => NaiveTableJoin;
}

const hows: readonly HowTable[] = [
  { kind: 'inner', grace: 0 },
  { kind: 'left', grace: 0 },
  { kind: 'inner', grace: 12 },
  { kind: 'left', grace: 5 },
];

const text = ({ value, version }: Looked): string => `${value.key} ${value.id}+${version?.id ?? '-'}`;

const lates = ({ lateValues, lateVersions }: NaiveTableJoin): string[] => [
  ...lateValues.map(id => `guests ${id}`),
  ...lateVersions.map(id => `hosts ${id}`),
];

const told = async (world: World): Promise<string[]> =>
  (await world.output(encounters)).map(({ place, guest, host }) => `${place} ${guest ?? '-'}+${host ?? '-'}`);

/** Any lists, interleaved and cut by chance, tell what the definition does, in its order; only the table's rows stay. */
export const toldByDefinition = ({ topology, naive, ...of }: TableJoin) =>
  inWorlds({ hows, topology, ...of }, async (world, { how, left, right, nights }) => {
    const expected = Array.from({ length: partitions }, (_, partition) => naive(how, left, right, partition));
    expect(await told(world)).toEqual(expected.flatMap(({ now }) => now.map(text)));
    await nights();
    expect(await told(world)).toEqual(expected.flatMap(each => each.told.map(text)));
    expect(await late(world)).toEqual(expected.flatMap(lates).sort());
    const tasks = Array.from({ length: partitions }, (_, task) => `${topology(how).name}/${task}`);
    const kept = tasks.flatMap(task => [...world.store.entries(task)]);
    expect(kept.filter(({ key }) => !key.startsWith('R|'))).toEqual([]);
  });
