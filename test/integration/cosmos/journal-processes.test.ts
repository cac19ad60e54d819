/** Journals in Cosmos DB under processes that are killed, and that take tasks over from each other. */
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { JournalEntry } from '../../../src/documents/port.ts';
import { Elsewhere } from '../../documents/sqlite/elsewhere.ts';
import { makeContainers, openDocuments } from '../../support/cosmos/place.ts';
import { type FixtureProcess, startFixtureProcess } from '../../support/cosmos/process.ts';

const program = fileURLToPath(new URL('../../support/journal-from-elsewhere.ts', import.meta.url));
const task = 'trends/0';

let fixture: FixtureProcess;
let elsewhere: Elsewhere[];

beforeEach(async () => {
  fixture = await startFixtureProcess();
  await makeContainers(fixture, ['journals']);
  elsewhere = [];
});

afterEach(async () => {
  await Promise.all(elsewhere.map(each => each.kill()));
  await fixture[Symbol.asyncDispose]();
});

test('after kill -9 of writer and service every acknowledged plan is in the journal, and epochs have no gap', async () => {
  const acknowledged: string[] = [];
  for (const appends of [1, 30]) {
    const writer = begin();
    await writer.saysLines(appends);
    await writer.kill();
    acknowledged.push(...writer.lines);
    await fixture.kill();
    await fixture.restart();
    const found = await journalled();
    expect(found.map(({ epoch }) => epoch)).toEqual(found.map((_, n) => n + 1));
    expect(found.map(lineOf)).toEqual(expect.arrayContaining(acknowledged));
    // At most one append of each life was done without being acknowledged.
    expect(found.length - acknowledged.length).toBeLessThanOrEqual(elsewhere.length);
  }
});

test('of processes that take a task over from each other the newest alone goes on', async () => {
  const writers = [];
  for (let n = 0; n < 3; n += 1) {
    const writer = begin();
    await writer.saysLines(10);
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

function begin(): Elsewhere {
  const writer = new Elsewhere([program, fixture.endpoint, task], { COSMOS_KEY: fixture.key });
  elsewhere.push(writer);
  return writer;
}

async function journalled(): Promise<readonly JournalEntry[]> {
  const documents = await openDocuments(fixture);
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
