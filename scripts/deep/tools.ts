/** Programs of others: those of the machine, and those that are installed into `.tools/deep`, which git ignores. */
import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { root } from '../results.ts';
import { type Command, run } from '../run.ts';
import { type Log, Missing } from './part.ts';

const minute_ms = 60_000;

export const toolsFolder = join(root, '.tools/deep');

/** The path of a program of this machine. @throws {Missing} where it is not installed */
export function program(name: string, remedy: string): string {
  const folders = [join(root, '.tools/bin'), ...(process.env['PATH'] ?? '').split(delimiter)];
  const path = folders.map(folder => join(folder, name)).find(candidate => existsSync(candidate));
  if (path === undefined) throw new Missing(`${name} is not installed`, remedy);
  return path;
}

/** What has to be root, such as mounting. @throws {Missing} for anybody else */
export function asRoot(what: string): void {
  if (process.getuid?.() !== 0) throw new Missing(`${what} takes root`, 'Run it in a container of yours, as root');
}

/**
 * A file or folder of `.tools/deep`, made where it is not there yet. It is made beside its place and moved there when it
 * is whole: what was interrupted is made again. Names have versions in them, so another pin is another folder.
 */
export async function installed(log: Log, name: string, make: (folder: string) => Promise<string>): Promise<string> {
  const path = join(toolsFolder, name);
  if (existsSync(path)) return path;
  log.doing(`installs ${name} into .tools/deep`);
  await mkdir(dirname(path), { recursive: true });
  const folder = mkdtempSync(join(toolsFolder, '.making-'));
  try {
    renameSync(await make(folder), path);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return path;
}

type Asked = Omit<Command, 'limit_ms'> & { readonly limit_ms?: number };

/** Runs a program and answers what it printed on its standard output. @throws with the end of that where it fails or takes longer than its limit */
export async function said({ limit_ms = 5 * minute_ms, ...command }: Asked): Promise<string> {
  const { status, output, printed } = await run({ ...command, limit_ms });
  if (status === 0) return printed;
  const how = status === null ? `was killed, within its limit of ${limit_ms / 1_000} s or not` : `ended with ${status}`;
  const name = [command.command.split('/').at(-1), ...command.given.slice(0, 3)].join(' ');
  throw new Error(`${name} ${how}: ${output.trim().split('\n').slice(-25).join('\n')}`);
}
