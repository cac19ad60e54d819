/** Local checkpoints and snapshots as a namespace sees them: those of its own tasks under their plain names. */
import type { StateStore } from '../engine/state/store.ts';
import type { Snapshots } from '../snapshots/port.ts';
import { taskNames } from './documents.ts';
import { type Namespace, ownName } from './namespace.ts';

export function namespaceStore(base: StateStore, { name, topologies }: Namespace): StateStore {
  const nameOf = taskNames(name, topologies);
  return {
    head: task => base.head(nameOf(task)),
    entries: (task, step) => base.entries(nameOf(task), step),
    get: (task, step, key) => base.get(nameOf(task), step, key),
    range: (task, step, from, limit, before) => base.range(nameOf(task), step, from, limit, before),
    rangeBack: (task, step, range, limit) => base.rangeBack(nameOf(task), step, range, limit),
    commit: (task, head, changes) => base.commit(nameOf(task), head, changes),
    replacing: (task, fence) => base.replacing(nameOf(task), fence),
    discard: task => base.discard(nameOf(task)),
    close: () => base.close(),
  };
}

/** Names of snapshots begin with that of their task. */
export function namespaceSnapshots(base: Snapshots, { name, topologies }: Namespace): Snapshots {
  const own = new Set(topologies);
  const nameOf = (snapshot: string): string =>
    own.has(snapshot.slice(0, Math.max(0, snapshot.indexOf('/')))) ? ownName(name, snapshot) : snapshot;
  return {
    put: (snapshot, parts) => base.put(nameOf(snapshot), parts),
    get: snapshot => base.get(nameOf(snapshot)),
    list: async prefix => {
      const inside = nameOf(prefix);
      return (await base.list(inside)).map(found => prefix + found.slice(inside.length));
    },
    remove: snapshot => base.remove(nameOf(snapshot)),
    close: () => base.close(),
  };
}
