/** Programs of others that look at our files. `.ci/run` installs them; where one is missing its tests are skipped. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { root } from '../../scripts/results.ts';

/** The path of a program: of `.ci/run`, else of the machine; empty where there is none. */
export function linter(name: string): string {
  const folders = [join(root, '.tools/bin'), ...(process.env['PATH'] ?? '').split(delimiter)];
  return folders.map(folder => join(folder, name)).find(path => existsSync(path)) ?? '';
}

export function lint(
  program: string,
  given: readonly string[],
  input = '',
): { readonly status: number; readonly said: string } {
  const { status, stdout, stderr } = spawnSync(program, given, { input, encoding: 'utf8', timeout: 120_000 });
  return { status: status ?? -1, said: stdout + stderr };
}
