/** What the adapter gets over by itself, and that nothing is lost, doubled or overwritten on the way. */
import { expect, onTestFinished, test } from 'vitest';
import type { DocumentWrite, Documents } from '../../../src/documents/port.ts';
import type { CosmosDocumentsOptions } from '../../../src/documents/cosmos/documents.ts';
import { DocumentTooLarge, NoCosmosContainer } from '../../../src/documents/cosmos/failures.ts';
import { schemasCollection } from '../../../src/app/shared-schemas.ts';
import { systemClock } from '../../../src/engine/clock.ts';
import { retrying } from '../../../src/engine/retry.ts';
import { Unavailable } from '../../../src/errors.ts';
import { ConditionFailed } from '../../../src/documents/port.ts';
import { Random } from '../../support/random.ts';
import { cosmosPlace, makeContainers, openDocuments } from '../../support/cosmos/place.ts';
import type { FaultInput } from '../../support/cosmos/faults.ts';

const collection = 'collection-1';
const key = (id: string, partition = id) => ({ collection, partition, id });

async function opened(options: Partial<CosmosDocumentsOptions> = {}) {
  const place = await cosmosPlace({ ranges: 2 }, options);
  onTestFinished(() => place.remove());
  await place.emptyCollection();
  const connect = async (more: Partial<CosmosDocumentsOptions> = {}) => {
    const documents = await openDocuments(place.fixture, { ...options, ...more });
    onTestFinished(() => documents.close());
    return documents;
  };
  return { ...place, connect, documents: await connect() };
}

const write = (id: string, epoch: number, seq: number): DocumentWrite => ({
  ...key(id),
  task: 'trends/0',
  version: { lineage: 0, epoch, seq },
  body: { epoch, seq },
});

/** As the engine does: a port that is away is asked again for ever. */
const forEver = <R>(work: () => Promise<R>): Promise<R> =>
  retrying('a call', work, { ...systemClock, sleep: async () => {} }, new AbortController().signal, () => {});

async function epochsOf(documents: Documents): Promise<Map<string, unknown>> {
  const found = await documents.list({ collection, limit: 1_000 });
  return new Map(found.map(({ id, body }) => [id, body['epoch']]));
}

const storm: readonly FaultInput[] = [
  { kind: 'status', status: 429, retryAfterMs: 3, each: true, share: 0.4, on: ['bulk'] },
  { kind: 'status', status: 429, retryAfterMs: 3, share: 0.2 },
];

test('a storm of 429 delays writes and loses none: what was refused is asked again, and nothing else', async () => {
  const { documents, fixture } = await opened();
  fixture.setFaults(storm);
  for (let epoch = 1; epoch <= 3; epoch += 1)
    await forEver(() => documents.write(Array.from({ length: 250 }, (_, n) => write(`id-${n}`, epoch, n))));
  fixture.setFaults([]);
  expect([...(await epochsOf(documents)).values()]).toEqual(Array.from({ length: 250 }, () => 3));
  const bulk = documents.charges().find(charge => charge.collection === collection && charge.operation === 'bulk');
  expect(bulk?.refused).toBeGreaterThan(100);
  // 3 x 250 documents are inserted once and replaced twice: whatever is charged beyond that was done twice.
  const inserts = fixture.account.container('millrace', collection).lsn;
  expect(inserts).toBe(750);
});

test('what is refused is asked again when the refusal says, one request or one operation of many', async () => {
  const waits: number[] = [];
  let now = 0;
  const clock = {
    now: () => now,
    sleep: async (wait: number) => {
      waits.push(wait);
      now += wait;
    },
  };
  const { documents, fixture } = await opened({ clock });
  await documents.put(key('a'), {}, 'always');
  const calls = {
    read: () => documents.get(key('a')),
    write: () => documents.put(key('a'), {}, 'always'),
    feed: () => documents.changes(collection, undefined, 10),
  };
  for (const [retryAfterMs, on] of [
    [777, 'read'],
    [333, 'write'],
    [444, 'feed'],
  ] as const) {
    fixture.setFaults([{ kind: 'status', status: 429, retryAfterMs, times: 1, on: [on] }]);
    await calls[on]();
  }
  fixture.setFaults([{ kind: 'status', status: 429, retryAfterMs: 555, each: true, times: 2, on: ['bulk'] }]);
  await documents.write([write('b', 1, 1), write('c', 1, 2), write('d', 1, 3)]);
  // Two of three operations are refused in one request, and wait together.
  expect(waits).toEqual([777, 333, 444, 555]);
  fixture.setFaults([{ kind: 'status', status: 429, retryAfterMs: 60_000, on: ['read'] }]);
  await expect(documents.get(key('a')), 'beyond patience').rejects.toThrow(Unavailable);
  expect(waits).toHaveLength(4);
});

test.each<Extract<FaultInput, { kind: 'reset' | 'status' }>>([
  { kind: 'reset', on: ['metadata'] },
  { kind: 'status', status: 429, retryAfterMs: 3, on: ['metadata'] },
  { kind: 'status', status: 503, on: ['metadata', 'feed'] },
])('a feed that is begun while $kind befalls what the library asks first is begun a moment later', async fault => {
  const { documents, fixture, connect } = await opened();
  await documents.put(key('a'), {}, 'always');
  for (let skip = 0; skip <= 5; skip += 1) {
    const fresh = await connect();
    fixture.setFaults([{ ...fault, skip, times: 1 }]);
    const { documents: found } = await forEver(() => fresh.changes(collection, undefined, 10));
    const ranges = await forEver(() => fresh.feedRanges(collection));
    const pages = await Promise.all(
      ranges.map(range => forEver(() => fresh.changes(collection, undefined, 10, range))),
    );
    expect([...found, ...pages.flatMap(page => page.documents)].map(({ id }) => id)).toContain('a');
    const late = await connect();
    fixture.setFaults([{ ...fault, skip, times: 1 }]);
    const end = await forEver(() => late.feedEnd(collection));
    expect((await forEver(() => late.changes(collection, end, 10))).documents).toEqual([]);
  }
});

test('resets, lost answers, 449, 503, 410 and 412 leave what a quiet service would have', async () => {
  const { documents, fixture } = await opened({ patience: { read: 100, write: 200 } });
  fixture.setFaults([
    { kind: 'reset', share: 0.1 },
    { kind: 'reset', after: true, share: 0.2, on: ['write', 'batch', 'bulk'] },
    { kind: 'status', status: 449, share: 0.1 },
    { kind: 'status', status: 503, share: 0.1 },
    { kind: 'status', status: 449, each: true, share: 0.1, on: ['bulk'] },
  ]);
  const { journal } = documents;
  const { fence } = await forEver(() => journal.takeFence('trends/0'));
  for (let epoch = 1; epoch <= 20; epoch += 1) {
    await forEver(() => journal.append('trends/0', fence, { epoch, plan: `plan ${epoch}` }));
    await forEver(() => documents.write(Array.from({ length: 20 }, (_, n) => write(`id-${n}`, epoch, n))));
  }
  const plans = await forEver(() => journal.after('trends/0', 0, 100));
  fixture.setFaults([]);
  expect(plans).toEqual(Array.from({ length: 20 }, (_, n) => ({ epoch: n + 1, plan: `plan ${n + 1}` })));
  expect([...(await epochsOf(documents)).values()]).toEqual(Array.from({ length: 20 }, () => 20));
});

test('a put whose answer is lost is known as our own, and a rival is not taken for it', async () => {
  const { documents, fixture, connect } = await opened();
  const rival = await connect();
  const etag = await documents.put(key('a'), { n: 0 }, 'absent');
  fixture.setFaults([{ kind: 'reset', after: true, times: 1, on: ['write'] }]);
  const after = await documents.put(key('a'), { n: 1 }, { etag });
  expect(await rival.get(key('a'))).toMatchObject({ body: { n: 1 }, etag: after });
  await rival.put(key('a'), { n: 2 }, { etag: after });
  await expect(documents.put(key('a'), { n: 3 }, { etag: after })).rejects.toThrow(ConditionFailed);
  expect((await documents.get(key('a')))?.body).toEqual({ n: 2 });
});

test('two writers race for the same documents: the older never overwrites the newer', async () => {
  const { fixture, connect } = await opened();
  const random = new Random(7);
  fixture.setFaults([{ kind: 'slow', ms: 3, share: 0.3, on: ['bulk'] }]);
  const writers = [await connect(), await connect()];
  const newest = new Map<string, number>();
  for (let round = 0; round < 40; round += 1) {
    const calls = writers.map(documents => {
      const epoch = random.between(1, 1_000);
      const ids = Array.from({ length: 5 }, (_, n) => `id-${n}`).filter(() => random.unit() < 0.8);
      for (const id of ids) newest.set(id, Math.max(newest.get(id) ?? 0, epoch));
      return documents.write(ids.map((id, n) => write(id, epoch, n)));
    });
    await Promise.all(calls);
    expect(await epochsOf(await connect()), `round ${round} of seed 7`).toEqual(newest);
  }
});

test('who has written sees it, whichever replica answers; who asks for less may see less', async () => {
  const { documents, fixture, connect } = await opened();
  const lenient = await connect({ reads: 'eventual' });
  await documents.put(key('a'), { n: 1 }, 'always');
  await documents.put(key('a'), { n: 2 }, 'always');
  fixture.setFaults([{ kind: 'stale', on: ['read'] }]);
  expect((await documents.get(key('a')))?.body).toEqual({ n: 2 });
  expect((await lenient.get(key('a')))?.body).toEqual({ n: 1 });
});

test('a replica that has not reached the session is asked again, and not taken to say that there is nothing', async () => {
  const { documents, fixture, connect } = await opened();
  const { journal } = documents;
  await documents.put(key('a'), { n: 1 }, 'absent');
  const { fence } = await journal.takeFence('trends/0');
  await journal.append('trends/0', fence, { epoch: 1, plan: 'plan 1' });
  const lagging: FaultInput = { kind: 'status', status: 404, substatus: 1002, on: ['read'] };
  fixture.setFaults([{ ...lagging, times: 1 }]);
  expect((await documents.get(key('a')))?.body).toEqual({ n: 1 });
  // Another client of the same process knows no head, and reads it before it appends.
  const { journal: fresh } = await connect();
  fixture.setFaults([{ ...lagging, times: 1 }]);
  await fresh.append('trends/0', fence, { epoch: 2, plan: 'plan 2' });
  expect((await journal.after('trends/0', 0, 9)).map(({ epoch }) => epoch)).toEqual([1, 2]);
  fixture.setFaults([lagging]);
  await expect(documents.get(key('a')), 'beyond patience').rejects.toThrow(Unavailable);
});

test('what processes decide by is read in the session, whatever is said of documents that are served', async () => {
  const { fixture, connect } = await opened();
  await makeContainers(fixture, [schemasCollection]);
  const [writer, lenient] = [await connect(), await connect({ reads: 'eventual' })];
  const schema = { collection: schemasCollection, partition: 'shared', id: '0123456789abcdef' };
  await writer.put(schema, { n: 1 }, 'always');
  await writer.put(schema, { n: 2 }, 'always');
  // As who looks for a schema does: its own write brings it past all that was written before.
  await lenient.put({ ...schema, id: 'asked' }, {}, 'always');
  fixture.setFaults([{ kind: 'stale', on: ['read'] }]);
  expect((await lenient.get(schema))?.body).toEqual({ n: 2 });
});

test('writes go on where their partitions are split meanwhile', async () => {
  const { documents, fixture } = await opened();
  for (let epoch = 1; epoch <= 3; epoch += 1) {
    await forEver(() => documents.write(Array.from({ length: 100 }, (_, n) => write(`id-${n}`, epoch, n))));
    fixture.account.split('millrace', collection);
  }
  expect([...(await epochsOf(documents)).values()]).toEqual(Array.from({ length: 100 }, () => 3));
});

test('what cannot be stored, and where nothing can be, is told with what to do', async () => {
  const { documents } = await opened();
  const large = { ...write('large', 1, 0), body: { text: 'x'.repeat(2_100_000) } };
  await expect(documents.write([large])).rejects.toThrow(DocumentTooLarge);
  const nowhere = { collection: 'nowhere', partition: 'p', id: 'a' };
  await expect(documents.get(nowhere)).rejects.toThrow(NoCosmosContainer);
  await expect(documents.put(nowhere, {}, 'always')).rejects.toThrow(/millrace documents create/);
  await expect(documents.write([{ ...write('a', 1, 0), ...nowhere }])).rejects.toThrow(NoCosmosContainer);
  await expect(documents.changes('nowhere', undefined, 5)).rejects.toThrow(NoCosmosContainer);
});
