/** The files that Capture has written, by hub and partition, from their places in the tree. */
import { readdir } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { BrokenCapture } from './container.ts';

/** Paths of the files of a partition, by `hub/partition`. */
export type CaptureFiles = ReadonlyMap<string, readonly string[]>;

/** `{Namespace}/{EventHub}/{PartitionId}/{Year}/{Month}/{Day}/{Hour}/{Minute}/{Second}.avro`, from the hub on. */
const layout = /(?:^|\/)([\w.-]+)\/(\d+)\/\d{4}\/\d{2}\/\d{2}\/\d{2}\/\d{2}\/\d{2}\.avro$/;

/** @throws {BrokenCapture} where there is no such folder, or nothing in it */
export async function captureFiles(directory: string): Promise<CaptureFiles> {
  const files = new Map<string, string[]>();
  const roots = new Map<string, string>();
  for (const path of await pathsIn(directory)) {
    const found = layout.exec(path);
    if (found === null) continue;
    const place = `${found[1] ?? ''}/${found[2] ?? ''}`;
    const root = path.slice(0, found.index);
    if ((roots.get(place) ?? root) !== root)
      throw new BrokenCapture(
        `${directory} holds ${place} of '${roots.get(place) ?? ''}' and of '${root}'`,
        'Name the folder of one of the two',
      );
    roots.set(place, root);
    files.set(place, [...(files.get(place) ?? []), join(directory, path)]);
  }
  if (files.size > 0) return files;
  throw new BrokenCapture(
    `${directory} holds no file that Capture has written`,
    'Name the folder above {EventHub}/{PartitionId}/{Year}/{Month}/{Day}/{Hour}/{Minute}/{Second}.avro',
  );
}

async function pathsIn(directory: string): Promise<string[]> {
  try {
    const paths = await readdir(directory, { recursive: true });
    return paths.map(path => path.split(sep).join('/')).sort();
  } catch (cause) {
    throw new BrokenCapture(`${directory} cannot be read`, 'Name a folder that is there', { cause });
  }
}
