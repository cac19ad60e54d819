/** A sink into files: one a task, NDJSON, each value once, since the position is kept with the end of what was written. */
import { constants } from 'node:fs';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { BatchSink, Delivery } from '../../src/index.ts';

/** Behind which the file holds nothing that counts: what a crash left there is written over. */
const Kept = z.strictObject({ lineage: z.int(), epoch: z.int(), bytes: z.int() });
type Kept = z.infer<typeof Kept>;

export class FileSink<T> implements BatchSink<T> {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async write(values: readonly T[], { task, lineage, epoch }: Delivery): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    const path = join(this.#folder, `${task.replace('/', '-')}.ndjson`);
    const kept = await keptOf(path);
    if (lineage < kept.lineage || (lineage === kept.lineage && epoch <= kept.epoch)) return;
    const bytes = Buffer.from(values.map(value => `${JSON.stringify(value)}\n`).join(''));
    const file = await open(path, constants.O_RDWR | constants.O_CREAT);
    try {
      await file.truncate(kept.bytes);
      await file.write(bytes, 0, bytes.length, kept.bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await keep(path, { lineage, epoch, bytes: kept.bytes + bytes.length });
  }
}

const positionOf = (path: string): string => `${path}.position`;

async function keptOf(path: string): Promise<Kept> {
  try {
    return Kept.parse(JSON.parse(await readFile(positionOf(path), 'utf8')));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      return { lineage: -1, epoch: -1, bytes: 0 };
    throw error;
  }
}

/** Renaming is all or nothing: the file has one position, before or behind the values. */
async function keep(path: string, kept: Kept): Promise<void> {
  const beside = `${positionOf(path)}.new`;
  const file = await open(beside, 'w');
  try {
    await file.writeFile(JSON.stringify(kept));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(beside, positionOf(path));
}
