/** A process that is asked how much memory it holds: each line of its standard input that says so, after a collection. */
import { createInterface } from 'node:readline';
import { say } from './kill-switch.ts';

export interface HeldMemory {
  readonly rss: number;
  readonly heapUsed: number;
}

/** Until the standard input ends, which is the order to stop. Started with `--expose-gc`. */
export async function tellMemoryUntilTold(): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) {
    if (line !== 'memory') continue;
    if (globalThis.gc === undefined) throw new Error('Start this process with --expose-gc');
    globalThis.gc();
    const { rss, heapUsed } = process.memoryUsage();
    say(`memory ${JSON.stringify({ rss, heapUsed } satisfies HeldMemory)}`);
  }
}
