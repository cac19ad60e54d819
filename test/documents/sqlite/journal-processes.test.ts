import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { JournalEntry } from '../../../src/documents/port.ts';
import { openSqliteDocuments } from '../../../src/documents/sqlite/documents.ts';
import { Elsewhere } from './elsewhere.ts';

const program = fileURLToPath(new URL('../../support/journal-from-elsewhere.ts', import.meta.url));
const task = 'trends/0';

let directory: string;
let path: string;
let elsewhere: Elsewhere[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'millrace-journal-'));
  path = join(directory, 'documents.sqlite');
  elsewhere = [];
});

afterEach(async () => {
  await Promise.all(elsewhere.map(each => each.kill()));
  await rm(directory, { recursive: true });
});

test('after kill -9 every acknowledged plan is in the journal, and epochs have no gap', async () => {
  const acknowledged: string[] = [];
  for (const appends of [1, 40, 150]) {
    const writer = begin();
    await writer.saysLines(appends);
    await writer.kill();
    acknowledged.push(...writer.lines);
    const found = await journalled();
    expect(found.map(({ epoch }) => epoch)).toEqual(found.map((_, n) => n + 1));
    expect(found.map(lineOf)).toEqual(expect.arrayContaining(acknowledged));
    // At most one append of each life was done without being acknowledged.
    expect(found.length - acknowledged.length).toBeLessThanOrEqual(elsewhere.length);
  }
});

test('of processes that take a task over from each other the newest alone goes on', async () => {
  const writers = [];
  for (let n = 0; n < 4; n += 1) {
    const writer = begin();
    await writer.saysLines(20);
    writers.push(writer);
  }
  await writers.at(-1)?.kill();
  await Promise.all(writers.map(writer => writer.ends()));
  for (const writer of writers.slice(0, -1)) expect(writer.lines.at(-1)).toBe('fenced');

  const acknowledged = writers.flatMap(writer => writer.lines).filter(line => line !== 'fenced');
  const found = (await journalled()).map(lineOf);
  expect(new Set(acknowledged).size).toBe(acknowledged.length);
  expect(found).toEqual(expect.arrayContaining(acknowledged));
  expect(found.length - acknowledged.length).toBeLessThanOrEqual(1);
});

test('processes that make the file at the same moment all come to use it', async () => {
  const writers = Array.from({ length: 4 }, begin);
  await Promise.race(writers.map(writer => writer.ends()));
  await Promise.all(writers.map(writer => writer.saysLines(1)));
  const newest = openSqliteDocuments({ path, clock: () => 0 });
  await newest.journal.takeFence(task);
  await Promise.all(writers.map(writer => writer.ends()));
  await newest.close();
  for (const writer of writers) expect(writer.lines.at(-1)).toBe('fenced');
});

function begin(): Elsewhere {
  const writer = new Elsewhere([program, path, task]);
  elsewhere.push(writer);
  return writer;
}

async function journalled(): Promise<readonly JournalEntry[]> {
  const documents = openSqliteDocuments({ path, clock: () => 0 });
  const found = await documents.journal.after(task, 0, 1_000_000);
  await documents.close();
  return found;
}

/** The line that its writer prints for an entry, read from the plan itself. */
function lineOf({ epoch, plan }: JournalEntry): string {
  const [, fence, planned] = /^plan of fence (\d+), epoch (\d+)$/.exec(plan) ?? [];
  expect(Number(planned)).toBe(epoch);
  return `${fence} ${planned}`;
}
