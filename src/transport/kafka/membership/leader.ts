/** What the leader of a group does: it decides for all members, by what each of them has told. */
import { assign } from '../../../engine/assignment/assign.ts';
import type { Assignment } from '../../../engine/assignment/claims.ts';
import type { TopologyGraph } from '../../../engine/graph.ts';
import { decodeClaims, encodeAssignment } from './consumer-protocol.ts';
import type { GroupMember, MemberAssigned } from './requests.ts';

/** `partitions` tells how many a topic has. */
export async function decide(
  { reads }: TopologyGraph,
  members: readonly GroupMember[],
  partitions: (topic: string) => Promise<number>,
): Promise<MemberAssigned[]> {
  const claims = members.flatMap(({ memberId, memberMetadata }) => {
    const told = decodeClaims(memberMetadata);
    return told === undefined ? [] : [{ ...told, member: memberId }];
  });
  const decided = assign(claims);
  const whole = new Map<string, number>();
  for (const { stream, all } of reads) if (all) whole.set(stream, await partitions(stream));
  return members.map(({ memberId }) => {
    const assignment = decided.get(memberId) ?? unreadable;
    return { memberId, memberAssignment: encodeAssignment(assignment, placesOf(reads, assignment, whole)) };
  });
}

const unreadable: Assignment = {
  run: [],
  standby: [],
  refused: 'what it tells cannot be read by the release that leads the group',
  waits: null,
  heldBack: false,
  awaited: false,
};

/** The partitions that the tasks of an assignment read: each its own, and all of those that every task reads. */
function placesOf(
  reads: TopologyGraph['reads'],
  { run }: Assignment,
  whole: ReadonlyMap<string, number>,
): Record<string, number[]> {
  if (run.length === 0) return {};
  return Object.fromEntries(
    reads.map(({ stream }) => {
      const count = whole.get(stream);
      return [stream, count === undefined ? [...run] : Array.from({ length: count }, (_, partition) => partition)];
    }),
  );
}
