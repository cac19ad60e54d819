/** Forgets what a run has left in its folder. */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Everything that a run leaves in its folder, and nothing else that somebody may keep there. */
const leftovers = ['log.db', 'documents.db', 'state.db'].flatMap(name =>
  ['', '-wal', '-shm', '-bell'].map(end => name + end),
);
const folders = ['snapshots', 'schemas'];

export function forget(data: string): void {
  for (const name of leftovers) rmSync(join(data, name), { force: true });
  for (const name of folders) if (existsSync(join(data, name))) rmSync(join(data, name), { recursive: true });
}
