import { type Claims, inTurn } from './claims.ts';

export interface Agreement {
  readonly agreed: readonly Claims[];
  /** Why each of the others may take no part. */
  readonly refused: ReadonlyMap<Claims, string>;
}

/**
 * Members have to know the same number of tasks and the same graph: else a task of one would not be that of another.
 * Those stay who run the most tasks (the incumbents), then those who are more, then the first in turn.
 */
export function agreementOf(members: readonly Claims[]): Agreement {
  const sides = [...Map.groupBy(members.toSorted(inTurn), sideOf).values()].sort(
    (a, b) => running(b) - running(a) || b.length - a.length,
  );
  const [agreed = [], ...others] = sides;
  const refused = others.flat().map(member => [member, disagreement(member, agreed)] as const);
  return { agreed, refused: new Map(refused) };
}

const sideOf = ({ tasks, graph }: Claims): string => `${tasks} ${graph}`;

const running = (side: readonly Claims[]): number => side.reduce((sum, { runs }) => sum + runs.length, 0);

function disagreement(member: Claims, [incumbent]: readonly Claims[]): string {
  return incumbent === undefined ? '' : `${knows(member)}, ${knows(incumbent)}`;
}

const knows = ({ worker, tasks, graph }: Claims): string => `worker ${worker} knows ${tasks} tasks of graph ${graph}`;
