import { describe, expect, test } from 'vitest';
import type { Rating } from '../../../schemas/types.ts';
import { History, pageItems } from '../../../src/recommender/domain/history.ts';
import { asHistoryDocument } from '../../../src/recommender/domain/documents.ts';
import { Shelves } from '../../../src/recommender/domain/shelf.ts';
import { rating } from '../../topologies/events.ts';
import { Random } from '../../support/random.ts';

/** A checkpoint, and what an epoch leaves in it. */
class Stored {
  readonly rows = new Map<string, string>();

  commit(shelves: Shelves): void {
    for (const [key, value] of shelves.changes())
      if (value === null) this.rows.delete(key);
      else this.rows.set(key, value.toString());
    shelves.committed();
  }

  restored(): Shelves {
    const shelves = new Shelves();
    for (const key of [...this.rows.keys()].sort()) shelves.restore(key, this.rows.get(key) ?? '');
    shelves.restored();
    return shelves;
  }
}

const learn = (shelves: Shelves, ...events: readonly Rating[]): void => {
  for (const event of events) shelves.next(event);
};
const view = (change: Partial<Rating>): Rating => rating({ kind: 'view', value: 1, ...change });
const alias = rating({ kind: 'alias', value: 0, itemId: '', userId: 'ann', sessionId: 's1' });
const erasure = rating({ kind: 'erase', value: 0, itemId: '', userId: 'ann' });

describe('a shelf', () => {
  test('has no rating that was deleted, and of the item what else was done with it', () => {
    const shelves = new Shelves();
    const away = (change: Partial<Rating>): Rating => rating({ value: 0, ...change });
    learn(
      shelves,
      rating({ itemId: 'a', time: 1 }),
      rating({ itemId: 'b', time: 1 }),
      rating({ itemId: 'c', time: 5 }),
    );
    learn(shelves, rating({ itemId: 'b', kind: 'order', value: 2, time: 0 }), view({ itemId: 'a', time: 0 }));
    learn(shelves, away({ itemId: 'a', time: 3 }), away({ itemId: 'b', time: 3 }), away({ itemId: 'c', time: 3 }));
    // Of the same time as the deletion, and later in the log: what a deletion finds is taken back.
    learn(shelves, rating({ itemId: 'a', time: 3 }), rating({ itemId: 'd', time: 2 }), away({ itemId: 'd', time: 2 }));
    expect(shelves.of('ann')).toEqual([
      { itemId: 'c', kind: 'rating', value: 4, time: 5 },
      { itemId: 'a', kind: 'view', value: 1, time: 0 },
      { itemId: 'b', kind: 'order', value: 2, time: 0 },
    ]);
    expect([...shelves.seenBy('ann')].sort()).toEqual(['b', 'c']);
    const [page] = shelves.changedPages().map(asHistoryDocument);
    expect(page?.items.map(({ itemId, done }) => [itemId, ...done.map(({ kind }) => kind)])).toEqual([
      ['a', 'view'],
      ['b', 'order'],
      ['c', 'rating'],
    ]);
  });

  test('keeps over a restart and an alias that a rating was deleted: an older one that comes late does not count', () => {
    const [shelves, stored] = [new Shelves(), new Stored()];
    learn(shelves, rating({ userId: '', sessionId: 's1', itemId: 'a', value: 0, time: 3 }));
    stored.commit(shelves);
    const restored = stored.restored();
    learn(restored, alias, rating({ itemId: 'a', time: 2 }));
    expect(restored.of('ann')).toEqual([]);
    expect([...restored.seenBy('ann')]).toEqual([]);
    learn(restored, rating({ itemId: 'a', time: 4 }));
    expect([...restored.seenBy('ann')]).toEqual(['a']);
  });

  test('counts an item as wanted anew once its rating was deleted, and not the deletion', () => {
    const shelves = new Shelves();
    learn(shelves, rating({ time: 1 }), rating({ time: 2, value: 5 }));
    expect(shelves.wanted()).toHaveLength(1);
    learn(shelves, rating({ time: 3, value: 0 }));
    expect(shelves.wanted()).toHaveLength(1);
    learn(shelves, rating({ time: 4 }));
    expect(shelves.wanted()).toHaveLength(2);
  });

  test('tells of each item what was done last; a view speaks only alone', () => {
    const shelves = new Shelves();
    learn(
      shelves,
      rating({ itemId: 'a', value: 3, time: 1 }),
      view({ itemId: 'a', time: 9 }),
      view({ itemId: 'b', time: 2 }),
    );
    learn(shelves, rating({ itemId: 'a', value: 5, time: 4 }), rating({ itemId: 'a', value: 1, time: 3 }));
    expect(shelves.of('ann')).toEqual([
      { itemId: 'a', kind: 'rating', value: 5, time: 4 },
      { itemId: 'b', kind: 'view', value: 1, time: 2 },
    ]);
    expect([...shelves.seenBy('ann')]).toEqual(['a']);
  });

  test('keeps of each item and kind the newest, in a history', () => {
    const shelves = new Shelves();
    learn(
      shelves,
      view({ itemId: 'a', time: 1 }),
      rating({ itemId: 'a', value: 2, time: 2 }),
      view({ itemId: 'a', time: 3 }),
    );
    expect(shelves.history('ann')).toEqual([
      { itemId: 'a', done: { view: { value: 1, time: 3 }, rating: { value: 2, time: 2 } } },
    ]);
  });

  test('writes the page that news is on, and no other', () => {
    const shelves = new Shelves();
    const stored = new Stored();
    learn(shelves, ...Array.from({ length: 3 * pageItems }, (_, n) => rating({ itemId: `i${n}` })));
    stored.commit(shelves);
    learn(shelves, rating({ itemId: `i${pageItems}`, value: 1 }));
    expect([...shelves.changes()]).toHaveLength(1);
    expect(shelves.changedPages().map(({ page }) => page)).toEqual([1]);
  });
});

describe('a session that becomes a user', () => {
  const events = [view({ userId: '', sessionId: 's1', itemId: 'a' }), rating({ userId: 'ann', itemId: 'b' })];

  test('leaves what it did to the user, and is no more', () => {
    const shelves = new Shelves();
    const stored = new Stored();
    learn(shelves, ...events);
    stored.commit(shelves);
    learn(shelves, alias);
    expect(shelves.left()).toEqual(['s1']);
    expect(shelves.changedPages().find(({ userId }) => userId === 's1')?.items).toBeNull();
    stored.commit(shelves);
    for (const known of [shelves, stored.restored()]) {
      expect(known.of('s1')).toEqual([]);
      expect(known.of('ann').map(({ itemId }) => itemId)).toEqual(['a', 'b']);
    }
  });
});

describe('an erased user', () => {
  test('has no shelf, no page and no row', () => {
    const shelves = new Shelves();
    const stored = new Stored();
    learn(shelves, ...Array.from({ length: 2 * pageItems }, (_, n) => rating({ itemId: `i${n}` })));
    stored.commit(shelves);
    learn(shelves, erasure);
    expect(shelves.left()).toEqual(['ann']);
    expect(shelves.changedPages().map(({ page, items }) => [page, items])).toEqual([
      [0, null],
      [1, null],
    ]);
    stored.commit(shelves);
    expect(stored.rows.size).toBe(0);
  });

  test('may come back as somebody new', () => {
    const shelves = new Shelves();
    const stored = new Stored();
    learn(shelves, rating({ itemId: 'a' }), erasure, rating({ itemId: 'b' }));
    stored.commit(shelves);
    expect(
      stored
        .restored()
        .of('ann')
        .map(({ itemId }) => itemId),
    ).toEqual(['b']);
  });
});

test('what is restored, or undone to, is what was committed', () => {
  const random = new Random(5);
  const shelves = new Shelves();
  const stored = new Stored();
  const seen = (of: Shelves) => ['ann', 'bob', 's1'].map(user => [of.history(user), of.of(user)]);
  const event = (): Rating => {
    const userId = random.pick(['ann', 'bob', '']);
    const base = { userId, sessionId: 's1', itemId: `i${random.below(200)}`, time: 1 + random.below(50) };
    if (random.chance(0.01)) return rating({ ...erasure, userId: 'bob' });
    if (random.chance(0.01)) return alias;
    return random.chance(0.5) ? rating(base) : view(base);
  };
  for (let epoch = 0; epoch < 40; epoch++) {
    for (let n = 0; n < 40; n++) shelves.next(event());
    stored.commit(shelves);
    const before = structuredClone(seen(shelves));
    expect(seen(stored.restored())).toEqual(before);
    for (let n = 0; n < 40; n++) shelves.next(event());
    shelves.undo(key => stored.rows.get(key));
    expect(seen(shelves)).toEqual(before);
  }
});

test('the page of the first release is read, and written in pages', () => {
  const items = Array.from({ length: 150 }, (_, n) => ({ itemId: `i${n}`, kind: 'rating', value: 4, time: n }));
  const stored = new Stored();
  stored.rows.set('ann', JSON.stringify(items));
  const shelves = stored.restored();
  expect(shelves.of('ann')).toHaveLength(150);
  expect(shelves.touched()).toEqual([]);
  expect(shelves.changedPages().map(({ page }) => page)).toEqual([0, 1, 2]);
  stored.commit(shelves);
  expect(stored.rows.size).toBe(3);
  expect(stored.restored().of('ann')).toEqual(shelves.of('ann'));
});

test('a history is full of pages but for its last', () => {
  const history = new History();
  for (let n = 0; n < 2 * pageItems + 1; n++) history.add(`i${n}`, 'view', { value: 1, time: n });
  expect([0, 1, 2, 3].map(page => history.page(page).length)).toEqual([pageItems, pageItems, 1, 0]);
  expect(history.pages).toBe(3);
});

test('the policy is part of the version, in whichever order it is written, and says what is seen', () => {
  const shelves = new Shelves(['view', 'rating']);
  learn(shelves, view({ itemId: 'a' }), rating({ itemId: 'b' }), rating({ kind: 'order', value: 1, itemId: 'c' }));
  expect(shelves.seenBy('ann')).toEqual(new Set(['a', 'b']));
  expect(shelves.version).toBe(new Shelves(['rating', 'view', 'view']).version);
  expect(shelves.version).not.toBe(new Shelves().version);
  expect(shelves.reads(new Shelves().version)).toBe(false);
});
