/** Event Hubs Capture in front of a log. */
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Capture } from '../../src/replay/capture/capture.ts';
import { BrokenCapture } from '../../src/replay/capture/container.ts';
import { openEmbeddedLog } from '../../src/transport/embedded/open.ts';
import type { Transport } from '../../src/transport/port.ts';
import { type Codec, type TestEvent, type TestFile, writeCapture } from '../support/capture.ts';
import { batchesOf, numbered, readAll } from '../transport/records.ts';

const at = { topic: 'ratings', partition: 0 };
const begin = Date.UTC(2026, 2, 1, 11, 59, 58);
let folder: string;
let log: Transport;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-capture-'));
  log = openEmbeddedLog({ path: ':memory:', clock: () => 1_000 });
  await log.createTopic('ratings', { partitions: 1, retentionMs: 500 });
  await log.createTopic('b.ratings', { partitions: 1 });
});
afterEach(async () => {
  await log.close();
  rmSync(folder, { recursive: true });
});

/** Events [from, to), one a second, of the same bodies as the log's. */
const events = (from: number, to: number): TestEvent[] =>
  Array.from({ length: to - from }, (_, n) => {
    const sequence = from + n;
    return { sequence, time: begin + sequence * 1_000, key: `k${sequence}`, body: Buffer.from(`a${sequence}`) };
  });

const write = (from: number, to: number, more: Partial<TestFile> = {}): Promise<string> =>
  writeCapture(folder, {
    hub: 'ratings',
    partition: 0,
    at: new Date(begin + from * 1_000),
    events: events(from, to),
    ...more,
  });

/** A log of ten records of which retention has removed the first `removed`. */
async function logWithout(removed: number): Promise<void> {
  await log.append([{ ...at, batches: batchesOf(...numbered('a', removed)) }]);
  await log.applyRetention(1_000_000);
  const rest = numbered('a', 10).slice(removed);
  await log.append([{ ...at, batches: batchesOf(...rest) }]);
}

const partition = async () => (await Capture.open(folder)).partition(at, log);
const source = (first: number, next: number) => ({ ...at, from: first, to: null, captured: { first, next } });
const bring = async (first: number, next: number) =>
  (await Capture.open(folder)).bring(source(first, next), 'b.ratings', log, () => {});
const brought = async () => (await readAll(log, { topic: 'b.ratings', partition: 0 })).map(({ value }) => value);

describe('what was captured', () => {
  test.each<Codec>(['null', 'deflate', 'snappy'])('is read where it is packed with %s', async codec => {
    await logWithout(6);
    await write(0, 6, { codec });
    expect(await partition()).toMatchObject({ first: 0, next: 6 });
    await bring(0, 6);
    expect(await brought()).toEqual(numbered('a', 6));
  });

  test('comes in order of sequence numbers, whatever the order of the files; empty ones are passed over', async () => {
    await logWithout(6);
    await write(3, 5, { at: new Date(begin) });
    await write(0, 3, { at: new Date(begin + 60_000) });
    await write(5, 5, { at: new Date(begin + 120_000) });
    writeFileSync(await write(0, 0, { at: new Date(begin + 180_000) }), '');
    await write(5, 7, { at: new Date(begin + 240_000) });
    await bring(0, 6);
    const records = await readAll(log, { topic: 'b.ratings', partition: 0 });
    expect(records.map(({ key, value }) => `${key} ${value}`)).toEqual(numbered('a', 6).map((a, n) => `k${n} ${a}`));
  });

  test('is brought once: two files may hold an event, and an import that was cut short goes on', async () => {
    await logWithout(6);
    await write(0, 4);
    await write(2, 8);
    await bring(0, 3);
    await bring(0, 7);
    await bring(0, 7);
    expect(await brought()).toEqual(numbered('a', 7));
  });

  test('is found by the second in which it was enqueued', async () => {
    await logWithout(6);
    await write(0, 4);
    await write(4, 7);
    const captured = await partition();
    expect(await captured?.offsetAt(0)).toBe(0);
    expect(await captured?.offsetAt(begin + 2_900)).toBe(2);
    expect(await captured?.offsetAt(begin + 5_000)).toBe(5);
    expect(await captured?.offsetAt(begin + 60_000)).toBe(7);
  });

  test('of a partition or hub that is not read is left alone', async () => {
    await write(0, 4, { hub: 'orders' });
    expect(await partition()).toBeUndefined();
  });
});

describe('is refused', () => {
  /** Why it is refused. */
  const refusal = async (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'it was not',
      (error: unknown) => (error instanceof BrokenCapture ? error.message : String(error)),
    );

  test('a folder without any file of Capture', async () => {
    expect(await refusal(Capture.open(folder))).toContain('holds no file that Capture has written');
    expect(await refusal(Capture.open(join(folder, 'nowhere')))).toContain('cannot be read');
  });

  test('a file that is cut short or changed, by its name and the byte where it is broken, before anything is brought', async () => {
    await logWithout(6);
    await write(0, 3);
    const path = await write(3, 6);
    const whole = readFileSync(path);
    for (const length of [3, 20, whole.length - 1, whole.length - 17, whole.length - 40]) {
      writeFileSync(path, whole.subarray(0, length));
      expect(await refusal(Capture.open(folder))).toMatch(/\.avro is broken at byte \d+/);
    }
    for (const byte of [0, whole.length - 20]) {
      const changed = Buffer.from(whole);
      changed.writeUInt8(changed.readUInt8(byte) ^ 0xff, byte);
      writeFileSync(path, changed);
      expect(await refusal(Capture.open(folder))).toContain(path);
    }
    writeFileSync(path, whole);
    appendFileSync(path, 'more');
    expect(await refusal(Capture.open(folder))).toContain(path);
    expect(await brought()).toEqual([]);
  });

  test('a hole: between two files, and between the files and the log', async () => {
    await logWithout(6);
    await write(0, 2);
    await write(3, 5);
    expect(await refusal(Capture.open(folder))).toContain('the sequence numbers 2 to 2 are missing');
    await write(2, 3);
    expect(await refusal(partition())).toContain('Capture ends at offset 5, the log begins at 6');
  });

  test('Capture of another log', async () => {
    await logWithout(6);
    const other = events(0, 8).map(event => ({ ...event, body: Buffer.from(`other ${event.sequence}`) }));
    await write(0, 8, { events: other });
    expect(await refusal(partition())).toContain('at offset 6 it holds another event');
    rmSync(folder, { recursive: true });
    await write(0, 11);
    expect(await refusal(partition())).toContain('it goes on to offset 11');
  });

  test('two hubs of the same name in one folder', async () => {
    await write(0, 2);
    await writeCapture(join(folder, 'copy'), { hub: 'ratings', partition: 0, at: new Date(begin), events: [] });
    expect(await refusal(Capture.open(folder))).toContain("ratings/0 of 'copy/shop-events' and of 'shop-events'");
  });
});
