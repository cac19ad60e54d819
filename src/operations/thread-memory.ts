import type { Registry } from 'prom-client';
import type { LiveHeap } from './live-heap.ts';
import { registerReadGauge } from './read-metrics.ts';

/** Bytes of what the engine's thread has in memory; the default metrics of a process know those of its first thread alone. */
export interface ThreadMemory {
  /** In use, with what nobody needs any more and no collection has come to yet. */
  readonly heapUsed: number;
  readonly heapTotal: number;
  /** Buffers, and what native code holds. */
  readonly external: number;
  /** In use just after the last full collection; undefined before the first. */
  readonly heapLive: number | undefined;
}

/** Of this thread. */
export function threadMemory({ bytes }: Pick<LiveHeap, 'bytes'>): ThreadMemory {
  const { heapUsed, heapTotal, external } = process.memoryUsage();
  return { heapUsed, heapTotal, external, heapLive: bytes };
}

/** `server` is the heap of the thread that is asked, `memory` that of the engine's. */
export function registerThreadMemory(
  registry: Registry,
  server: Pick<LiveHeap, 'bytes'>,
  memory: () => ThreadMemory | undefined,
): void {
  registerReadGauge(registry, {
    name: 'millrace_heap_live_bytes',
    help: 'Heap of a thread in use just after its last full collection: what it really holds',
    labelNames: ['thread'],
    values: () => [
      [{ thread: 'server' }, server.bytes],
      [{ thread: 'engine' }, memory()?.heapLive],
    ],
  });
  registerReadGauge(registry, {
    name: 'millrace_engine_memory_bytes',
    help: "Memory of the engine's thread: its heap in use, its heap in all, and what lies outside of the heap",
    labelNames: ['kind'],
    values: () => {
      const now = memory();
      return [
        [{ kind: 'heap_used' }, now?.heapUsed],
        [{ kind: 'heap_total' }, now?.heapTotal],
        [{ kind: 'external' }, now?.external],
      ] as const;
    },
  });
}
