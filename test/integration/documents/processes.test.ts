/**
 * Documents and journals under processes that race, take tasks over from each other and are killed, with the store's own
 * process where it has one: one suite, on every store.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Documents, JournalEntry } from '../../../src/documents/port.ts';
import { openSqliteDocuments } from '../../../src/documents/sqlite/documents.ts';
import { makeContainers, openDocuments } from '../../support/cosmos/place.ts';
import { startFixtureProcess } from '../../support/cosmos/process.ts';
import { Elsewhere } from '../../support/elsewhere.ts';

const plans = fileURLToPath(new URL('../../support/documents/journal-from-elsewhere.ts', import.meta.url));
const writes = fileURLToPath(new URL('../../support/documents/writes-from-elsewhere.ts', import.meta.url));
const task = 'trends/0';
const collection = 'raced';

/** A store that processes may share: durable, whoever is killed. */
interface Store extends AsyncDisposable {
  readonly path: string;
  readonly environment: Readonly<Record<string, string>>;
  connect(): Promise<Documents>;
  /** Kills the store's own process and starts it again; nothing where it has none. */
  breakDown(): Promise<void>;
}

async function sqlite(): Promise<Store> {
  const directory = await mkdtemp(join(tmpdir(), 'millrace-processes-'));
  const path = join(directory, 'documents.sqlite');
  return {
    path,
    environment: {},
    connect: async () => openSqliteDocuments({ path, clock: () => 0 }),
    breakDown: async () => {},
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true }),
  };
}

async function cosmos(): Promise<Store> {
  const fixture = await startFixtureProcess();
  await makeContainers(fixture, ['journals', collection]);
  return {
    path: fixture.endpoint,
    environment: { COSMOS_KEY: fixture.key },
    connect: () => openDocuments(fixture),
    breakDown: async () => {
      await fixture.kill();
      await fixture.restart();
    },
    [Symbol.asyncDispose]: () => fixture[Symbol.asyncDispose](),
  };
}

describe.each(Object.entries({ sqlite, cosmos }))('in %s', (_, open) => {
  let store: Store;
  let elsewhere: Elsewhere[];

  beforeEach(async () => {
    elsewhere = [];
    store = await open();
  });
  afterEach(async () => {
    await Promise.all(elsewhere.map(each => each.kill()));
    await store[Symbol.asyncDispose]();
  });

  test('after kill -9 of writer and store every acknowledged plan is in the journal, and epochs have no gap', async () => {
    const acknowledged: string[] = [];
    for (const appends of [1, 40, 80]) {
      const writer = journalWriter();
      await writer.saysLines(appends);
      await writer.kill();
      acknowledged.push(...writer.lines);
      await store.breakDown();
      const found = await journalled();
      expect(found.map(({ epoch }) => epoch)).toEqual(found.map((__, n) => n + 1));
      expect(found.map(lineOf)).toEqual(expect.arrayContaining(acknowledged));
      // At most one append of each life was done without being acknowledged.
      expect(found.length - acknowledged.length).toBeLessThanOrEqual(elsewhere.length);
    }
  });

  test('a store that is killed under a writer is waited for, and no plan is lost or doubled', async () => {
    const writer = journalWriter();
    for (const lines of [10, 30]) {
      await writer.saysLines(lines);
      await store.breakDown();
    }
    await writer.saysLines(50);
    await writer.kill();
    const found = await journalled();
    expect(found.map(({ epoch }) => epoch)).toEqual(found.map((__, n) => n + 1));
    expect(found.map(lineOf).slice(0, writer.lines.length)).toEqual(writer.lines);
    expect(found.length - writer.lines.length).toBeLessThanOrEqual(1);
  });

  test('of processes that take a task over from each other the newest alone goes on', async () => {
    const writers = [];
    for (let n = 0; n < 4; n += 1) {
      const writer = journalWriter();
      await writer.saysLines(15);
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

  test('processes that begin at the same moment all come to use it', async () => {
    const writers = Array.from({ length: 4 }, journalWriter);
    await Promise.race(writers.map(writer => writer.ends()));
    await Promise.all(writers.map(writer => writer.saysLines(1)));
    const newest = await store.connect();
    await newest.journal.takeFence(task);
    await Promise.all(writers.map(writer => writer.ends()));
    await newest.close();
    for (const writer of writers) expect(writer.lines.at(-1)).toBe('fenced');
  });

  test('processes race for documents, and the older never overwrites the newer', async () => {
    const writers = [1, 2, 3].map(number => begin(writes, collection, String(number), String(100 + number)));
    const documents = await store.connect();
    const seen = new Map<string, readonly number[]>();
    for (let looks = 1; looks <= 10; looks++) {
      await Promise.all(writers.map(writer => writer.saysLines(looks * 30)));
      // Whatever was acknowledged before a look is there, or something newer.
      const acknowledged = greatestOf(writers);
      const found = await documents.list({ collection, limit: 10 });
      for (const { id, version } of found) {
        const now = [version?.epoch ?? 0, version?.seq ?? 0];
        expect(isOlder(now, seen.get(id) ?? [0, 0]), `${id} goes back to ${now.join()}`).toBe(false);
        expect(isOlder(now, acknowledged.get(id) ?? [0, 0]), `${id} is ${now.join()}`).toBe(false);
        seen.set(id, now);
      }
    }
    await Promise.all(writers.map(writer => writer.kill()));
    const found = await documents.list({ collection, limit: 10 });
    expect(found.map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd', 'e']);
    for (const { body, version } of found)
      expect(body).toEqual({ writer: String(version?.seq), epoch: version?.epoch });
    await documents.close();
  });

  function begin(program: string, ...flags: string[]): Elsewhere {
    const one = new Elsewhere([program, store.path, ...flags], store.environment);
    elsewhere.push(one);
    return one;
  }

  function journalWriter(): Elsewhere {
    return begin(plans, task);
  }

  async function journalled(): Promise<readonly JournalEntry[]> {
    const documents = await store.connect();
    const found = await documents.journal.after(task, 0, 1_000_000);
    await documents.close();
    return found;
  }
});

const isOlder = ([epoch = 0, seq = 0]: readonly number[], [than = 0, thanSeq = 0]: readonly number[]): boolean =>
  epoch < than || (epoch === than && seq < thanSeq);

/** Of each document the greatest version that was acknowledged. */
function greatestOf(writers: readonly Elsewhere[]): Map<string, readonly number[]> {
  const greatest = new Map<string, readonly number[]>();
  for (const line of writers.flatMap(({ lines }) => lines)) {
    const [id = '', ...numbers] = line.split(' ');
    const version = numbers.map(Number);
    if (isOlder(greatest.get(id) ?? [0, 0], version)) greatest.set(id, version);
  }
  return greatest;
}

/** The line that its writer prints for an entry, read from the plan itself. */
function lineOf({ epoch, plan }: JournalEntry): string {
  const [, fence, planned] = /^plan of fence (\d+), epoch (\d+)$/.exec(plan) ?? [];
  expect(Number(planned)).toBe(epoch);
  return `${fence} ${planned}`;
}
