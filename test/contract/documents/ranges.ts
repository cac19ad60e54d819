import { expect } from 'vitest';
import {
  BadContinuation,
  BadFeedRange,
  type Documents,
  type RangePosition,
  type StoredDocument,
} from '../../../src/documents/port.ts';
import type { Promised } from '../promises.ts';
import { drained, type DocumentsSetting } from './setting.ts';

/** What those may rely on who follow a collection range by range, each in a process of its own. */
export function rangePromises(promise: Promised<DocumentsSetting>): void {
  promise('the ranges of a feed are together the whole of it, each partition in one', async setting => {
    const { documents, collection } = setting;
    await putEach(setting, 60);
    const ranges = await documents.feedRanges(collection);
    const parts = await Promise.all(
      ranges.map(async range => (await drained(documents, collection, 7, undefined, range)).documents),
    );
    const whole = await drained(documents, collection, 7);
    expect(parts.flat().map(nameOf).sort()).toEqual(whole.documents.map(nameOf).sort());
    expect(parts.flat()).toHaveLength(120);
    const partitions = parts.flatMap(part => [...new Set(part.map(document => document.partition))]);
    expect(new Set(partitions).size).toBe(partitions.length);
    expect(ranges).toEqual(await documents.feedRanges(collection));
  });

  promise('a range goes on from where its page ended, also for another reader', async setting => {
    const { documents, collection, key, connect } = setting;
    await putEach(setting, 20);
    for (const range of await documents.feedRanges(collection)) {
      const before = await drained(documents, collection, 3, undefined, range);
      const [first] = before.documents;
      if (first === undefined) continue;
      await documents.put(key('new', first.partition), { n: -1 }, 'always');
      const after = await drained(await connect(), collection, 3, before.continuation, range);
      expect(after.documents.map(nameOf)).toEqual([`${first.partition}/new`]);
    }
  });

  promise('a range and a continuation that are not of this feed are refused', async setting => {
    const { documents, collection } = setting;
    await putEach(setting, 20);
    const ranges = await documents.feedRanges(collection);
    const whole = await drained(documents, collection, 50);
    for (const bad of ['', 'garbage', `${ranges[0] ?? ''}x`])
      await expect(documents.changes(collection, undefined, 5, bad)).rejects.toThrow(BadFeedRange);
    for (const range of ranges) {
      const { continuation } = await drained(documents, collection, 50, undefined, range);
      for (const other of ranges.filter(each => each !== range))
        await expect(documents.changes(collection, continuation, 5, other)).rejects.toThrow(BadContinuation);
      await expect(documents.changes(collection, continuation, 5)).rejects.toThrow(BadContinuation);
      await expect(documents.changes(collection, whole.continuation, 5, range)).rejects.toThrow(BadContinuation);
    }
  });

  promise('a range that was split names its successors, and nothing is missed or comes twice', async setting => {
    const { documents, collection, key, split } = setting;
    await putEach(setting, 30);
    const before = await documents.feedRanges(collection);
    const read = await Promise.all(
      before.map(async range => ({ range, ...(await drained(documents, collection, 50, undefined, range)) })),
    );
    await split();
    for (let n = 0; n < 30; n += 1) await documents.put(key('later', `p-${n}`), { n }, 'always');
    const found = [];
    for (const { range, continuation } of read)
      found.push(...(await followed(documents, collection, { range, continuation })));
    expect(found.map(nameOf).sort()).toEqual(Array.from({ length: 30 }, (_, n) => `p-${n}/later`).sort());
    expect((await documents.feedRanges(collection)).length).toBeGreaterThan(before.length);
    const anew = [];
    for (const range of before)
      anew.push(...(await followed(documents, collection, { range, continuation: undefined })));
    expect(anew).toHaveLength(90);
  });
}

const nameOf = ({ partition, id }: StoredDocument): string => `${partition}/${id}`;

async function putEach({ documents, key }: DocumentsSetting, partitions: number): Promise<void> {
  for (let n = 0; n < partitions; n += 1)
    for (const id of ['a', 'b']) await documents.put(key(id, `p-${n}`), { n }, 'always');
}

/** Reads a range, and where it was split those that it consists of now. */
async function followed(
  documents: Documents,
  collection: string,
  { range, continuation }: RangePosition,
): Promise<readonly StoredDocument[]> {
  const { successors } = await documents.changes(collection, continuation, 5, range);
  if (successors === undefined) return (await drained(documents, collection, 5, continuation, range)).documents;
  const found = [];
  for (const successor of successors) found.push(...(await followed(documents, collection, successor)));
  return found;
}
