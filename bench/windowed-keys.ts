/**
 * How many records a second go through a windowed count of a whole task, by how many keys there are, and what a key takes of
 * the heap while its window is open? A process of its own for each number of keys, its state in a file.
 * `node bench/windowed-keys.ts [RUNS]`
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { report, together } from './report.ts';

const [runs = 3] = process.argv.slice(2).map(Number);
const million = 1_000_000;
const counts = [10, 1_000, 100_000, million, 10 * million];
const Measured = z.strictObject({ recordsPerSecond: z.number(), heapByKey: z.number() });

/** The largest takes gigabytes, more than a process has by itself. */
const heap_MiB = 12_000;
const script = join(import.meta.dirname, 'support/windowed-keys.ts');

async function measure(keys: number): Promise<z.infer<typeof Measured>> {
  const given = [
    '--expose-gc',
    `--max-old-space-size=${heap_MiB}`,
    script,
    String(keys),
    String(Math.max(million, keys)),
  ];
  const { stdout } = await promisify(execFile)(process.execPath, given, { timeout: 600_000 });
  return Measured.parse(JSON.parse(stdout));
}

const measured = counts.map(keys => ({ keys, of: together(() => measure(keys)) }));

await report({
  name: 'windowed-keys',
  question:
    'A count in windows of an hour, told on close, of a million records, or one of each key where those are more',
  unit: 'records/s',
  better: 'more',
  warmUp: false,
  runs,
  notes: ['10,000 records an epoch, all keys equally often; no window closes before the last record. Log in memory.'],
  rivals: [
    ...measured.map(({ keys, of }) => ({
      subject: 'records,',
      name: `${keys.toLocaleString('en')} keys`,
      run: of(({ recordsPerSecond }) => recordsPerSecond),
    })),
    ...measured
      .filter(({ keys }) => keys >= 100_000)
      .map(({ keys, of }) => ({
        subject: 'heap of an open window,',
        name: `${keys.toLocaleString('en')} keys`,
        unit: 'bytes a key',
        better: 'less' as const,
        run: of(({ heapByKey }) => heapByKey),
      })),
  ],
});
