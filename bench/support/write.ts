/** Where results go, and what is said of the machine they came out on. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { basename, join, relative } from 'node:path';
import type { Machine, Result } from './shape.ts';

export function write(result: Result): void {
  const folder = join(import.meta.dirname, '../results');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${result.name}.json`), `${JSON.stringify(result, null, 2)}\n`);
}

/** The command that runs this benchmark once more; a path in it would name the machine, so its last part stands. */
export const repeat = (): string => {
  const [script = '', ...given] = process.argv.slice(1);
  const inBench = relative(join(import.meta.dirname, '..'), script).replaceAll('\\', '/');
  return [`npx node bench/${inBench}`, ...given.map(word => basename(word))].join(' ');
};

export const machine = (): Machine => ({
  node: process.version,
  platform: `${process.platform} ${process.arch}`,
  processor: cpus()[0]?.model ?? 'unknown',
  processors: availableParallelism(),
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  load: loadavg().map(load => Math.round(load * 10) / 10),
});
