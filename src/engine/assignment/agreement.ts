import { type Claims, inTurn } from './claims.ts';
import { ownersNow } from './owners.ts';

export interface Agreement {
  /** Those among whom the tasks are divided: all of one release. */
  readonly agreed: readonly Claims[];
  /** They agree, and would rather begin no task. */
  readonly heldBack: readonly Claims[];
  /** Why each of another release has to wait until those have gone. */
  readonly waiting: ReadonlyMap<Claims, string>;
  /** Why each of the others may take no part. */
  readonly refused: ReadonlyMap<Claims, string>;
}

/**
 * Members have to know the same number of tasks: else a task of one would not be that of another. And one release of the
 * topology runs at a time, until the last of its members has left: those stay who run the most tasks, then those who took
 * part last, then those who are more, then the first in turn. Who holds back begins nothing: neither before others, nor
 * unless somebody of its release does not, or runs a task.
 */
export function agreementOf(members: readonly Claims[]): Agreement {
  const owners = [...ownersNow(members).values()];
  const running = (side: Side): number => owners.filter(owner => side.includes(owner)).length;
  const mayBegin = (side: Side): boolean => running(side) > 0 || side.some(({ holdsBack }) => !holdsBack);
  const before = (a: Side, b: Side): number =>
    running(b) - running(a) ||
    newestPart(b) - newestPart(a) ||
    Number(mayBegin(b)) - Number(mayBegin(a)) ||
    b.length - a.length;

  const [same = [], ...others] = sidesBy(({ tasks }) => tasks, members.toSorted(inTurn)).sort(before);
  const refused = others.flat().map(member => [member, disagreement(member, same)] as const);
  const [first = [], ...later] = sidesBy(({ graph }) => graph, same).sort(before);
  const waiting = later.flat().map(member => [member, runsIn(first)] as const);
  const [agreed, heldBack] = mayBegin(first) ? [first, []] : [[], first];
  return { agreed, heldBack, waiting: new Map(waiting), refused: new Map(refused) };
}

type Side = readonly Claims[];

const sidesBy = (of: (member: Claims) => string | number, members: Side): Claims[][] => [
  ...Map.groupBy(members, of).values(),
];

/** A worker that runs the only task of its topology leaves others of its release behind, who run none. */
const newestPart = (side: Side): number =>
  Math.max(-1, ...side.filter(({ tookPart }) => tookPart).map(({ generation }) => generation));

function disagreement(member: Claims, [incumbent]: Side): string {
  return incumbent === undefined ? '' : `${knows(member)}, ${knows(incumbent)}`;
}

const knows = ({ worker, tasks, graph }: Claims): string => `worker ${worker} knows ${tasks} tasks of graph ${graph}`;

function runsIn(incumbents: Side): string {
  const workers = [...new Set(incumbents.map(({ worker }) => worker))];
  const more = workers.length > mostNamed ? ` and ${workers.length - mostNamed} more` : '';
  return `release ${incumbents[0]?.graph ?? ''} runs its tasks, in ${workers.slice(0, mostNamed).join(', ')}${more}`;
}

const mostNamed = 3;
