/** Items of a journal: its head, and its plans under the lineage they belong to. All lie in the task's partition. */
import type { Json, JournalEntry, JournalHead } from '../port.ts';
import { isObject, type Item } from './item.ts';
import { UnexpectedAnswer } from './failures.ts';

export const headId = 'head';
const schemaVersion = 1;

/** Plans of an earlier life of the task, which a reset has left to be removed. */
export interface Leftovers {
  readonly lineage: number;
  readonly after: number;
  readonly upTo: number;
}

export interface Head extends JournalHead {
  /** Plans up to this epoch are forgotten. */
  readonly trimmed: number;
  readonly leftovers: Leftovers | null;
}

export interface FoundHead extends Head {
  readonly etag: string;
}

export const newHead: Head = { fence: 1, lineage: 0, epoch: 0, trimmed: 0, leftovers: null };

export const planId = (lineage: number, epoch: number): string => `plan:${lineage}:${epoch}`;

export function headItem(task: string, head: Head, updatedAt: number): Item {
  const { fence, lineage, epoch, trimmed, leftovers } = head;
  const counts = { fence, lineage, epoch, trimmed, leftovers: leftovers === null ? null : { ...leftovers } };
  return { id: headId, task, schemaVersion, ...counts, updatedAt };
}

export function planItem(task: string, { fence, lineage }: Head, entry: JournalEntry, updatedAt: number): Item {
  const { epoch, plan } = entry;
  return { id: planId(lineage, epoch), task, schemaVersion, fence, lineage, epoch, plan, updatedAt };
}

export function foundHead(where: string, item: unknown, etag: string | undefined): FoundHead {
  const number = (of: unknown): number => {
    if (typeof of !== 'number') throw new UnexpectedAnswer(where, 'a head of a journal without its numbers');
    return of;
  };
  if (!isObject(item) || etag === undefined) throw new UnexpectedAnswer(where, 'a head of a journal that is none');
  return {
    fence: number(item['fence']),
    lineage: number(item['lineage']),
    epoch: number(item['epoch']),
    trimmed: number(item['trimmed']),
    leftovers: leftoversOf(item['leftovers'], number),
    etag,
  };
}

function leftoversOf(of: Json | undefined, number: (of: unknown) => number): Leftovers | null {
  if (!isObject(of)) return null;
  return { lineage: number(of['lineage']), after: number(of['after']), upTo: number(of['upTo']) };
}

export function entryOf(where: string, item: unknown): JournalEntry {
  if (isObject(item) && typeof item['epoch'] === 'number' && typeof item['plan'] === 'string')
    return { epoch: item['epoch'], plan: item['plan'] };
  throw new UnexpectedAnswer(where, 'a plan of a journal that is none');
}
