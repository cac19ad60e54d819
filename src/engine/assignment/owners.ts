import { type Claims, inTurn, warmth } from './claims.ts';
import { quotasOf } from './quotas.ts';

/** Who runs each task now. Of several that claim one, all but the newest have missed that they lost it. */
export function ownersNow(members: readonly Claims[]): Map<number, Claims> {
  const owners = new Map<number, Claims>();
  for (const member of members.toSorted(inTurn)) {
    for (const partition of member.runs) {
      const known = owners.get(partition);
      if (known === undefined || known.generation < member.generation) owners.set(partition, member);
    }
  }
  return owners;
}

/** Who is to run each task: as now, but for what balance asks for. */
export function ownersNext(
  members: readonly Claims[],
  tasks: number,
  now: ReadonlyMap<number, Claims>,
): Map<number, Claims> {
  const next = new Map([...now].filter(([partition, member]) => partition < tasks && members.includes(member)));
  const runs = (member: Claims): number => [...next.values()].filter(owner => owner === member).length;
  const quotas = quotasOf(members, tasks, runs);
  const room = new Map(members.map(member => [member, (quotas.get(member) ?? 0) - runs(member)]));
  for (const [member, places] of room) {
    for (const partition of surplus(member, -places, next, room)) next.delete(partition);
  }
  give(unowned(tasks, next), room, next);
  return next;
}

/** What a member gives away: first what a member with room ran in its former life, then what it has the state of. */
function surplus(
  member: Claims,
  count: number,
  owners: ReadonlyMap<number, Claims>,
  room: ReadonlyMap<Claims, number>,
): number[] {
  if (count <= 0) return [];
  const takers = [...room].filter(([, places]) => places > 0).map(([taker]) => taker);
  const wanted = (partition: number): number => Math.max(...takers.map(taker => wish(taker, partition)));
  const mine = [...owners].filter(([, owner]) => owner === member).map(([partition]) => partition);
  return mine.toSorted((a, b) => wanted(b) - wanted(a) || b - a).slice(0, count);
}

/** How much sense it makes to move a task that runs to a member. */
const wish = (taker: Claims, partition: number): number =>
  taker.ran.includes(partition) ? Infinity : warmth(taker, partition);

/** Each task to the member with room whose state reaches furthest; else to one that ran it, to the emptiest, in turn. */
function give(free: readonly number[], room: Map<Claims, number>, owners: Map<number, Claims>): void {
  const offers = free
    .flatMap(partition => [...room.keys()].map(member => ({ partition, member, epoch: warmth(member, partition) })))
    .filter(({ member, partition, epoch }) => epoch > 0 || member.ran.includes(partition))
    .sort((a, b) => a.partition - b.partition || b.epoch - a.epoch || ranFirst(a, b) || inTurn(a.member, b.member));
  for (const { partition, member } of offers) take(partition, member, room, owners);
  for (const partition of free) {
    const [emptiest] = [...room].sort(([a, left], [b, right]) => right - left || inTurn(a, b));
    if (emptiest !== undefined) take(partition, emptiest[0], room, owners);
  }
}

type Offer = { readonly partition: number; readonly member: Claims };
const ranFirst = (a: Offer, b: Offer): number =>
  Number(b.member.ran.includes(b.partition)) - Number(a.member.ran.includes(a.partition));

function take(partition: number, member: Claims, room: Map<Claims, number>, owners: Map<number, Claims>): void {
  const places = room.get(member) ?? 0;
  if (places <= 0 || owners.has(partition)) return;
  owners.set(partition, member);
  room.set(member, places - 1);
}

const unowned = (tasks: number, owners: ReadonlyMap<number, Claims>): number[] =>
  Array.from({ length: tasks }, (_, partition) => partition).filter(partition => !owners.has(partition));
