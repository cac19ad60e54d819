/** The embedded log used by several threads and processes at once. */
import { type ChildProcess, spawn } from 'node:child_process';
import { getEventListeners, once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Unavailable } from '../../src/errors.ts';
import { openEmbeddedLog } from '../../src/transport/embedded/open.ts';
import type { Transport } from '../../src/transport/port.ts';
import { readAll } from './records.ts';

const script = fileURLToPath(new URL('../support/append-from-elsewhere.ts', import.meta.url));
const at = { topic: 'ratings', partition: 0 };
const never = new AbortController().signal;
const hour = 3_600_000;
let folder: string;
let path: string;
let log: Transport;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-log-'));
  path = join(folder, 'log.sqlite');
  await openHere(hour);
});
afterEach(async () => {
  await log.close();
  rmSync(folder, { recursive: true });
});

async function openHere(recheckMs: number): Promise<void> {
  log = openEmbeddedLog({ path, recheckMs });
  await log.createTopic(at.topic, { partitions: 1 });
}

const elsewhere = (mode: string): ChildProcess =>
  spawn(process.execPath, [script, path, at.topic, mode], { stdio: ['ignore', 'pipe', 'inherit'] });

describe('a waiting reader', () => {
  test('wakes when another process appends', async () => {
    const grown = log.grown([{ ...at, offset: 0 }], never);
    const child = elsewhere('once');
    await grown;
    expect(await readAll(log, at)).toMatchObject([{ value: 'from elsewhere' }]);
    if (child.exitCode === null) await once(child, 'exit');
  });

  test('wakes when another thread appends', async () => {
    const grown = log.grown([{ ...at, offset: 0 }], never);
    const worker = new Worker(script, { argv: [path, at.topic, 'once'] });
    const ended = once(worker, 'exit');
    await grown;
    expect(await readAll(log, at)).toMatchObject([{ value: 'from elsewhere' }]);
    await ended;
  });

  test('wakes when another connection of its thread appends', async () => {
    const other = openEmbeddedLog({ path });
    for (let offset = 0; offset < 20; offset++) {
      const grown = log.grown([{ ...at, offset }], never);
      await other.append([{ ...at, batches: [{ records: 1, bytes: Buffer.of(1) }] }]);
      await expect(grown).resolves.toBeUndefined();
    }
    await other.close();
  });

  test('finds by itself what was appended by a process that died before it could tell', async () => {
    await log.close();
    await openHere(5);
    const grown = log.grown([{ ...at, offset: 0 }], never);
    const db = new DatabaseSync(path);
    db.exec('UPDATE partitions SET next = 1');
    db.close();
    await expect(grown).resolves.toBeUndefined();
  });

  test('is refused where changes cannot be watched, and leaves nothing behind', async () => {
    rmSync(`${path}-bell`);
    const abort = new AbortController();
    await expect(log.grown([{ ...at, offset: 0 }], abort.signal)).rejects.toThrow(Unavailable);
    expect(getEventListeners(abort.signal, 'abort')).toEqual([]);
  });

  test('lets its process end once it has given up', async () => {
    expect(await once(elsewhere('visit'), 'exit')).toEqual([0, null]);
  });
});

describe('several processes', () => {
  test('may create the same log at the same moment', async () => {
    path = join(folder, 'fresh.sqlite');
    const exits = Array.from({ length: 4 }, () => once(elsewhere('once'), 'exit'));
    expect(await Promise.all(exits)).toEqual(exits.map(() => [0, null]));
    await log.close();
    await openHere(hour);
    expect((await readAll(log, at)).map(record => record.offset)).toEqual([0, 1, 2, 3]);
  });

  test('lose nothing acknowledged and leave no part of a batch when they are killed', async () => {
    let acknowledged = 0;
    for (const appends of [1, 7, 30, 100, 3]) {
      acknowledged = await killedAfter(elsewhere('forever'), appends);
      const records = await readAll(log, at);
      expect(records.length).toBeGreaterThanOrEqual(acknowledged);
      expect(records.length % 3).toBe(0);
      expect(records.map(record => record.value)).toEqual(records.map((_, offset) => String(offset)));
    }
    expect(acknowledged).toBeGreaterThanOrEqual(3 * 141);
  });
});

/** Kills the process after so many acknowledged appends, and answers the last end that it printed. */
async function killedAfter(child: ChildProcess, appends: number): Promise<number> {
  if (child.stdout === null) throw new Error('The output of the process is not piped');
  let lines = 0;
  let end = 0;
  for await (const line of createInterface(child.stdout)) {
    end = Number(line);
    if (++lines === appends) child.kill('SIGKILL');
  }
  return end;
}
