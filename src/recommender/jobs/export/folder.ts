/** Writes a folder as a whole: whoever reads it finds all of one export, or what was there before. */
import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { MillraceError } from '../../../errors.ts';

/** The folder holds what an export must not replace. */
export class FolderNotEmpty extends MillraceError {
  readonly code = 'FOLDER_NOT_EMPTY';
}

/** Files by name, each as parts of text or bytes. */
export type Files = Readonly<Record<string, Iterable<string> | AsyncIterable<Uint8Array>>>;

export interface FolderOptions {
  readonly directory: string;
  readonly overwrite: boolean;
  /** Every name that an export may write: a folder with any other is never replaced. */
  readonly own: readonly string[];
}

/** Refuses before anything is made. @throws {FolderNotEmpty} */
export async function checkFolder({ directory, overwrite, own }: FolderOptions): Promise<void> {
  const there = await namesIn(directory);
  const foreign = there.find(name => !own.includes(name));
  if (there.length > 0 && !overwrite)
    throw new FolderNotEmpty(`${directory} is not empty`, 'Give another --out, or replace the export with --overwrite');
  if (foreign !== undefined)
    throw new FolderNotEmpty(`${directory} holds '${foreign}', which no export wrote`, 'Give another --out');
}

/** Writes beside the folder first, then swaps. */
export async function writeFolder({ directory }: FolderOptions, files: Files): Promise<void> {
  const final = resolve(directory);
  const name = `.${basename(final)}-${randomUUID()}`;
  const [made, old] = [join(dirname(final), name), join(dirname(final), `${name}-old`)];
  try {
    await mkdir(made, { recursive: true });
    for (const [file, parts] of Object.entries(files))
      await pipeline(Readable.from(parts), createWriteStream(join(made, file), { flush: true }));
    if ((await namesIn(final)).length > 0) await swap(final, made, old);
    else await rename(made, final); // an empty folder may be there
  } finally {
    await rm(made, { recursive: true, force: true });
  }
}

async function swap(final: string, made: string, old: string): Promise<void> {
  await rename(final, old);
  try {
    await rename(made, final);
  } catch (error) {
    await rename(old, final);
    throw error;
  }
  await rm(old, { recursive: true });
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
