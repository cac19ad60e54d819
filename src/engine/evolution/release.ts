/** What tells one release of a topology from another: its journalled plans are carried out by their own release alone. */
import { createHash } from 'node:crypto';
import type { TaskRuntime } from '../runtime.ts';
import type { Edge } from '../trail.ts';

/**
 * A fingerprint of all that the engine knows of what a task does: what it reads and for whom its event time waits, how it
 * is wired, what its steps keep, what it writes and for whom it marks event time, and the version that the topology
 * declares. So another writer of an input makes another release of its readers, whose records carry other watermarks.
 * Former writers are no part of it: where they are declared, what stopped goes on. Code that the wiring does not show it
 * cannot know.
 */
export function releaseOf(task: TaskRuntime, edges: readonly Edge[]): string {
  const { version = '', rekeyed = {} } = task.evolution;
  const reads = [...task.inputs.values()].map(({ stream, timed, lateness, idleAfter, options, producers }) => {
    const { all = false, upTo, invalid = 'report' } = options;
    return [stream.name, all, upTo?.name ?? '', invalid, timed, lateness, idleAfter, producers];
  });
  const steps = [...task.steps].map(([name, { kind, identity }]) => [name, kind, identity, rekeyed[name] ?? '']);
  const writes = [...task.outputs.values()].map(({ stream, timed }) => [stream.name, timed]);
  const all = [version, reads, steps, writes, [...task.collections], edges];
  return createHash('sha256').update(JSON.stringify(all)).digest('hex').slice(0, letters);
}

/** Of a fingerprint: 48 bits tell the few releases of a topology apart. */
const letters = 12;
