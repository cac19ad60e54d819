import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Unavailable } from '../../../src/errors.ts';
import { SnapshotNameClash } from '../../../src/snapshots/directory/failures.ts';
import { openDirectorySnapshots } from '../../../src/snapshots/directory/snapshots.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'millrace-snapshots-'));
});

afterEach(() => rm(directory, { recursive: true }));

const filesIn = async (folder: string): Promise<string[]> => (await readdir(folder)).sort();

/** The id of a process that has ended. */
function endedProcess(): number {
  return spawnSync(process.execPath, ['-e', '']).pid;
}

test('a snapshot is a plain file under its name, and nothing else stays in its folder', async () => {
  const snapshots = openDirectorySnapshots({ directory });
  await snapshots.put('train/0/42.avro', [Buffer.from('vectors')]);
  expect(await readFile(join(directory, 'train', '0', '42.avro'), 'utf8')).toBe('vectors');
  await expect(snapshots.put('train/0/42.avro', [])).rejects.toThrow('exists');
  expect(await filesIn(join(directory, 'train', '0'))).toEqual(['42.avro']);
});

test('parts are read 64 KiB at a time', async () => {
  const snapshots = openDirectorySnapshots({ directory });
  await snapshots.put('a', [new Uint8Array(150_000)]);
  const lengths = [];
  for await (const part of snapshots.get('a')) lengths.push(part.length);
  expect(lengths).toEqual([65_536, 65_536, 150_000 - 2 * 65_536]);
});

test('what a crash left is never listed, and is removed at the next opening', async () => {
  const leftover = `~${endedProcess()}-00000000-0000-4000-8000-000000000000`;
  const mine = `~${process.pid}-00000000-0000-4000-8000-000000000000`;
  const living = `~${process.ppid}-00000000-0000-4000-8000-000000000000`;
  const snapshots = openDirectorySnapshots({ directory });
  await snapshots.put('train/a', [Buffer.from('whole')]);
  for (const name of [leftover, mine, living]) await writeFile(join(directory, 'train', name), 'torn');
  expect(await snapshots.list('')).toEqual(['train/a']);
  const again = openDirectorySnapshots({ directory });
  expect(await filesIn(join(directory, 'train'))).toEqual(['a', living].sort());
  expect(await again.list('')).toEqual(['train/a']);
});

test('opening leaves alone what this process is writing', async () => {
  const snapshots = openDirectorySnapshots({ directory });
  async function* parts(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('first ');
    openDirectorySnapshots({ directory });
    yield Buffer.from('second');
  }
  await snapshots.put('a', parts());
  expect(await readFile(join(directory, 'a'), 'utf8')).toBe('first second');
});

test('a writer whose unfinished file was taken away may try again', async () => {
  const snapshots = openDirectorySnapshots({ directory });
  async function* robbed(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('first');
    for (const file of await readdir(directory)) await rm(join(directory, file));
  }
  await expect(snapshots.put('a', robbed())).rejects.toThrow(Unavailable);
  await snapshots.put('a', [Buffer.from('again')]);
  expect(await snapshots.list('')).toEqual(['a']);
});

test('a name that is a folder, or lies in a snapshot, is a clash', async () => {
  const snapshots = openDirectorySnapshots({ directory });
  await snapshots.put('a/b', []);
  await expect(snapshots.put('a', [])).rejects.toThrow(SnapshotNameClash);
  await expect(snapshots.put('a/b/c', [])).rejects.toThrow(SnapshotNameClash);
  await expect(snapshots.put('a/b/c/d', [])).rejects.toThrow(SnapshotNameClash);
  expect(await snapshots.list('')).toEqual(['a/b']);
});

test('files of others in the folder are no snapshots', async () => {
  const snapshots = openDirectorySnapshots({ directory });
  await mkdir(join(directory, '.cache'));
  for (const name of ['.DS_Store', '.cache/x', 'two words']) await writeFile(join(directory, name), '');
  expect(await snapshots.list('')).toEqual([]);
});
