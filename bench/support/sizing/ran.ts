/** A command of Millrace's in a process of its own, and what that has taken until it ended. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const told = z.strictObject({ peak_bytes: z.number(), cpu_s: z.number() });
export type Taken = z.infer<typeof told>;

export const main = join(import.meta.dirname, '../../../src/cli/main.ts');

/** @throws where it fails */
export async function ran(words: readonly string[], folder: string, env: NodeJS.ProcessEnv = {}): Promise<Taken> {
  const file = join(folder, 'told.json');
  const child = spawn(process.execPath, ['--import', join(import.meta.dirname, 'told.ts'), ...words], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ...env, BENCH_TOLD: file },
  });
  await once(child, 'exit');
  const { exitCode } = child;
  if (exitCode !== 0) throw new Error(`${words.slice(1).join(' ')} ended with ${exitCode}`);
  const taken = told.parse(JSON.parse(readFileSync(file, 'utf8')));
  rmSync(file);
  return taken;
}
