/** The dataflow of the joins' proofs: guests and hosts by place, and who of them met or stayed alone. */
import { map, type OperatorFunction } from 'rxjs';
import {
  schema,
  seconds,
  stream,
  topology,
  type JoinSide,
  type ReadOptions,
  type Stream,
  type Topology,
} from '../../src/index.ts';
import type { JoinWindow, JoinKind } from '../../src/engine/joins/spec.ts';

export interface Visit {
  readonly id: number;
  readonly place: string;
  /** What `by` joins by. */
  readonly table: string;
  readonly at: number;
}

/** Numbers of those who met; null where somebody was alone. */
export interface Encounter {
  readonly place: string;
  readonly guest: number | null;
  readonly host: number | null;
  readonly at: number;
}

const visitSchema = schema<Visit>({
  type: 'record',
  name: 'Visit',
  fields: [
    { name: 'id', type: 'int' },
    { name: 'place', type: 'string' },
    { name: 'table', type: 'string' },
    { name: 'at', type: 'double' },
  ],
});

const visits = {
  schema: visitSchema,
  key: (visit: Visit) => visit.place,
  time: (visit: Visit) => visit.at,
  idleAfter: seconds(5),
};

export const guests = stream<Visit>('guests', { ...visits, lateness: 5 });
export const hosts = stream<Visit>('hosts', { ...visits, lateness: 3 });
export const lateGuests = stream<Visit>('late-guests', visits);

export const encounters = stream<Encounter>('encounters', {
  schema: schema<Encounter>({
    type: 'record',
    name: 'Encounter',
    fields: [
      { name: 'place', type: 'string' },
      { name: 'guest', type: ['null', 'int'] },
      { name: 'host', type: ['null', 'int'] },
      { name: 'at', type: 'double' },
    ],
  }),
  key: encounter => encounter.place,
  time: encounter => encounter.at,
});

/** What a join reads on either side, and where it writes. */
export interface Wiring {
  readonly left: Stream<Visit>;
  readonly right: Stream<Visit>;
  readonly out: Stream<Encounter>;
}

const usual: Wiring = { left: guests, right: hosts, out: encounters };

/** The join and the topology that writes what comes of it fail on a visit to it. */
export const poisonPlace = 'poison';

const wholesome: OperatorFunction<Visit, Visit> = map(visit => {
  if (visit.place === poisonPlace) throw new Error('poison');
  return visit;
});

const latest = (guest: Visit | undefined, host: Visit | undefined): number =>
  Math.max(guest?.at ?? -Infinity, host?.at ?? -Infinity);

const encounter = (guest: Visit | undefined, host: Visit | undefined): Encounter => ({
  place: guest?.place ?? host?.place ?? '',
  guest: guest?.id ?? null,
  host: host?.id ?? null,
  at: latest(guest, host),
});

export interface How extends JoinWindow {
  readonly kind: JoinKind;
  readonly sides?: JoinSide<Visit>;
  /** How both sides are read. */
  readonly reading?: ReadOptions<Visit>;
}

/** Guests on the left, hosts on the right. */
export const meet = ({ kind, before, after, grace, sides = {}, reading = {} }: How, wiring = usual): Topology =>
  topology('meet', task => {
    const options = { within: { before, after }, grace, left: sides, right: sides };
    const right = task.read(wiring.right, reading).pipe(wholesome);
    const joined = task.join<Visit, Visit, Encounter>('met', right, { ...options, kind, result: encounter });
    task.read(wiring.left, reading).pipe(wholesome, joined).subscribe(task.write(wiring.out));
  });

/** A version of this table says that the place has no host any more. */
export const nobodys = 'nobody';

export interface HowTable {
  readonly reading?: ReadOptions<Visit>;
  readonly kind: 'inner' | 'left';
  readonly grace: number;
}

/** Guests with the host that their place had when they came. */
export const greet = ({ kind, grace, reading = {} }: HowTable, { left, right, out } = usual): Topology =>
  topology('greet', task => {
    const options = { grace, table: { removed: ({ table }: Visit) => table === nobodys } };
    const result = (guest: Visit, host: Visit | undefined): Encounter => ({ ...encounter(guest, host), at: guest.at });
    const table = task.read(right, reading).pipe(wholesome);
    const joined = task.joinTable<Visit, Visit, Encounter>('greeted', table, { ...options, kind, result });
    task.read(left, reading).pipe(wholesome, joined).subscribe(task.write(out));
  });

export interface HowBroadcast extends HowTable {
  readonly maxEntries?: number;
  readonly by?: (guest: Visit) => string;
}

/** Guests with the host of the place that their `table` names, wherever they are themselves. */
export const seat = (
  { kind, by = ({ table }) => table, reading = {}, ...bounds }: HowBroadcast,
  wiring = usual,
): Topology =>
  topology('seat', task => {
    const options = { ...bounds, by, table: { removed: ({ table }: Visit) => table === nobodys } };
    const result = (guest: Visit, host: Visit | undefined): Encounter => ({ ...encounter(guest, host), at: guest.at });
    const table = task.read(wiring.right, { ...reading, all: true }).pipe(wholesome);
    const joined = task.joinBroadcast<Visit, Visit, Encounter>('seated', table, { ...options, kind, result });
    task.read(wiring.left, reading).pipe(wholesome, joined).subscribe(task.write(wiring.out));
  });

export interface HowTables {
  readonly kind: JoinKind;
  readonly grace: number;
  readonly reading?: ReadOptions<Visit>;
}

const changed = (guest: Visit | undefined, host: Visit | undefined, at: number): Encounter => ({
  ...encounter(guest, host),
  at,
});

/** Numbers below zero are those of a row that is no more. */
const farewell = (guest: Visit | undefined, host: Visit | undefined, at: number): Encounter => ({
  ...encounter(guest, host),
  at,
  guest: guest === undefined ? null : -1 - guest.id,
  host: host === undefined ? null : -1 - host.id,
});

/** A row as it was told, in words: `place guest+host`, with `no more` before it where it ended. */
export const rowTold = ({ place, guest, host }: Encounter): string => {
  const isOver = (guest ?? host ?? 0) < 0;
  const [one, other] = [guest, host].map(id => (id === null ? '-' : isOver ? -1 - id : id));
  return `${isOver ? 'no more ' : ''}${place} ${one}+${other}`;
};

/** Who is in a place, guest and host, each the last who came. */
export const attend = ({ kind, grace, reading = {} }: HowTables, { left, right, out } = usual): Topology =>
  topology('attend', task => {
    const side = { removed: ({ table }: Visit) => table === nobodys };
    const options = { grace, left: side, right: side, result: changed, gone: farewell };
    const table = task.read(right, reading).pipe(wholesome);
    const joined = task.joinTables<Visit, Visit, Encounter>('attended', table, { ...options, kind });
    task.read(left, reading).pipe(wholesome, joined).subscribe(task.write(out));
  });

export const visit = (id: number, at: number, more: Partial<Visit> = {}): Visit => ({
  id,
  place: 'bar',
  table: 'one',
  at,
  ...more,
});
