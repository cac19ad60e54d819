/**
 * How many records a second does the embedded log append and read, beside one row per record in the same SQLite?
 * Both are durable with every commit (synchronous FULL); both answer every record's key as
 * a string and its value as bytes, in order (ours in place, SQLite's as a copy: that is what is compared).
 * `node bench/log.ts [RECORDS] [RUNS]`
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openEmbeddedLog } from '../src/transport/embedded/open.ts';
import { BatchBuilder, BatchCursor, Kind, outside } from '../src/transport/record.ts';
import { report, together } from './report.ts';

const records = Number(process.argv[2] ?? 1_000_000);
const runs = Number(process.argv[3] ?? 5);
const perCommit = 10_000;
const at = { topic: 'bench', partition: 0 };
const value = Buffer.alloc(40, 7);

const keyOf = (n: number): string => `user-${n % 1_000}`;
const copyValue = (buffer: Buffer, start: number): number => {
  const end = start + value.length;
  if (end > buffer.length) return buffer.length - end;
  value.copy(buffer, start);
  return end;
};

/** Measure to records a second, for one run over a fresh file. */
type Run = (path: string) => Promise<Record<'append' | 'read', number>>;

const embedded: Run = async path => {
  const log = openEmbeddedLog({ path });
  await log.createTopic(at.topic, { partitions: 1 });
  const append = await perSecond(async () => {
    const builder = new BatchBuilder(outside, 0);
    for (let first = 0; first < records; first += perCommit) {
      for (let n = first; n < first + perCommit; n++)
        builder.add({ kind: Kind.value, watermark: 0, origin: 0, key: keyOf(n), trace: '' }, copyValue);
      await log.append([{ ...at, batches: builder.take() }]);
    }
  });
  const read = await perSecond(async () => {
    let seen = 0;
    let bytes = 0;
    while (seen < records) {
      const batches = await log.read({ ...at, from: seen, maxRecords: perCommit, maxBytes: 8_000_000 });
      for (const batch of batches) {
        const cursor = new BatchCursor(batch);
        while (cursor.next()) bytes += cursor.key().length + cursor.valueEnd - cursor.valueStart;
        seen += batch.records;
      }
    }
    if (bytes < records * value.length) throw new Error('Fewer bytes were read than were written');
  });
  await log.close();
  return { append, read };
};

const rowPerRecord: Run = async path => {
  const db = new DatabaseSync(path);
  db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
    CREATE TABLE records (partition INTEGER, position INTEGER, key TEXT, value BLOB, PRIMARY KEY (partition, position))
    WITHOUT ROWID`);
  const insert = db.prepare('INSERT INTO records VALUES (0, ?, ?, ?)');
  const select = db.prepare(
    'SELECT key, value FROM records WHERE partition = 0 AND position >= ? ORDER BY position LIMIT ?',
  );
  const append = await perSecond(async () => {
    for (let first = 0; first < records; first += perCommit) {
      db.exec('BEGIN IMMEDIATE');
      for (let n = first; n < first + perCommit; n++) insert.run(n, keyOf(n), value);
      db.exec('COMMIT');
    }
  });
  const read = await perSecond(async () => {
    for (let seen = 0; seen < records;) seen += select.all(seen, perCommit).length;
  });
  db.close();
  return { append, read };
};

async function perSecond(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return records / ((performance.now() - start) / 1_000);
}

async function inFreshFile(run: Run): Promise<Record<'append' | 'read', number>> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-bench-'));
  try {
    return await run(join(folder, 'log.sqlite'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const rivals = Object.entries({ 'a row per record in SQLite': rowPerRecord, 'embedded log': embedded }).map(
  ([name, run]) => ({ name, figure: together(() => inFreshFile(run)) }),
);
await report({
  name: 'log',
  question: `Records a second into a log and out of it, ${records} records of ${value.length} bytes, ${perCommit} a durable commit`,
  unit: 'records/s',
  better: 'more',
  runs,
  rivals: (['append', 'read'] as const).flatMap(subject =>
    rivals.map(({ name, figure }) => ({ subject, name, run: figure(rates => rates[subject]) })),
  ),
});
