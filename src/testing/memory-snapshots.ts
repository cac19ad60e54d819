import { SnapshotExists, type Snapshots, UnknownSnapshot } from '../snapshots/port.ts';

/** Snapshots in memory: what one release of a topology under test leaves to the next. */
export function memorySnapshots(): Snapshots {
  const all = new Map<string, Uint8Array[]>();
  return {
    async put(name, parts) {
      if (all.has(name)) throw new SnapshotExists(name);
      const whole: Uint8Array[] = [];
      for await (const part of parts) whole.push(part);
      all.set(name, whole);
    },
    async *get(name) {
      const parts = all.get(name);
      if (parts === undefined) throw new UnknownSnapshot(name);
      yield* parts;
    },
    list: async prefix => [...all.keys()].filter(name => name.startsWith(prefix)).sort(),
    remove: async name => void all.delete(name),
    close: async () => {},
  };
}
