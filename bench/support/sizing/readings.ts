/** What a running shop has cost so far, read from outside: request units, the log's records and bytes, the processor. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import type { Served } from '../served.ts';

export interface Reading {
  readonly requestUnits: number;
  /** The same by collection. */
  readonly byCollection: ReadonlyMap<string, number>;
  /** Of the process that is asked, its start included. */
  readonly cpu_s: number;
  /** Records and bytes of all topics of the log, as they stand in batches. */
  readonly records: number;
  readonly bytes: number;
  /** Bytes of the topic `ratings` alone: those that come from outside. */
  readonly outside: number;
  readonly versions: number;
}

const names = ['requestUnits', 'cpu_s', 'records', 'bytes', 'outside', 'versions'] as const;

export async function read(served: Served, data: string): Promise<Reading> {
  const metrics = await (await fetch(new URL('/metrics', served.url))).text();
  const charges = metrics.matchAll(
    /^millrace_documents_request_units_total\{[^}]*collection="([^"]*)"[^}]*\} (\S+)$/gm,
  );
  const byCollection = new Map<string, number>();
  for (const [, collection = '', units] of charges)
    byCollection.set(collection, (byCollection.get(collection) ?? 0) + Number(units));
  return {
    requestUnits: [...byCollection.values()].reduce((sum, units) => sum + units, 0),
    byCollection,
    cpu_s: (await served.cpu_s()) ?? NaN,
    ...inLog(join(data, 'log.db')),
  };
}

export function between(before: Reading, after: Reading): Reading {
  const of = (collection: string) => before.byCollection.get(collection) ?? 0;
  const byCollection = new Map([...after.byCollection].map(([name, units]) => [name, units - of(name)]));
  const difference = { ...after, byCollection };
  for (const name of names) difference[name] -= before[name];
  return difference;
}

const topics = z.array(z.object({ name: z.string(), records: z.number(), bytes: z.number() }));

function inLog(path: string): Pick<Reading, 'records' | 'bytes' | 'outside' | 'versions'> {
  using log = new DatabaseSync(path, { readOnly: true });
  const rows = topics.parse(
    log
      .prepare(
        `SELECT t.name, sum(b.records) AS records, sum(length(b.bytes)) AS bytes
           FROM batches b JOIN partitions p ON p.id = b.partition JOIN topics t ON t.id = p.topic GROUP BY 1`,
      )
      .all(),
  );
  const of = (topic: string) => rows.find(({ name }) => name === topic) ?? { records: 0, bytes: 0 };
  return {
    records: rows.reduce((sum, { records }) => sum + records, 0),
    bytes: rows.reduce((sum, { bytes }) => sum + bytes, 0),
    outside: of('ratings').bytes,
    versions: of('model-versions').records,
  };
}
