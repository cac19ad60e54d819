/** Rounds of a group without any time in it: members tell, are told, release, and tell again. */
import { assign } from '../../../src/engine/assignment/assign.ts';
import { type Assignment, type Claims, takesPart } from '../../../src/engine/assignment/claims.ts';

export const claims = (worker: string, more: Partial<Claims> = {}): Claims => ({
  member: `${worker}-1`,
  worker,
  tasks: 4,
  graph: 'g',
  generation: 0,
  runs: [],
  ran: [],
  warm: [],
  standbys: 1,
  load: 0,
  first: 0,
  tookPart: false,
  holdsBack: false,
  ...more,
});

const nothing: Assignment = { run: [], standby: [], refused: null, waits: null, heldBack: false, awaited: false };

/** What a member tells once it has done what it was told. */
export function obeyed(member: Claims, told: Assignment, generation: number): Claims {
  const { run, standby } = told;
  const partitions = [...new Set([...run, ...standby, ...member.warm.map(({ partition }) => partition)])];
  return {
    ...member,
    generation,
    tookPart: takesPart(told),
    runs: run,
    warm: partitions.map(partition => ({ partition, epoch: generation })),
  };
}

export interface Settled {
  readonly members: readonly Claims[];
  readonly rounds: number;
  /** How many tasks were given to another worker than the one that had them. */
  readonly moves: number;
  readonly standbys: ReadonlyMap<string, readonly number[]>;
}

/** Rounds until nothing changes any more. Throws where a task is run twice or there is no end. */
export function settle(begin: readonly Claims[], generation = Math.max(...begin.map(m => m.generation))): Settled {
  let members = begin;
  const before = ownersOf(begin);
  for (let rounds = 1; rounds <= 5; rounds++) {
    const told = assign(members);
    const of = ({ member }: Claims): Assignment => told.get(member) ?? nothing;
    refuseTwice(members, of);
    const after = members.map(member => obeyed(member, of(member), generation + rounds));
    if (after.every((member, at) => String(member.runs) === String(members[at]?.runs))) {
      const moves = [...ownersOf(after)].filter(([p, worker]) => before.has(p) && before.get(p) !== worker).length;
      return { members: after, rounds, moves, standbys: new Map(members.map(m => [m.worker, of(m).standby])) };
    }
    members = after;
  }
  throw new Error('no end after five rounds');
}

export const ownersOf = (members: readonly Claims[]): Map<number, string> =>
  new Map(members.flatMap(({ worker, runs }) => runs.map(partition => [partition, worker] as const)));

/** Nobody is given what another still runs. */
function refuseTwice(members: readonly Claims[], of: (member: Claims) => Assignment): void {
  const given = new Set<number>();
  for (const member of members) {
    for (const partition of of(member).run) {
      const other = members.find(it => it !== member && it.runs.includes(partition));
      const stale = other !== undefined && member.runs.includes(partition) && other.generation <= member.generation;
      if (given.has(partition) || (other !== undefined && !stale)) throw new Error(`${partition} is run twice`);
      given.add(partition);
    }
  }
}
