/** The groups of topologies at Kafka's brokers, one for each topology, under its name. */
import type { Clock } from '../../../engine/clock.ts';
import type { Membership } from '../../../engine/membership.ts';
import type { KafkaLog } from '../open.ts';
import { KafkaMember } from './member.ts';
import { GroupRequests, type GroupTimes } from './requests.ts';

export type { GroupTimes } from './requests.ts';

/** Members for the topologies of a process. They commit offsets as members, so tools see whom a group's lag belongs to. */
export const kafkaMembership = (
  log: Pick<KafkaLog, 'groups' | 'partitions'>,
  clock: Pick<Clock, 'sleep'>,
  times: GroupTimes,
): Membership => ({
  join: seat =>
    new KafkaMember({
      seat,
      requests: new GroupRequests(log.groups, seat.topology.name, times),
      groups: log.groups,
      partitions: topic => log.partitions(topic),
      clock,
      times,
    }),
});
