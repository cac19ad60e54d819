/**
 * How do time and memory of the model grow, from 0.1 to 20 million ratings?
 * `node bench/als/growth.ts [--sizes 100k,1m,10m,20m] [--factors 64] [--threads 2] [--sweeps 5]`: for each size a process of
 * its own takes the ratings in and trains a generation (bench/support/als/grow.ts); they come from a file, so that making
 * them is in nobody's memory. Results go to bench/results/als-growth.json.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { z } from 'zod';
import { nameOf } from '../support/als/data.ts';
import { Grown } from '../support/als/grown.ts';
import { recordBytes, writeRating } from '../support/als/records.ts';
import { shapes, synthetic, type Shape } from '../support/als/synthetic.ts';
import { keep } from '../support/als/keep.ts';
import { machine, repeat } from '../support/write.ts';

const { values: flags } = parseArgs({
  options: {
    sizes: { type: 'string', default: '100k,1m,10m,20m' },
    factors: { type: 'string', default: '64' },
    threads: { type: 'string', default: '2' },
    sweeps: { type: 'string', default: '5' },
  },
});

const rows = flags.sizes.split(',').map(size => {
  const shape = shapes[size];
  if (shape === undefined) throw new Error(`'${size}' is no size: give some of ${Object.keys(shapes).join(', ')}`);
  const grown = grow(shape);
  console.error(`${nameOf(shape)}: ${JSON.stringify(grown)}`);
  return { ratings: shape.ratings, users: shape.users, items: shape.items, ...grown };
});
console.table(rows);
keep({
  kind: 'table',
  name: 'als-growth',
  question: `How do time and memory grow with the ratings, k = ${flags.factors}, ${flags.threads} threads?`,
  repeat: repeat(),
  machine: machine(),
  notes: [
    'Synthetic ratings of a realistic skew. Load: from a file into the histories, as a backlog is taken in: nothing is solved yet.',
    'Generation: frozen, trained (both models), adopted. Memory: the most that the process ever had resident, after each.',
  ],
  settings: { factors: Number(flags.factors), threads: Number(flags.threads), sweeps: Number(flags.sweeps) },
  columns: [
    { name: 'ratings' },
    { name: 'users' },
    { name: 'items' },
    { name: 'load, s', better: 'less' },
    { name: 'generation, s', better: 'less' },
    { name: 'GiB loaded', better: 'less' },
    { name: 'GiB in the end', better: 'less' },
  ],
  rows,
});

function grow(shape: Shape): z.infer<typeof Grown> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-growth-'));
  try {
    const file = join(folder, 'ratings');
    writeRatings(file, shape);
    const script = join(import.meta.dirname, '../support/als/grow.ts');
    const given = [script, file, flags.factors, flags.threads, flags.sweeps];
    const { stdout, status } = spawnSync(process.execPath, given, { stdio: ['ignore', 'pipe', 'inherit'] });
    if (status !== 0) throw new Error(`${script} ended with ${status}`);
    return Grown.parse(JSON.parse(stdout.toString()));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function writeRatings(path: string, shape: Shape): void {
  const file = openSync(path, 'w');
  const buffer = Buffer.alloc(recordBytes * 100_000);
  let at = 0;
  for (const rating of synthetic(shape, 1)) {
    at = writeRating(rating, buffer, at);
    if (at < buffer.length) continue;
    writeSync(file, buffer);
    at = 0;
  }
  writeSync(file, buffer, 0, at);
  closeSync(file);
}
