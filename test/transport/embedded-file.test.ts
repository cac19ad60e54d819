/** What the embedded log promises beyond the contract of transports: its file, its errors, its retention. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Unavailable } from '../../src/errors.ts';
import { UnusableDatabase } from '../../src/sqlite.ts';
import { Batches } from '../../src/transport/embedded/batches.ts';
import { LogDatabase } from '../../src/transport/embedded/database.ts';
import { InvalidTopic, LogClosed, TopicRemoved } from '../../src/transport/embedded/failures.ts';
import { type EmbeddedLogOptions, openEmbeddedLog } from '../../src/transport/embedded/open.ts';
import type { Transport } from '../../src/transport/port.ts';
import { batchesOf, numbered, readAll } from './records.ts';

const at = { topic: 'ratings', partition: 0 };
const hour = 3_600_000;
let folder: string;
let path: string;
let opened: Transport[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-log-'));
  path = join(folder, 'log.sqlite');
  opened = [];
});
afterEach(async () => {
  for (const log of opened) await log.close();
  rmSync(folder, { recursive: true });
});

function openLog(options: Partial<EmbeddedLogOptions> = {}): Transport {
  const log = openEmbeddedLog({ path, recheckMs: hour, ...options });
  opened.push(log);
  return log;
}

async function withTopic(options: Partial<EmbeddedLogOptions> = {}, retention = {}): Promise<Transport> {
  const log = openLog(options);
  await log.createTopic(at.topic, { partitions: 1, ...retention });
  return log;
}

const append = (log: Transport, ...values: string[]) => log.append([{ ...at, batches: batchesOf(...values) }]);
const valuesIn = async (log: Transport) => (await readAll(log, at)).map(record => record.value);

function withDatabase<T>(work: (db: DatabaseSync) => T): T {
  const db = new DatabaseSync(path);
  try {
    return work(db);
  } finally {
    db.close();
  }
}

describe('the file of the embedded log', () => {
  test('has one row for a batch, whatever the number of its records', async () => {
    const log = await withTopic();
    await append(log, ...numbered('a', 1_200));
    expect(withDatabase(db => db.prepare('SELECT count(*) AS n FROM batches').get())).toEqual({ n: 3 });
  });

  test('is written ahead and to the disk with every commit', () => {
    const db = new LogDatabase(path);
    expect(db.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
    expect(db.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 2 });
    db.close();
  });

  test('takes all entries of one append or none', async () => {
    const log = await withTopic();
    const lost = { topic: 'nowhere', partition: 0, batches: batchesOf('b') };
    await expect(log.append([{ ...at, batches: batchesOf('a') }, lost])).rejects.toThrow('nowhere');
    const empty = { ...at, batches: [{ records: 0, bytes: Buffer.of() }] };
    await expect(log.append([{ ...at, batches: batchesOf('a') }, empty])).rejects.toThrow('CHECK');
    expect(await log.bounds(at)).toEqual({ start: 0, end: 0 });
  });

  test('of another format is refused with a way out', async () => {
    await (await withTopic()).close();
    withDatabase(db => db.exec('PRAGMA user_version = 2'));
    expect(() => openLog()).toThrow(UnusableDatabase);
    expect(() => openLog()).toThrow('version 2');
    expect(() => openLog()).toThrow('Open it with the release of Millrace');
  });

  test('that is another database is refused and left alone', () => {
    withDatabase(db => db.exec('CREATE TABLE shop (id)'));
    expect(() => openLog()).toThrow(UnusableDatabase);
    withDatabase(db => {
      expect(db.prepare('SELECT name FROM sqlite_schema').all()).toEqual([{ name: 'shop' }]);
    });
  });

  test('that is no database at all is refused', () => {
    writeFileSync(path, 'userId,movieId,rating\n'.repeat(1_000));
    expect(() => openLog()).toThrow(UnusableDatabase);
  });

  test('that is damaged is reported as such', async () => {
    const log = await withTopic();
    await append(log, 'a'.repeat(200_000));
    await log.close();
    const file = await open(path, 'r+');
    await file.write(Buffer.alloc(40 * 4_096, 0xa5), 0, undefined, 4_096);
    await file.close();
    const use = async () => append(openLog(), 'b');
    await expect(use()).rejects.toThrow(UnusableDatabase);
  });

  test('is made with its folder', async () => {
    path = join(folder, 'new', 'log.sqlite');
    await append(await withTopic(), 'a');
    expect(await valuesIn(openLog())).toEqual(['a']);
  });
});

describe('the embedded log', () => {
  test('is unavailable while another connection keeps writing, and goes on afterwards', async () => {
    const log = await withTopic();
    const other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    await expect(append(log, 'a')).rejects.toThrow(Unavailable);
    expect(await valuesIn(log)).toEqual([]);
    other.exec('ROLLBACK');
    other.close();
    await append(log, 'b');
    expect(await valuesIn(log)).toEqual(['b']);
  });

  test('is unavailable on a full disk, keeps nothing of the append, and goes on when there is space', async () => {
    await withTopic();
    const db = new LogDatabase(path);
    const batches = new Batches(db);
    const many = batchesOf(...Array.from({ length: 40 }, () => 'a'.repeat(50_000)));
    db.prepare('PRAGMA max_page_count = 100').get();
    expect(() => db.write(() => batches.append(1, many, 0))).toThrow('Free the disk');
    expect(() => db.write(() => batches.append(1, many, 0))).toThrow(Unavailable);
    expect(db.read(() => batches.bounds(1))).toEqual({ start: 0, end: 0 });
    db.prepare('PRAGMA max_page_count = 4000').get();
    expect(db.write(() => batches.append(1, many, 0))).toBe(0);
    expect(db.read(() => batches.bounds(1))).toEqual({ start: 0, end: 40 });
    db.close();
  });

  test('counts offsets over several connections', async () => {
    const one = await withTopic();
    const two = openLog();
    expect(await append(one, 'a', 'b')).toEqual([0]);
    expect(await append(two, 'c')).toEqual([2]);
    expect(await append(one, 'd')).toEqual([3]);
    expect(await valuesIn(two)).toEqual(['a', 'b', 'c', 'd']);
  });

  test('says that a topic in use was removed by another connection', async () => {
    const one = await withTopic();
    const two = openLog();
    await append(one, 'a');
    await two.deleteTopic(at.topic);
    await expect(one.bounds(at)).rejects.toThrow('was removed');
    await expect(append(one, 'b')).rejects.toThrow(TopicRemoved);
  });

  test('in memory is another log for each connection', async () => {
    const one = await withTopic({ path: ':memory:' });
    const two = await withTopic({ path: ':memory:' });
    await append(one, 'a');
    expect(await valuesIn(two)).toEqual([]);
  });

  test('refuses topics that no broker would create', async () => {
    const log = openLog();
    for (const topic of ['', '.', '..', 'a/b', 'a b', 'x'.repeat(250)])
      await expect(log.createTopic(topic, { partitions: 1 })).rejects.toThrow(InvalidTopic);
    for (const partitions of [0, -1, 1.5, NaN, 1_000_000])
      await expect(log.createTopic('ratings', { partitions })).rejects.toThrow(InvalidTopic);
    expect(await log.topics()).toEqual([]);
  });

  test('describes its topics with their retention', async () => {
    const log = await withTopic({}, { retentionMs: hour });
    await log.createTopic('items', { partitions: 3, retentionBytes: 1_000 });
    expect(await log.topics()).toEqual([
      { topic: 'items', partitions: 3, retentionBytes: 1_000 },
      { topic: 'ratings', partitions: 1, retentionMs: hour },
    ]);
  });

  test('says so when it is used after it was closed', async () => {
    const log = await withTopic();
    await log.partitions(at.topic);
    await log.close();
    await log.close();
    const { signal } = new AbortController();
    const uses: readonly (() => Promise<unknown>)[] = [
      () => log.createTopic('items', { partitions: 1 }),
      () => log.topics(),
      () => log.partitions(at.topic),
      () => log.bounds(at),
      () => log.read({ ...at, from: 0, maxRecords: 1, maxBytes: 1 }),
      () => append(log, 'a'),
      () => log.grown([{ ...at, offset: 0 }], signal),
      () => log.grown([], signal),
      () => log.commit('group', [{ ...at, offset: 0 }]),
      () => log.committed('group'),
      () => log.applyRetention(0),
    ];
    for (const use of uses) await expect(use()).rejects.toThrow(LogClosed);
  });
});

describe('retention of the embedded log', () => {
  test('by age goes by the time of each append', async () => {
    let now = 0;
    const log = await withTopic({ clock: () => now }, { retentionMs: hour });
    for (now = 0; now < 5 * hour; now += hour) await append(log, `at ${now / hour} h`);
    expect(await log.applyRetention(3 * hour)).toBe(2);
    expect(await valuesIn(log)).toEqual(['at 2 h', 'at 3 h', 'at 4 h']);
    expect(await log.bounds(at)).toEqual({ start: 2, end: 5 });
    expect(await log.applyRetention(3 * hour)).toBe(0);
  });

  test('by size never removes the last batch, however large', async () => {
    const log = await withTopic({}, { retentionBytes: 1 });
    await append(log, 'a');
    await append(log, 'b'.repeat(10_000));
    expect(await log.applyRetention(0)).toBe(1);
    expect(await valuesIn(log)).toEqual(['b'.repeat(10_000)]);
  });

  test('removes more batches than one transaction takes', async () => {
    const log = await withTopic({ clock: () => 0 }, { retentionMs: hour });
    const batches = numbered('a', 1_000).flatMap(value => batchesOf(value));
    await log.append([{ ...at, batches }]);
    expect(await log.applyRetention(2 * hour)).toBe(1_000);
    await append(log, 'next');
    expect(await readAll(log, at)).toMatchObject([{ offset: 1_000, value: 'next' }]);
  });

  test('survives a restart with the end of the log', async () => {
    const log = await withTopic({ clock: () => 0 }, { retentionMs: hour });
    await append(log, 'a', 'b', 'c');
    await log.applyRetention(2 * hour);
    await log.close();
    expect(await openLog().bounds(at)).toEqual({ start: 3, end: 3 });
  });
});
