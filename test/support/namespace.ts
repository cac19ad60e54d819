/** A log as a namespace sees it, in which every topic that is created is one of its own. */
import type { Namespace } from '../../src/replay/namespace.ts';
import { namespaceTransport } from '../../src/replay/transport.ts';
import type { Transport } from '../../src/transport/port.ts';

export const namespaceOf = (more: Partial<Namespace> = {}): Namespace => ({
  name: 'b',
  base: 'main',
  createdAt: 0,
  dropped: false,
  request: { from: 'earliest', to: null, topologies: [], partitions: null, capture: null },
  topologies: [],
  topics: [],
  collections: [],
  sources: [],
  readers: [],
  ...more,
});

export function withinNamespace(base: Transport): Transport {
  const topics = new Map<string, { readonly topic: string; readonly partitions: number }>();
  const inside = (): Transport => namespaceTransport(base, namespaceOf({ topics: [...topics.values()] }));
  return {
    createTopic: async (topic, options) => {
      const known = topics.get(topic);
      topics.set(topic, { topic, partitions: options.partitions });
      if (known !== undefined) topics.set(topic, known);
      await inside().createTopic(topic, options);
    },
    deleteTopic: topic => inside().deleteTopic(topic),
    topics: () => inside().topics(),
    partitions: topic => inside().partitions(topic),
    bounds: at => inside().bounds(at),
    offsetAt: (at, time) => inside().offsetAt(at, time),
    read: request => inside().read(request),
    append: appends => inside().append(appends),
    grown: (past, signal) => inside().grown(past, signal),
    commit: (group, offsets) => inside().commit(group, offsets),
    committed: group => inside().committed(group),
    applyRetention: now => inside().applyRetention(now),
    close: () => base.close(),
  };
}
