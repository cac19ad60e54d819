/** A log of one's own on a broker that many share: the same topics under other names. */
import { type Membership, renamedGroups } from '../../src/engine/membership.ts';
import type { TopicPartition, Transport } from '../../src/transport/port.ts';

export function prefixed(real: Transport, prefix: string): Transport {
  const there = <At extends TopicPartition>(at: At): At => ({ ...at, topic: prefix + at.topic });
  const here = <At extends { readonly topic: string }>(at: At): At => ({ ...at, topic: at.topic.slice(prefix.length) });
  return {
    createTopic: (topic, options) => real.createTopic(prefix + topic, options),
    deleteTopic: topic => real.deleteTopic(prefix + topic),
    topics: async () => (await real.topics()).filter(({ topic }) => topic.startsWith(prefix)).map(here),
    partitions: topic => real.partitions(prefix + topic),
    bounds: at => real.bounds(there(at)),
    offsetAt: (at, time) => real.offsetAt(there(at), time),
    read: request => real.read(there(request)),
    append: appends => real.append(appends.map(there)),
    grown: (past, signal) => real.grown(past.map(there), signal),
    commit: (group, offsets) => real.commit(prefix + group, offsets.map(there)),
    committed: async group => (await real.committed(prefix + group)).map(here),
    applyRetention: now => real.applyRetention(now),
    close: () => real.close(),
  };
}

/** The groups that belong to such a log. */
export const prefixedGroups = (real: Membership, prefix: string): Membership =>
  renamedGroups(real, { group: name => prefix + name, topic: name => prefix + name });
