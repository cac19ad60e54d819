/** Who runs which task of a topology, and who stands by for it: a pure function of what its members tell. */
import { agreementOf } from './agreement.ts';
import type { Assignment, Claims } from './claims.ts';
import { ownersNext, ownersNow } from './owners.ts';
import { standbysOf } from './standbys.ts';

/**
 * Answers what each member (by its name) is to do. A task that has to move is first taken from its owner alone; it is
 * given in the round after the owner has told that it no longer claims it. So no task is ever given twice, and as long
 * as the members stay the same, two rounds suffice.
 */
export function assign(members: readonly Claims[]): ReadonlyMap<string, Assignment> {
  const { agreed, heldBack, waiting, refused } = agreementOf(members);
  const [{ tasks } = { tasks: 0 }] = agreed;
  const now = ownersNow(members);
  const next = ownersNext(agreed, tasks, now);
  const standbys = standbysOf(agreed, tasks, now, next);
  const runs = (member: Claims): number[] =>
    [...next]
      .filter(([partition, owner]) => owner === member && (now.get(partition) ?? member) === member)
      .map(([partition]) => partition)
      .sort((a, b) => a - b);
  return new Map(
    members.map(member => [
      member.member,
      {
        run: runs(member),
        standby: standbys.get(member) ?? [],
        refused: refused.get(member) ?? null,
        waits: waiting.get(member) ?? null,
        heldBack: heldBack.includes(member),
        awaited: waiting.size > 0 && agreed.includes(member),
      },
    ]),
  );
}
