import { type Claims, inTurn } from './claims.ts';

/**
 * How many tasks each member may run: the whole part for everyone, and one more for as many as are left over. Who runs
 * more than the whole part keeps the one more, so that nothing moves without need. Only where the workers' loads from
 * other topologies differ by more than one does the turn decide: all tasks of all topologies in one row, dealt out one
 * after the other, which every topology's group reckons alike without asking the others.
 */
export function quotasOf(
  members: readonly Claims[],
  tasks: number,
  runs: (member: Claims) => number,
): ReadonlyMap<Claims, number> {
  const turns = members.toSorted(inTurn);
  const [first = 0] = turns.map(member => member.first);
  const whole = Math.floor(tasks / turns.length);
  const over = tasks % turns.length;
  const turn = new Map(
    turns.map((member, at) => [member, (at - (first % turns.length) + turns.length) % turns.length]),
  );
  const turnOf = (member: Claims): number => turn.get(member) ?? 0;
  const sticky = (member: Claims): number => (even(turns) ? Math.min(runs(member), whole + 1) : 0);
  const order = turns.toSorted((a, b) => sticky(b) - sticky(a) || turnOf(a) - turnOf(b));
  return new Map(order.map((member, at) => [member, at < over ? whole + 1 : whole]));
}

function even(members: readonly Claims[]): boolean {
  const loads = members.map(({ load }) => load);
  return Math.max(...loads) - Math.min(...loads) <= 1;
}
