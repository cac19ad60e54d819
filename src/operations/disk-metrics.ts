/** The room on the disks that a process writes to, as their file systems tell. */
import { statfs } from 'node:fs/promises';
import type { Registry } from 'prom-client';
import { registerReadGauge } from './read-metrics.ts';

/** What a folder is for, and where it is. */
export interface WrittenFolder {
  readonly holds: 'data' | 'state';
  readonly path: string;
}

interface Room {
  readonly holds: string;
  readonly available: number;
  readonly size: number;
}

/** Registers them; the file systems are asked whenever the metrics are read. A folder that is not there tells nothing. */
export function registerDiskMetrics(registry: Registry, folders: readonly WrittenFolder[]): void {
  const each = (of: (room: Room) => number) => async () =>
    (await Promise.all(folders.map(roomOf))).flatMap(room =>
      room === undefined ? [] : [[{ folder: room.holds }, of(room)] as const],
    );
  registerReadGauge(registry, {
    name: 'millrace_disk_available_bytes',
    help: 'Bytes that this process may still write to the disk of a folder: `data`, or `state` where that is another',
    labelNames: ['folder'],
    values: each(({ available }) => available),
  });
  registerReadGauge(registry, {
    name: 'millrace_disk_size_bytes',
    help: 'Bytes that the disk of that folder has, whoever uses them',
    labelNames: ['folder'],
    values: each(({ size }) => size),
  });
}

async function roomOf({ holds, path }: WrittenFolder): Promise<Room | undefined> {
  try {
    const { bavail, blocks, bsize } = await statfs(path);
    return { holds, available: bavail * bsize, size: blocks * bsize };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
