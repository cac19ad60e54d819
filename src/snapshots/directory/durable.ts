import { link, mkdir, open, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Unavailable } from '../../errors.ts';
import { SnapshotExists } from '../port.ts';
import { SnapshotNameClash, systemCode } from './failures.ts';
import { temporaryIn } from './temporary.ts';

type Parts = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** Writes, syncs, and only then gives the file its name: by a link, which never replaces. */
export async function writeOnce(directory: string, path: string, name: string, parts: Parts): Promise<void> {
  await makeFolder(dirname(path), name);
  const temporary = temporaryIn(dirname(path));
  try {
    await writeSynced(temporary.path, parts);
    await publish(temporary.path, path, name);
  } finally {
    await rm(temporary.path, { force: true });
    temporary.release();
  }
  await syncFolders(dirname(path), directory);
}

async function makeFolder(folder: string, name: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    const code = systemCode(error);
    throw code === 'EEXIST' || code === 'ENOTDIR' ? new SnapshotNameClash(name) : error;
  }
}

async function writeSynced(path: string, parts: Parts): Promise<void> {
  await using file = await open(path, 'wx');
  await writeFile(file, parts);
  await file.sync();
}

async function publish(temporary: string, path: string, name: string): Promise<void> {
  try {
    await link(temporary, path);
  } catch (error) {
    throw await refusal(error, path, name);
  }
}

async function refusal(error: unknown, path: string, name: string): Promise<unknown> {
  const code = systemCode(error);
  if (code === 'EEXIST') return (await isFolder(path)) ? new SnapshotNameClash(name) : new SnapshotExists(name);
  if (code !== 'ENOENT') return error;
  return new Unavailable(`Another process removed the unfinished snapshot '${name}'`, 'Write it again', {
    cause: error,
  });
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path)).isDirectory();
}

/** The name, and those of the folders above it, are entries of folders: these must reach the disk as well. */
async function syncFolders(from: string, to: string): Promise<void> {
  for (let folder = from; ; folder = dirname(folder)) {
    await syncFolder(folder);
    if (folder === to) return;
  }
}

async function syncFolder(path: string): Promise<void> {
  await using folder = await open(path, 'r');
  await folder.sync();
}
