/** What holds of a stream joined with a table, whichever task has how much of the table: beside the definition, whoever crashes. */
import fc from 'fast-check';
import { expect } from 'vitest';
import type { Topology } from '../../../src/engine/topology.ts';
import { repeats } from '../../support/consumer.ts';
import { encounters, type HowTable, type Visit } from '../../support/encounters.ts';
import { Random } from '../../support/random.ts';
import { World } from '../../support/world.ts';
import { late, partitions, run, settled } from './drive.ts';
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
export const toldByDefinition = ({ topology, left, right, naive, ...of }: TableJoin) =>
  fc.asyncProperty(
    fc.constantFrom(...hows),
    left,
    right,
    fc.integer({ min: 2, max: 16 }),
    fc.integer({ min: 1, max: 1_000_000 }),
    async (how, values, versions, maxRecords, seed) => {
      const joined = topology(how);
      const world = await World.of([joined], { partitions: of.partitions, maxRecords });
      const random = new Random(seed);
      await run(world, [values, versions], random);
      const expected = Array.from({ length: partitions }, (_, partition) => naive(how, values, versions, partition));
      expect(await told(world)).toEqual(expected.flatMap(({ now }) => now.map(text)));
      for (let night = 0; night < 2; night++) {
        world.clock.time += 10_000_000;
        await settled(world, random);
      }
      expect(await told(world)).toEqual(expected.flatMap(each => each.told.map(text)));
      expect(await late(world)).toEqual(expected.flatMap(lates).sort());
      const tasks = Array.from({ length: partitions }, (_, task) => `${joined.name}/${task}`);
      const kept = tasks.flatMap(task => [...world.store.entries(task)]);
      expect(kept.filter(({ key }) => !key.startsWith('R|'))).toEqual([]);
      await repeats(world.transport, encounters.name);
      await world.transport.close();
      await world.documents.close();
    },
  );
