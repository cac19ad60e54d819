import { copyFile, lstat, mkdir, readlink, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { run } from './run.ts';

/**
 * Copies what a commit of everything would hold: tracked files and new ones, none that git ignores.
 * `modules` is the folder of installed packages that the copy links to; without one it has none.
 */
export async function copyCheckout(from: string, to: string, modules?: string): Promise<void> {
  for (const path of await filesOf(from)) {
    await mkdir(dirname(join(to, path)), { recursive: true });
    await copy(join(from, path), join(to, path));
  }
  if (modules !== undefined) await symlink(modules, join(to, 'node_modules'));
}

async function filesOf(folder: string): Promise<string[]> {
  const given = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate'];
  const { status, output } = await run({ command: 'git', given, folder, limit_ms: 60_000 });
  if (status !== 0) throw new Error(`git cannot list the files of ${folder}: ${output}`);
  return output.split('\0').filter(path => path !== '');
}

/** A tracked file that was removed, and not yet committed, is no part of the copy. */
async function copy(from: string, to: string): Promise<void> {
  const stats = await lstat(from).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (stats === undefined) return;
  if (stats.isSymbolicLink()) await symlink(await readlink(from), to);
  else await copyFile(from, to);
}
