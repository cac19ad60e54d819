import { type Claims, inTurn, warmth } from './claims.ts';

/**
 * Who follows the journal of each task: never who runs it, first of all who is to run it and waits for its release, then
 * whose state reaches furthest; evenly.
 */
export function standbysOf(
  members: readonly Claims[],
  tasks: number,
  now: ReadonlyMap<number, Claims>,
  next: ReadonlyMap<number, Claims>,
): ReadonlyMap<Claims, readonly number[]> {
  const willing = members.filter(({ standbys }) => standbys > 0).toSorted(inTurn);
  const each = Math.min(Math.max(0, ...members.map(({ standbys }) => standbys)), members.length - 1);
  const most = Math.ceil((tasks * each) / Math.max(1, willing.length));
  const followed = new Map<Claims, number[]>(willing.map(member => [member, []]));
  const count = (member: Claims): number => followed.get(member)?.length ?? 0;
  for (let partition = 0; partition < tasks; partition++) {
    const runner = now.get(partition) ?? next.get(partition);
    /** So that the tasks of a worker that dies fall to several. */
    const ofSameRunner = (member: Claims): number =>
      followed.get(member)?.filter(other => (now.get(other) ?? next.get(other)) === runner).length ?? 0;
    /** Who runs the least has room for it. */
    const running = (member: Claims): number => [...next.values()].filter(other => other === member).length;
    const waits = (member: Claims): number => Number(member === next.get(partition));
    const full = (member: Claims): number => Number(count(member) >= most);
    willing
      .filter(member => member !== runner)
      .sort(
        (a, b) =>
          waits(b) - waits(a) ||
          full(a) - full(b) ||
          ofSameRunner(a) - ofSameRunner(b) ||
          running(a) - running(b) ||
          warmth(b, partition) - warmth(a, partition) ||
          count(a) - count(b) ||
          inTurn(a, b),
      )
      .slice(0, each)
      .forEach(member => followed.get(member)?.push(partition));
  }
  return followed;
}
