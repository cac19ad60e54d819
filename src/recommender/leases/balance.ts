/** Which lease a process takes next, so that all of them are held and everybody holds as many as the others. Pure. */
import type { Lease } from './lease.ts';

type Held = Pick<Lease<unknown>, 'name' | 'owner' | 'expiresAt'>;

/**
 * One at a time: first what nobody has held or keeps any more, then one of who has at least two more than `me`, so that
 * nothing goes back and forth. Undefined where everything is as it should be.
 */
export function nextLease(
  names: readonly string[],
  leases: readonly Held[],
  { me, now }: { readonly me: string; readonly now: number },
): string | undefined {
  const known = new Map(leases.map(lease => [lease.name, lease]));
  const holder = (name: string): string | null => {
    const lease = known.get(name);
    return lease === undefined || lease.expiresAt <= now ? null : lease.owner;
  };
  const free = names.find(name => holder(name) === null);
  if (free !== undefined) return free;
  const held = Map.groupBy(names, holder);
  const mine = held.get(me)?.length ?? 0;
  const richest = [...held].toSorted((a, b) => b[1].length - a[1].length)[0];
  return richest !== undefined && richest[1].length - mine >= 2 ? richest[1][0] : undefined;
}
