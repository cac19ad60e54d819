import fc from 'fast-check';
import { expect } from 'vitest';
import type { DocumentKey, DocumentVersion, DocumentWrite, JsonObject } from '../../../src/documents/port.ts';
import type { Promised } from '../promises.ts';
import { drained, type DocumentsSetting } from './setting.ts';

const version = fc.record({ lineage: fc.nat(2), epoch: fc.nat(11), seq: fc.nat(11) });
const id = fc.constantFrom('a', 'b', 'c');
const versions = fc.array(fc.record({ id, version }), { maxLength: 5 });

/** Tried each time: the second writer's is the greatest, so two stores that do not share it never pass by luck. */
const secondIsGreatest = [false, true].map((second, n) => ({
  second,
  writes: [{ id: 'a', version: { lineage: n, epoch: 1, seq: 1 } }],
}));

/** Promises over any writes, each against a naive recomputation. */
export function documentProperties(promise: Promised<DocumentsSetting>): void {
  promise('two writers in any interleaving end in the greatest version', async ({ documents, key, connect }) => {
    const writers = [documents, await connect()] as const;
    const batches = fc.array(fc.record({ second: fc.boolean(), writes: versions }), { maxLength: 8 });
    let run = 0;
    const property = fc.asyncProperty(batches, async all => {
      run += 1;
      const place = (name: string): DocumentKey => key(name, `run-${run}`);
      for (const { second, writes } of all)
        await writers[second ? 1 : 0].write(writes.map(w => asWrite(place(w.id), w.version)));
      for (const name of ['a', 'b', 'c']) {
        const written = all.flatMap(batch => batch.writes.filter(w => w.id === name));
        expect((await documents.get(place(name)))?.body).toEqual(greatest(written.map(w => w.version)));
      }
    });
    await fc.assert(property, { numRuns: 40, examples: [[secondIsGreatest]] });
  });

  promise('the feed applied as upserts equals the list', async ({ documents, emptyCollection }) => {
    const limits = fc.integer({ min: 1, max: 4 });
    const property = fc.asyncProperty(fc.array(versions, { maxLength: 6 }), limits, async (batches, limit) => {
      const collection = await emptyCollection();
      const seen = new Map<string, JsonObject>();
      let continuation: string | undefined;
      for (const writes of batches) {
        await documents.write(writes.map(w => asWrite({ collection, partition: 'p', id: w.id }, w.version)));
        const read = await drained(documents, collection, limit, continuation);
        continuation = read.continuation;
        for (const document of read.documents) seen.set(document.id, document.body);
      }
      const present = await documents.list({ collection, limit: 10 });
      for (const document of present) expect(seen.get(document.id)).toEqual(document.body);
      const all = await drained(documents, collection, limit);
      expect(all.documents.toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual(present);
    });
    await fc.assert(property, { numRuns: 40 });
  });
}

/** Equal versions carry equal bodies, as a task's do; every third removes. */
function bodyOf(of: DocumentVersion): JsonObject | null {
  return of.seq % 3 === 0 ? null : { ...of };
}

function asWrite(key: DocumentKey, of: DocumentVersion): DocumentWrite {
  return { ...key, task: 'trends/0', version: of, body: bodyOf(of) };
}

/** The oracle: the body of the greatest version, by one number made of its three. */
function greatest(all: readonly DocumentVersion[]): JsonObject | undefined {
  const rank = (of: DocumentVersion): number => of.lineage * 10_000 + of.epoch * 100 + of.seq;
  const top = all.toSorted((a, b) => rank(a) - rank(b)).at(-1);
  return top && (bodyOf(top) ?? undefined);
}
