/** What the joined tables of the simulation have to tell, by their definition, without any of the engine's code. */
import { eventsIn } from '../../engine/joins/naive.ts';
import { naiveTablesJoin } from '../../engine/joins/naive-tables.ts';
import { late, poisons, type Sent } from './joins-oracle.ts';

export interface HowJoined {
  readonly kind: 'inner' | 'left' | 'outer';
  readonly grace: number;
}

interface Row {
  readonly key: string;
  readonly text: string;
}

/** `left` and `right` are in as many partitions; what is told is in order for each key. */
export function tablesOf(how: HowJoined, left: Sent, right: Sent) {
  const lateness = { left: left.lateness, right: right.lateness };
  const joined = Array.from({ length: left.partitions }, (_, task) =>
    naiveTablesJoin(how, partOf(left, task), partOf(right, task), lateness),
  );
  return {
    told: joined.flatMap(({ told }) => told),
    /** `topology stream id reason`, in no order. */
    deadLetters: [
      ...joined.flatMap(({ lateLeft }) => late('attend', left, lateLeft)),
      ...joined.flatMap(({ lateRight }) => late('attend', right, lateRight)),
      ...poisons('attend', left),
      ...poisons('attend', right),
    ],
  };
}

const partOf = ({ visits, partitions }: Sent, partition: number) => eventsIn(visits, partition, partitions);

/** As plain objects with their keys in order, so that two can be compared. */
export const byTable = (rows: readonly Row[]) =>
  [...Map.groupBy(rows, ({ key }) => key)]
    .map(([key, some]) => [key, some.map(({ text }) => text)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
