/**
 * How many bytes have the documents of each collection, and the answers that a list is read by? A shop is learnt from its
 * log with its documents in a file, and asked by a process that only serves. `node bench/sizing-documents.ts`, a minute.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { keep } from './support/als/keep.ts';
import { Served } from './support/served.ts';
import { fill, userIdOf } from './support/sizing/fill.ts';
import { main, ran } from './support/sizing/ran.ts';
import { machine, repeat } from './support/write.ts';

const shop = { users: 2_000, items: 1_000, ratings: 20_000 };
const asked = 200;

const collections = z.array(z.object({ collection: z.string(), documents: z.number(), bytes: z.number() }));

const data = mkdtempSync(join(tmpdir(), 'millrace-sizing-'));
try {
  await fill(data, shop);
  await ran([main, 'run', '--until-caught-up', '--data', data, '--json'], data);
  const rows = [...stored(), { what: 'an answer with a list of ten', documents: asked, bytes: await answered() }];
  console.table(rows);
  keep({
    kind: 'table',
    name: 'sizing-documents',
    question: `How many bytes have documents and answers, of ${shop.users.toLocaleString('en')} users, ${shop.items.toLocaleString('en')} items and ${shop.ratings.toLocaleString('en')} ratings?`,
    repeat: repeat(),
    machine: machine(),
    notes: [
      'Means. Documents as JSON, without what a store adds to each (Cosmos DB some hundred bytes and its index); answers with their headers left out.',
    ],
    settings: { ...shop, factors: 32 },
    columns: [{ name: 'what' }, { name: 'documents' }, { name: 'bytes', better: 'less' }],
    rows,
  });
} finally {
  rmSync(data, { recursive: true, force: true });
}

function stored(): { what: string; documents: number; bytes: number }[] {
  using documents = new DatabaseSync(join(data, 'documents.db'), { readOnly: true });
  const rows = documents
    .prepare(
      'SELECT collection, count(*) AS documents, avg(length(CAST(body AS BLOB))) AS bytes FROM documents WHERE body IS NOT NULL GROUP BY 1 ORDER BY 1',
    )
    .all();
  return collections.parse(rows).map(({ collection, documents: count, bytes }) => ({
    what: collection,
    documents: count,
    bytes: Math.round(bytes),
  }));
}

async function answered(): Promise<number> {
  await using served = await Served.start('serve', data, []);
  let bytes = 0;
  for (let n = 0; n < asked; n++) {
    const answer = await fetch(new URL(`/v2/users/${userIdOf((n * 7) % shop.users)}/recommendations`, served.url));
    bytes += (await answer.arrayBuffer()).byteLength;
  }
  return Math.round(bytes / asked);
}
