/** What a thread holds is told as it is after a full collection, whatever garbage lies about. */
import { setImmediate } from 'node:timers/promises';
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { watchLiveHeap } from '../../src/operations/live-heap.ts';
import { collect } from '../../bench/support/collect.ts';
import { registerThreadMemory, threadMemory } from '../../src/operations/thread-memory.ts';

/** A full collection, and until it was told of. */
async function collected(heap: { readonly bytes: number | undefined }): Promise<number> {
  const before = heap.bytes;
  for (;;) {
    collect();
    await setImmediate();
    await setImmediate();
    if (heap.bytes !== undefined && heap.bytes !== before) return heap.bytes;
  }
}

test('what is held counts, and what is garbage does not', async () => {
  using heap = watchLiveHeap();
  const empty = await collected(heap);
  // Far more than what the runner of tests takes or gives back meanwhile.
  let held: unknown[] | undefined = Array.from({ length: 64 }, () => Array.from<number>({ length: 1 << 17 }).fill(0.5));
  const heldBytes = 64 * (1 << 17) * 8;
  const full = await collected(heap);
  expect((full - empty) / heldBytes).toBeGreaterThan(0.75);
  expect(held).toHaveLength(64);
  held = undefined;
  expect((full - (await collected(heap))) / heldBytes).toBeGreaterThan(0.75);
});

test('it is told of both threads, and of none before its first collection', async () => {
  const registry = new Registry();
  const memory = { ...threadMemory({ bytes: undefined }), heapLive: undefined };
  registerThreadMemory(registry, { bytes: 7 }, () => memory);
  expect(await registry.getSingleMetricAsString('millrace_heap_live_bytes')).toMatch(/\{thread="server"\} 7$/);
  const later = new Registry();
  registerThreadMemory(later, { bytes: undefined }, () => ({ ...memory, heapLive: 9 }));
  expect(await later.getSingleMetricAsString('millrace_heap_live_bytes')).toMatch(/\{thread="engine"\} 9$/);
});
