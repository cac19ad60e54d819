import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { json } from '../../src/engine/state/codec.ts';
import { type Entries, idsWith } from '../../src/engine/state/entries.ts';
import { entryCodec } from '../../src/engine/state/entry-codec.ts';
import { openSqliteStateStore } from '../../src/engine/state/sqlite.ts';
import type { StateStore } from '../../src/engine/state/store.ts';
import type { StoredEntries } from '../../src/engine/step.ts';
import { byBytes, naiveEntries, type Naive } from '../support/naive-entries.ts';
import { promises } from './promises.ts';

/** Entries of a step called 'step', under the name 'it', as they stand over what a checkpoint holds of it. */
export type OpenEntries = (stored: StoredEntries, options: EntriesSettings) => Entries<number>;
export interface EntriesSettings {
  readonly codec: ReturnType<typeof entryCodec<number>>;
  readonly ttl: number;
  readonly sorted: boolean;
}

/** Entries and the checkpoint below them. */
class Setting {
  entries: Entries<number>;
  readonly store: StateStore = openSqliteStateStore({ path: ':memory:' });
  readonly #open: OpenEntries;
  readonly #ttl: number;
  #epoch = 0;

  constructor(open: OpenEntries, ttl: number) {
    this.#open = open;
    this.#ttl = ttl;
    this.entries = this.#opened();
  }

  commit(): void {
    const changes = Array.from(this.entries.changes(), ([id, value]) => ({ step: 'step', key: `it${id}`, value }));
    this.store.commit('task/0', { fence: 1, epoch: ++this.#epoch, body: '' }, changes);
    this.entries.committed();
  }

  undo(): void {
    this.entries.undo(id => this.store.get('task/0', 'step', `it${id}`));
  }

  /** As after a crash: nothing but the checkpoint is left. */
  reopen(): void {
    this.entries = this.#opened();
    for (const { key, value } of this.store.entries('task/0')) this.entries.restore(key.slice('it'.length), value);
  }

  stored(): string[] {
    return Array.from(this.store.entries('task/0'), ({ key }) => key);
  }

  #opened(): Entries<number> {
    const pairs = (rows: readonly { readonly key: string; readonly value: string | Uint8Array }[]) =>
      rows.map(({ key, value }) => [key, value] as const);
    const stored: StoredEntries = {
      get: key => this.store.get('task/0', 'step', key),
      range: (from, limit, before) => pairs(this.store.range('task/0', 'step', from, limit, before)),
      rangeBack: (range, limit) => pairs(this.store.rangeBack('task/0', 'step', range, limit)),
    };
    return this.#open(stored, { codec: entryCodec(json<number>()), ttl: this.#ttl, sorted: true });
  }
}

const never = Infinity;
const all = { from: '', before: '\u{10ffff}'.repeat(3) };

/** What entries promise, in memory or on disk. */
export function entriesContract(name: string, open: OpenEntries, ttl = 240): void {
  describe(`entries: ${name}`, () => {
    const promise = promises<Setting>([], async work => {
      const setting = new Setting(open, ttl);
      await work(setting);
      setting.store.close();
    });

    promise('a value is there until it is removed, over commits and restarts', async setting => {
      setting.entries.set('a', 1, never);
      expect(setting.entries.get('a', 0)).toBe(1);
      setting.commit();
      setting.reopen();
      expect(setting.entries.get('a', 0)).toBe(1);
      setting.entries.remove('a');
      expect(setting.entries.get('a', 0)).toBeUndefined();
      setting.commit();
      expect(setting.entries.get('a', 0)).toBeUndefined();
      expect(setting.stored()).toEqual([]);
    });

    promise('a failed epoch leaves nothing', async setting => {
      setting.entries.set('a', 1, 500);
      setting.commit();
      setting.entries.set('a', 2, 900);
      setting.entries.set('b', 2, never);
      setting.undo();
      expect([...setting.entries.scan(all, 0)]).toEqual([['a', 1]]);
      expect(setting.entries.get('a', 500)).toBeUndefined();
      expect([...setting.entries.changes()]).toEqual([]);
    });

    promise('a value is seen until the instant of its end, and not from then on', async setting => {
      setting.entries.set('a', 1, 100);
      for (const when of ['open', 'committed', 'restored']) {
        if (when === 'committed') setting.commit();
        if (when === 'restored') setting.reopen();
        expect(setting.entries.get('a', 99)).toBe(1);
        expect(setting.entries.get('a', 100)).toBeUndefined();
        expect([...setting.entries.scan(all, 99)]).toEqual([['a', 1]]);
        expect([...setting.entries.scan(all, 100)]).toEqual([]);
      }
    });

    promise('what is over is swept, and the checkpoint shrinks to what is not', async setting => {
      for (let n = 0; n < 100; n++) setting.entries.set(`${n}`, n, 1_000 + n);
      setting.entries.set('kept', 1, never);
      setting.commit();
      setting.reopen();
      expect(setting.entries.nextSweep).toBeLessThanOrEqual(1_000 + Math.ceil(ttl / 24));
      setting.entries.sweep(setting.entries.nextSweep);
      setting.commit();
      expect(setting.stored().length).toBeLessThan(204);
      expect(setting.entries.get('99', 1_098)).toBe(99);
      setting.entries.sweep(1_100 + ttl);
      setting.commit();
      expect(setting.stored()).toEqual(['it|kept']);
      expect(setting.entries.nextSweep).toBe(Infinity);
    });

    promise('a value written again in time is not swept at its former end', async setting => {
      setting.entries.set('a', 1, 100);
      setting.commit();
      setting.entries.set('a', 1, 1_000);
      setting.entries.sweep(500);
      expect(setting.entries.get('a', 500)).toBe(1);
      setting.entries.set('a', 1, never);
      setting.commit();
      setting.entries.sweep(5_000);
      expect(setting.entries.get('a', 5_000)).toBe(1);
      expect(setting.stored()).toEqual(['it|a']);
    });

    promise('a scan is in the order of UTF-8 bytes, from either end, within its range', async setting => {
      const ids = ['', 'a', 'a\0', 'aa', 'b|1', 'b|2', 'é', '\uffff', '😀'];
      for (const [n, id] of ids.toReversed().entries()) {
        setting.entries.set(id, n, never);
        if (n === 4) setting.commit();
      }
      const keys = (range: { from: string; before: string }, descending = false) =>
        Array.from(setting.entries.scan(range, 0, descending), ([id]) => id);
      expect(keys(all)).toEqual(ids.toSorted(byBytes));
      expect(keys(all, true)).toEqual(ids.toSorted(byBytes).reverse());
      expect(keys(idsWith('b|'))).toEqual(['b|1', 'b|2']);
      expect(keys({ from: 'a\0', before: 'b|2' })).toEqual(['a\0', 'aa', 'b|1']);
      expect(keys({ from: 'a\0', before: 'b|2' }, true)).toEqual(['b|1', 'aa', 'a\0']);
    });

    promise('what a scan has not come to yet may be removed, and what is put in there is seen', async setting => {
      for (const id of ['a', 'b', 'c', 'd', 'e']) setting.entries.set(id, 0, never);
      setting.commit();
      const seen: string[] = [];
      for (const [id] of setting.entries.scan(all, 0)) {
        seen.push(id);
        setting.entries.remove(id);
        if (id === 'a') setting.entries.remove('b');
        if (id === 'c') setting.entries.set('cc', 1, never);
        if (id === 'd') setting.entries.set('a', 1, never);
      }
      expect(seen).toEqual(['a', 'c', 'cc', 'd', 'e']);
      expect([...setting.entries.scan(all, 0)]).toEqual([['a', 1]]);
    });

    promise('any work on them leaves what a plain list of them holds', async () => {
      const id = fc.oneof(
        fc.constantFrom('a', 'b', 'c|1', 'c|2'),
        fc.string({ unit: fc.constantFrom('a', '\0', '|', 'é', '\uffff', '😀'), maxLength: 2 }),
      );
      const step = fc.oneof(
        fc.record({
          do: fc.constant('set' as const),
          id,
          value: fc.nat(9),
          lives: fc.option(fc.integer({ min: 1, max: 600 }), { nil: never }),
        }),
        fc.record({ do: fc.constant('remove' as const), id }),
        fc.record({ do: fc.constant('pass' as const), time: fc.nat(300) }),
        fc.record({ do: fc.constantFrom('commit' as const, 'undo' as const, 'reopen' as const) }),
      );
      const property = fc.property(fc.array(step, { maxLength: 40 }), steps => {
        const run = new Setting(open, ttl);
        let [kept, committed]: [Naive<number>, Naive<number>] = [naiveEntries(), naiveEntries()];
        let now = 0;
        for (const each of steps) {
          if (each.do === 'set') {
            run.entries.set(each.id, each.value, now + each.lives);
            kept.set(each.id, each.value, now + each.lives);
          } else if (each.do === 'remove') {
            run.entries.remove(each.id);
            kept.remove(each.id);
          } else if (each.do === 'pass') {
            now += each.time;
            if (run.entries.nextSweep <= now) run.entries.sweep(now);
          } else if (each.do === 'commit') {
            run.commit();
            committed = kept.copy();
          } else {
            if (each.do === 'undo') run.undo();
            else run.reopen();
            kept = committed.copy();
          }
          expect([...run.entries.scan(all, now)]).toEqual(kept.at(now));
        }
        run.commit();
        run.entries.sweep(now + 10_000);
        run.commit();
        expect(run.stored()).toEqual(kept.at(now + 10_000).map(([left]) => `it|${left}`));
        run.store.close();
      });
      fc.assert(property, { numRuns: 200 });
    });
  });
}
