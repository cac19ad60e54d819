/** What a process takes of the machine, over time. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

export interface Sample {
  /** Seconds since the soak began. */
  readonly at: number;
  /** Which life of the process it is of, from 1. */
  readonly life: number;
  readonly residentBytes: number;
  /** Of the thread that serves, just after its last full collection; 0 before the first. */
  readonly heapBytes: number;
  /** Of the thread that computes. */
  readonly engineHeapBytes: number;
  /** Events that `intake` has read in this life. */
  readonly events: number;
  readonly openFiles: number;
  readonly timers: number;
  readonly eventLoopP99Seconds: number;
  /** Of the log, the documents and the checkpoints on the disk, together. */
  readonly sqliteBytes: number;
  readonly lagRecords: number;
}

/** Undefined while nobody answers. */
export async function sampleOf(
  url: string,
  data: string,
  { at, life }: Pick<Sample, 'at' | 'life'>,
): Promise<Sample | undefined> {
  let text: string;
  try {
    text = await (await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(10_000) })).text();
  } catch {
    return undefined;
  }
  const of = (name: string, labels = ''): number =>
    text
      .split('\n')
      .filter(line => line.startsWith(`${name} `) || (line.startsWith(`${name}{`) && line.includes(labels)))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
  return {
    at,
    life,
    residentBytes: of('process_resident_memory_bytes'),
    heapBytes: of('millrace_heap_live_bytes', 'thread="server"'),
    engineHeapBytes: of('millrace_heap_live_bytes', 'thread="engine"'),
    events: of('millrace_task_records_total', 'topology="intake"'),
    openFiles: of('process_open_fds'),
    timers: of('nodejs_active_resources', 'type="Timeout"'),
    eventLoopP99Seconds: of('nodejs_eventloop_lag_p99_seconds'),
    sqliteBytes: sqliteBytesIn(data),
    lagRecords: of('millrace_task_lag_records'),
  };
}

const sqliteBytesIn = (folder: string): number =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(name => /\.db(-wal)?$/.test(name))
    .reduce((sum, name) => sum + (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0), 0);
