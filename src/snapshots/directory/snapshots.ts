import { mkdirSync, type Dirent } from 'node:fs';
import { open, readdir, rm, type FileHandle } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { isSnapshotName, snapshotName, snapshotPrefix } from '../name.ts';
import { UnknownSnapshot, type Snapshots } from '../port.ts';
import { writeOnce } from './durable.ts';
import { asPortError, systemCode } from './failures.ts';
import { removeLeftovers } from './temporary.ts';

const PART_BYTES = 64 * 1024;
const NOT_THERE = new Set(['ENOENT', 'ENOTDIR', 'EISDIR', 'ERR_FS_EISDIR']);

/**
 * Snapshots as plain files under a folder, which is made where missing; any number of processes may share it.
 * It must allow hard links. Opening removes what crashed writers left behind.
 */
export function openDirectorySnapshots(options: { readonly directory: string }): Snapshots {
  const directory = resolve(options.directory);
  mkdirSync(directory, { recursive: true });
  removeLeftovers(directory);
  const pathOf = (name: string): string => join(directory, snapshotName(name));

  async function translated<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      throw asPortError(error, directory);
    }
  }

  return {
    async put(name, parts) {
      await translated(writeOnce(directory, pathOf(name), name, parts));
    },

    async *get(name) {
      await using file = await translated(openToRead(pathOf(name), name));
      for (;;) {
        const part = await translated(nextPart(file, name));
        if (part.length === 0) return;
        yield part;
      }
    },

    async list(prefix) {
      const folder = snapshotPrefix(prefix).slice(0, prefix.lastIndexOf('/') + 1);
      const names = await translated(namesUnder(directory, folder));
      return names.filter(name => name.startsWith(prefix)).sort();
    },

    async remove(name) {
      await translated(removeFile(pathOf(name)));
    },

    async close() {
      // Nothing is held open between calls.
    },
  };
}

async function openToRead(path: string, name: string): Promise<FileHandle> {
  return unlessMissing(open(path, 'r'), () => {
    throw new UnknownSnapshot(name);
  });
}

/** A folder can be opened, and tells what it is when it is read. */
async function nextPart(file: FileHandle, name: string): Promise<Uint8Array> {
  const read = file.read(new Uint8Array(PART_BYTES));
  const { buffer, bytesRead } = await unlessMissing(read, () => {
    throw new UnknownSnapshot(name);
  });
  return buffer.subarray(0, bytesRead);
}

async function namesUnder(directory: string, folder: string): Promise<string[]> {
  const reading = readdir(join(directory, folder), { recursive: true, withFileTypes: true });
  const entries: Dirent[] = await unlessMissing(reading, () => []);
  return entries
    .filter(entry => entry.isFile())
    .map(entry => relative(directory, join(entry.parentPath, entry.name)).replaceAll(sep, '/'))
    .filter(isSnapshotName);
}

async function removeFile(path: string): Promise<void> {
  await unlessMissing(rm(path), () => undefined);
}

async function unlessMissing<T>(work: Promise<T>, otherwise: () => T): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (NOT_THERE.has(systemCode(error) ?? '')) return otherwise();
    throw error;
  }
}
