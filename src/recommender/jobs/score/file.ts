/** Scores as a file for other programs: CSV or Avro, by its extension; whole, or not there. */
import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { MillraceError } from '../../../errors.ts';
import { toContainer } from '../../../stream/container.ts';
import { schema } from '../../../stream/schema.ts';
import { plainOf, tenantOf } from '../../domain/tenant.ts';
import type { UserScores } from './lists.ts';

export class UnknownFileFormat extends MillraceError {
  readonly code = 'UNKNOWN_FILE_FORMAT';
}

/** One item of one list. */
export interface Score {
  readonly userId: string;
  /** From 1. */
  readonly rank: number;
  readonly itemId: string;
  readonly score: number;
  readonly reason: string;
  /** Whose user it is; empty where there is one shop. */
  readonly tenant: string;
}

export const scoreSchema = schema<Score>({
  type: 'record',
  name: 'millrace.Score',
  doc: 'An item of the list of a user.',
  fields: [
    { name: 'userId', type: 'string', doc: 'Whom the list is for, by the id that the tenant knows.' },
    { name: 'rank', type: 'int', doc: 'Place in the list, from 1.' },
    { name: 'itemId', type: 'string', doc: 'The item.' },
    { name: 'score', type: 'double', doc: 'How well it fits; comparable within a list only.' },
    { name: 'reason', type: 'string', doc: 'personal, or popular for a user without a vector.' },
    { name: 'tenant', type: 'string', default: '', doc: 'Whose user it is; empty where there is one shop.' },
  ],
});

type Lists = AsyncIterable<readonly UserScores[]>;
type Written = (lists: Lists, hasTenants: boolean) => AsyncIterable<string | Uint8Array>;
const formats: Readonly<Record<string, Written>> = {
  '.csv': csvLines,
  '.avro': lists => toContainer(scoreSchema, scoresOf(lists)),
};

/** Refuses a file that cannot be written before anything is scored. @throws {UnknownFileFormat} */
export function checkFormat(path: string): void {
  if (formats[extname(path)] !== undefined) return;
  throw new UnknownFileFormat(
    `${basename(path)} ends with none of ${Object.keys(formats).join(' and ')}`,
    'Name the file by what it is to be',
  );
}

/**
 * Writes beside the file first: whoever reads it finds all of one run, or what was there before. Users and items go by the
 * ids that their tenant knows; with `hasTenants` a CSV names the tenant in a column of its own.
 */
export async function writeScores(path: string, lists: Lists, hasTenants: boolean): Promise<void> {
  const made = join(dirname(path), `.${basename(path)}-${randomUUID()}`);
  await mkdir(dirname(path), { recursive: true });
  try {
    const parts = formats[extname(path)]?.(lists, hasTenants) ?? [];
    await pipeline(Readable.from(parts), createWriteStream(made, { flush: true }));
    await rename(made, path);
  } finally {
    await rm(made, { force: true });
  }
}

async function* csvLines(lists: Lists, hasTenants: boolean): AsyncGenerator<string> {
  yield `userId,itemId,rank,score${hasTenants ? ',tenant' : ''}\n`;
  for await (const { userId, itemId, rank, score, tenant } of scoresOf(lists))
    yield `${quoted(userId)},${quoted(itemId)},${rank},${score}${hasTenants ? `,${tenant}` : ''}\n`;
}

async function* scoresOf(lists: Lists): AsyncGenerator<Score> {
  for await (const batch of lists)
    for (const { userId: id, reason, items } of batch) {
      const [tenant, userId] = [tenantOf(id), plainOf(id)];
      for (const [at, { itemId, score }] of items.entries())
        yield { userId, rank: at + 1, itemId: plainOf(itemId), score, reason, tenant };
    }
}

/** As RFC 4180 says. */
const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
