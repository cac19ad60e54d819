import { randomUUID } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { systemCode } from './failures.ts';

/** No snapshot's name has a tilde, so what begins with one is never taken for a snapshot. */
const TEMPORARY = /^~(\d+)-[0-9a-f-]+$/;

/** Files being written by this process. */
const inUse = new Set<string>();

/** A name beside the final file, so that linking stays inside one file system. `release` it when it is removed. */
export function temporaryIn(folder: string): { readonly path: string; release(): void } {
  const path = join(folder, `~${process.pid}-${randomUUID()}`);
  inUse.add(path);
  return { path, release: () => inUse.delete(path) };
}

/**
 * Removes what crashed processes left. A process whose life we cannot see (another container on a shared disk,
 * another thread) may lose a file it is writing: its `put` then fails as `Unavailable` and is tried again.
 */
export function removeLeftovers(directory: string): void {
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && isLeftover(entry.name, path)) rmSync(path, { force: true });
  }
}

function isLeftover(name: string, path: string): boolean {
  const writer = TEMPORARY.exec(name)?.[1];
  if (writer === undefined || inUse.has(path)) return false;
  return Number(writer) === process.pid || !isAlive(Number(writer));
}

function isAlive(processId: number): boolean {
  try {
    return process.kill(processId, 0);
  } catch (error) {
    return systemCode(error) !== 'ESRCH';
  }
}
