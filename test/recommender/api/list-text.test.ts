/** The head of a list's document is what parsing all of it and dropping the rest answers. */
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { openSqliteDocuments } from '../../../src/documents/sqlite/documents.ts';
import { asListDocument } from '../../../src/recommender/domain/documents.ts';
import { headOf } from '../../../src/recommender/api/list-text.ts';
import { Stored } from '../../../src/recommender/api/stored.ts';

const items = fc.array(
  fc.record({
    itemId: fc.oneof(fc.string({ unit: 'binary', minLength: 1 }), fc.constantFrom('"},{"', ']}', '\\', '"items":[{')),
    score: fc.double({ noNaN: true, noDefaultInfinity: true }),
    reason: fc.constantFrom('personal' as const, 'popular' as const),
  }),
  { minLength: 1, maxLength: 30 },
);
const about = { userId: 'u "{[', reason: 'personal', policy: 'live', generation: 1, number: 7, time: 5, margin: 0 };
const head = { ...about, userId: 'u', reason: 'personal' as const };

test('the head of every list is its first items, or nothing where there are no more', () => {
  fc.assert(
    fc.property(items, fc.integer({ min: 1, max: 31 }), (all, n) => {
      const body = asListDocument({ ...head, items: all });
      const cut = headOf(JSON.stringify(body), n);
      const wanted = all.length <= n ? undefined : JSON.stringify({ ...body, items: all.slice(0, n) });
      expect(cut).toBe(wanted);
    }),
    { seed: 7, numRuns: 500 },
  );
});

test.each([
  { ...head },
  { ...head, items: {} },
  { ...head, items: [1, 2, 3] },
  { items: [{ itemId: 'a', score: 1, reason: 'personal', more: {} }], ...head },
  { ...head, items: [{ score: 1, itemId: 'a', reason: 'personal' }] },
  { nested: { items: [{ itemId: 'a', score: 1, reason: 'personal' }] }, ...head },
  { ...about, items: [{ itemId: 'a', score: 1, reason: 'personal' }] },
])('what is of another form is parsed whole: %j', body => {
  expect(headOf(JSON.stringify(body), 1)).toBeUndefined();
});

test('whoever asks for more than the head gets all items, as often as they ask', async () => {
  const documents = openSqliteDocuments({ path: ':memory:', clock: () => 0 });
  onTestFinished(() => documents.close());
  const stored = new Stored(documents);
  const all = Array.from({ length: 100 }, (_, n) => ({
    itemId: `i${n}`,
    score: 1 / (n + 1),
    reason: 'personal' as const,
  }));
  const body = asListDocument({ ...head, items: all }) ?? {};
  const etag = await documents.put({ collection: 'recommendations', partition: 'u', id: 'u' }, body, 'always');
  const opened = await stored.openedListOf('u', 12);
  expect(opened?.etag).toBe(etag);
  expect([...(opened?.list.items ?? [])]).toEqual(all);
  expect([...(opened?.list.items ?? [])]).toEqual(all);
  expect((await stored.listOf('u'))?.items).toEqual(all);
  expect(await stored.openedListOf('nobody', 12)).toBeUndefined();
});
