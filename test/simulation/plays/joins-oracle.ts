/** What the joins of the simulation have to tell, by their definitions, without any of the engine's code. */
import { eventsIn, naiveJoin } from '../../engine/joins/naive.ts';
import { type NaiveTableJoin, naiveTableJoin } from '../../engine/joins/naive-table.ts';
import { type How, type HowTable, poisonPlace, type Visit } from '../../support/encounters.ts';

export interface Hows {
  readonly meet: How;
  readonly greet: HowTable;
  readonly seat: HowTable;
}

/** All that one stream was sent, in order, and in how many partitions it is. */
export interface Sent {
  readonly name: string;
  readonly visits: readonly Visit[];
  readonly partitions: number;
  readonly lateness: number;
}

export interface Expected {
  /** Who met whom as `guest+host`, by place: in no order for `met`, in the order of event time for the others. */
  readonly met: ReadonlyMap<string, readonly string[]>;
  readonly greeted: ReadonlyMap<string, readonly string[]>;
  readonly seated: ReadonlyMap<string, readonly string[]>;
  /** `topology stream id reason`, in no order. */
  readonly deadLetters: readonly string[];
}

interface Told {
  readonly place: string;
  readonly text: string;
}

/** `left` and `right` are in as many partitions. */
export function expectedOf(hows: Hows, left: Sent, right: Sent, signs: Sent): Expected {
  const tasks = range(left.partitions);
  const lateness = { left: left.lateness, right: right.lateness };
  const meetings = tasks.map(task => naiveJoin(hows.meet, partOf(left, task), partOf(right, task), lateness));
  const tableJoin = (how: HowTable, task: number, table: readonly number[], of: Sent): NaiveTableJoin =>
    naiveTableJoin(how, {
      values: partOf(left, task),
      table: table.map(partition => partOf(of, partition)),
      lookUp: how === hows.seat ? value => value.table : value => value.key,
      lateness: { values: left.lateness, table: of.lateness },
    });
  const greetings = tasks.map(task => tableJoin(hows.greet, task, [task], right));
  const seatings = tasks.map(task => tableJoin(hows.seat, task, range(signs.partitions), signs));
  const placeOf = ({ visits }: Sent, id: number): string => visits.find(visit => visit.id === id)?.place ?? '';
  const met = meetings.flatMap(naive => [
    ...naive.met.map(([guest, host]) => ({ place: placeOf(left, guest), text: `${guest}+${host}` })),
    ...naive.aloneLeft.map(({ id }) => ({ place: placeOf(left, id), text: `${id}+-` })),
    ...naive.aloneRight.map(({ id }) => ({ place: placeOf(right, id), text: `-+${id}` })),
  ]);
  return {
    met: byPlace(met),
    greeted: byPlace(greetings.flatMap(looked)),
    seated: byPlace(seatings.flatMap(looked)),
    deadLetters: [
      ...meetings.flatMap(naive => late('meet', left, naive.lateLeft)),
      ...meetings.flatMap(naive => late('meet', right, naive.lateRight)),
      ...greetings.flatMap(naive => [
        ...late('greet', left, naive.lateValues),
        ...late('greet', right, naive.lateVersions),
      ]),
      ...seatings.flatMap(naive => [
        ...late('seat', left, naive.lateValues),
        ...late('seat', signs, naive.lateVersions),
      ]),
      ...poisons('meet', left),
      ...poisons('meet', right),
      ...poisons('greet', left),
      ...poisons('greet', right),
      ...poisons('seat', left),
      ...tasks.flatMap(() => poisons('seat', signs)),
    ],
  };
}

/** The visits of a partition that count. */
const partOf = ({ visits, partitions }: Sent, partition: number) => eventsIn(visits, partition, partitions);

const looked = ({ told }: NaiveTableJoin): Told[] =>
  told.map(({ value, version }) => ({ place: value.key, text: `${value.id}+${version?.id ?? '-'}` }));

export const late = (topology: string, { name }: Sent, ids: readonly number[]): string[] =>
  ids.map(id => `${topology} ${name} ${id} late`);

export const poisons = (topology: string, { name, visits }: Sent): string[] =>
  visits.filter(({ place }) => place === poisonPlace).map(({ id }) => `${topology} ${name} ${id} poison`);

export const byPlace = (told: readonly Told[]): Map<string, string[]> =>
  new Map(
    [...Map.groupBy(told, ({ place }) => place)].map(([place, list]) => [place, list.map(({ text }) => text)] as const),
  );

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
