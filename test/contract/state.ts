import fc from 'fast-check';
import { describe, expect } from 'vitest';
import type { CheckpointHead, StateChange, StateEntry, StateStore } from '../../src/engine/state/store.ts';
import { Fenced } from '../../src/errors.ts';
import { promises } from './promises.ts';

export interface StatePlace {
  /** Opens the store, also after it was closed: what was committed is there. */
  connect(): Promise<StateStore>;
  /** Frees the place; the store is closed already. */
  remove(): Promise<void>;
}

interface StateSetting {
  readonly store: StateStore;
  /** Closes the store and opens it again, as a restart does. */
  readonly reconnect: () => Promise<StateStore>;
}

const task = 'trends/0';
const head = (epoch: number, fence = 1): CheckpointHead => ({ fence, epoch, body: `{"epoch":${epoch}}` });
const set = (key: string, value: StateChange['value'], step = 'hourly'): StateChange => ({ step, key, value });
const entry = (key: string, value: StateEntry['value'], step = 'hourly'): StateEntry => ({ step, key, value });

/** What every state store promises. */
export function stateContract(name: string, open: () => Promise<StatePlace>): void {
  describe(`state: ${name}`, () => {
    const promise = promises<StateSetting>([], work => inSetting(open, work));

    promise('a task that never committed has no head and no entries', async ({ store }) => {
      expect(store.head(task)).toBeUndefined();
      expect([...store.entries(task)]).toEqual([]);
      expect(store.get(task, 'hourly', 'heat')).toBeUndefined();
    });

    promise('a commit changes head and entries together', async ({ store }) => {
      store.commit(task, head(1), [set('heat', '1'), set('alien', '2')]);
      expect(store.head(task)).toEqual(head(1));
      store.commit(task, head(2), [set('heat', '3'), set('alien', null), set('ran', '4')]);
      expect(store.head(task)).toEqual(head(2));
      expect([...store.entries(task)]).toEqual([entry('heat', '3'), entry('ran', '4')]);
      expect(store.get(task, 'hourly', 'heat')).toBe('3');
      expect(store.get(task, 'daily', 'heat')).toBeUndefined();
    });

    promise('of several changes of one key in a commit the last counts', async ({ store }) => {
      store.commit(task, head(1), [set('a', '1'), set('a', null), set('a', '2'), set('b', '1'), set('b', null)]);
      expect([...store.entries(task)]).toEqual([entry('a', '2')]);
    });

    promise('strings stay strings and bytes stay bytes', async ({ store, reconnect }) => {
      const bytes = Uint8Array.from([0, 1, 255]);
      const values = ['', 'a\0b', '✓ 😀', '12', bytes, new Uint8Array(), bytes.subarray(1, 2)];
      store.commit(
        task,
        head(1),
        values.map((value, n) => set(`${n}`, value)),
      );
      const again = await reconnect();
      for (const [n, value] of values.entries()) {
        const found = again.get(task, 'hourly', `${n}`);
        expect(typeof found).toBe(typeof value);
        expect(typeof found === 'string' ? found : Uint8Array.from(found ?? [])).toEqual(value);
      }
    });

    promise('entries come by step and key in the order of their UTF-8 bytes', async ({ store }) => {
      const keys = ['', 'a', 'a\0', 'aa', 'B', 'é', '\uffff', '😀', '10', '9'];
      const steps = ['hourly', 'Daily', 'hourly-2'];
      const changes = steps.flatMap(step => keys.map(key => set(key, key, step)));
      store.commit(task, head(1), changes.toReversed());
      const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
      const expected = steps
        .toSorted(byBytes)
        .flatMap(step => keys.toSorted(byBytes).map(key => entry(key, key, step)));
      expect([...store.entries(task)]).toEqual(expected);
    });

    promise(
      'a range is of one step of one task, begins at its first key, and is no longer than asked',
      async ({ store }) => {
        const keys = ['', 'a', 'a|1', 'a|2', 'b|1', 'é', '😀'];
        store.commit(
          task,
          head(1),
          ['hourly', 'daily'].flatMap(step => keys.map(key => set(key, `${step} ${key}`, step))),
        );
        store.commit('trends/1', head(1), [set('a|3', 'another task')]);
        const of = (from: string, limit: number) => store.range(task, 'hourly', from, limit).map(({ key }) => key);
        expect(of('', 100)).toEqual(keys);
        expect(of('a|', 2)).toEqual(['a|1', 'a|2']);
        expect(of('a|2', 2)).toEqual(['a|2', 'b|1']);
        expect(of('😀😀', 2)).toEqual([]);
        expect(store.range(task, 'hourly', 'b', 1)).toEqual([entry('b|1', 'hourly b|1')]);
        expect(store.range(task, 'no-such', '', 10)).toEqual([]);
      },
    );

    promise('a range may end before a key, and be read from its end', async ({ store }) => {
      const keys = ['a', 'a|1', 'a|2', 'a|3', 'b', '\uffff', '😀'];
      store.commit(
        task,
        head(1),
        ['hourly', 'daily'].flatMap(step => keys.map(key => set(key, key, step))),
      );
      const keysOf = (entries: readonly StateEntry[]) => entries.map(({ key }) => key);
      expect(keysOf(store.range(task, 'hourly', 'a|', 10, 'a}'))).toEqual(['a|1', 'a|2', 'a|3']);
      expect(keysOf(store.range(task, 'hourly', 'a|', 2, 'a}'))).toEqual(['a|1', 'a|2']);
      expect(keysOf(store.rangeBack(task, 'hourly', { from: 'a|', before: 'a}' }, 2))).toEqual(['a|3', 'a|2']);
      expect(keysOf(store.rangeBack(task, 'hourly', { from: 'b', before: '😀😀' }, 9))).toEqual(['😀', '\uffff', 'b']);
      expect(store.rangeBack(task, 'no-such', { from: '', before: 'z' }, 9)).toEqual([]);
    });

    promise('entries may be those of one step alone, in pages too', async ({ store }) => {
      const changes = Array.from({ length: 2_500 }, (_, n) =>
        set(`${n}`.padStart(5, '0'), `${n}`, n < 3 ? 'one' : 'two'),
      );
      store.commit(task, head(1), changes);
      store.commit('trends/1', head(1), [set('a', 'another task', 'two')]);
      expect(Array.from(store.entries(task, 'one'), ({ key }) => key)).toEqual(['00000', '00001', '00002']);
      expect([...store.entries(task, 'two')]).toEqual(changes.slice(3));
      expect([...store.entries(task, 'three')]).toEqual([]);
    });

    promise('ten thousand changes are one commit', async ({ store }) => {
      const changes = Array.from({ length: 10_000 }, (_, n) => set(`key-${n}`.padStart(12, '0'), `${n}`));
      store.commit(task, head(1), changes);
      expect([...store.entries(task)].map(({ value }) => value)).toHaveLength(10_000);
      expect(store.get(task, 'hourly', changes[9_999]?.key ?? '')).toBe('9999');
    });

    promise('entries may be read twice at once and left early', async ({ store }) => {
      store.commit(
        task,
        head(1),
        ['a', 'b', 'c'].map(key => set(key, key)),
      );
      const pairs = [];
      for (const first of store.entries(task)) {
        for (const second of store.entries(task)) pairs.push(first.key + second.key);
        if (first.key === 'b') break;
      }
      expect(pairs).toEqual(['aa', 'ab', 'ac', 'ba', 'bb', 'bc']);
      store.commit(task, head(2), [set('a', null)]);
      expect([...store.entries(task)]).toHaveLength(2);
    });

    promise('a commit of another epoch than the next is refused and changes nothing', async ({ store }) => {
      expect(() => store.commit(task, head(2), [set('a', '1')])).toThrow(Fenced);
      store.commit(task, head(1), [set('a', '1')]);
      for (const epoch of [0, 1, 3]) expect(() => store.commit(task, head(epoch), [set('a', '2')])).toThrow(Fenced);
      expect(store.head(task)).toEqual(head(1));
      expect(store.get(task, 'hourly', 'a')).toBe('1');
    });

    promise('a lower fence is refused and a greater one raises it', async ({ store }) => {
      store.commit(task, head(1, 5), [set('a', '1')]);
      expect(() => store.commit(task, head(2, 4), [set('a', '2')])).toThrow(Fenced);
      store.commit(task, head(2, 6), [set('a', '3')]);
      expect(() => store.commit(task, head(3, 5), [set('a', '4')])).toThrow(Fenced);
      expect(() => store.replacing(task, 5)).toThrow(Fenced);
      expect(store.head(task)).toEqual(head(2, 6));
      expect(store.get(task, 'hourly', 'a')).toBe('3');
    });

    promise('changes that fail half-way change nothing', async ({ store }) => {
      store.commit(task, head(1), [set('a', '1')]);
      function* failing(): Generator<StateEntry> {
        yield entry('a', '2');
        throw new Error('the codec failed');
      }
      expect(() => store.commit(task, head(2), failing())).toThrow('the codec failed');
      expect(store.head(task)).toEqual(head(1));
      expect([...store.entries(task)]).toEqual([entry('a', '1')]);
      store.commit(task, head(2), [set('a', '3')]);
    });

    promise('a key that two texts would share is refused', async ({ store }) => {
      expect(() => store.commit(task, head(1), [set('\ud800', '1')])).toThrow('well-formed');
      expect(() => store.commit(task, head(1), [set('a', '\udfff')])).toThrow('well-formed');
      expect(store.head(task)).toBeUndefined();
    });

    promise("a replacement leaves nothing of the task's old state, at any epoch", async ({ store }) => {
      store.commit(task, head(1), [set('a', '1'), set('b', '2', 'daily')]);
      replace(store, head(40, 2), [entry('c', '3')], [entry('d', '4')]);
      expect(store.head(task)).toEqual(head(40, 2));
      expect([...store.entries(task)]).toEqual([entry('c', '3'), entry('d', '4')]);
      replace(store, head(7, 2));
      expect([...store.entries(task)]).toEqual([]);
      store.commit(task, head(8, 2), []);
    });

    promise(
      'a replacement that was left off leaves no checkpoint, and nothing of it to the next one',
      async setting => {
        setting.store.commit(task, head(1), [set('a', '1')]);
        const part = setting.store.replacing(task, 2);
        part.add([entry('b', '2')]);
        const failing = function* (): Generator<StateEntry> {
          yield entry('c', '3');
          throw new Error('the file is cut off');
        };
        expect(() => part.add(failing())).toThrow('the file is cut off');
        const again = await setting.reconnect();
        expect(again.head(task)).toBeUndefined();
        replace(again, head(9, 2), [entry('d', '4')]);
        expect([...again.entries(task)]).toEqual([entry('d', '4')]);
        expect(() => part.finish(head(9, 2))).toThrow();
      },
    );

    promise('a discarded task begins again, and only that task', async ({ store }) => {
      for (const each of [task, 'trends/1']) store.commit(each, head(1, 9), [set('a', each)]);
      store.discard(task);
      expect(store.head(task)).toBeUndefined();
      expect([...store.entries(task)]).toEqual([]);
      expect(store.get('trends/1', 'hourly', 'a')).toBe('trends/1');
      store.commit(task, head(1), [set('a', '1')]);
      store.discard('unknown/0');
    });

    promise('what was committed lasts', async ({ store, reconnect }) => {
      store.commit(task, head(1), [set('a', '1')]);
      store.commit(task, head(2), [set('b', Uint8Array.from([2]))]);
      const again = await reconnect();
      expect(again.head(task)).toEqual(head(2));
      expect([...again.entries(task)]).toMatchObject([entry('a', '1'), { step: 'hourly', key: 'b' }]);
      expect(() => again.commit(task, head(2), [])).toThrow(Fenced);
    });

    promise(
      'any commits leave what a plain map holds, however it is read, over restarts',
      async ({ store, reconnect }) => {
        const key = fc.oneof(fc.constantFrom('a', 'b', 'c'), fc.string({ unit: 'binary', maxLength: 3 }));
        const change = fc.record({
          step: fc.constantFrom('s', 't'),
          key,
          value: fc.option(fc.string({ unit: 'binary', maxLength: 3 }), { nil: null }),
        });
        const act = fc.record({
          changes: fc.array(change, { maxLength: 12 }),
          restarts: fc.nat(9).map(n => n === 0),
          from: key,
          before: key,
          limit: fc.integer({ min: 1, max: 9 }),
        });
        let current = store;
        const property = fc.asyncProperty(fc.array(act, { maxLength: 25 }), async acts => {
          current.discard(task);
          const plain = new Map<string, StateEntry>();
          for (const [n, { changes, restarts, from, before, limit }] of acts.entries()) {
            current.commit(task, head(n + 1), changes);
            for (const each of changes) applyTo(plain, each);
            if (restarts) current = await reconnect();
            const all = inByteOrder([...plain.values()]);
            expect([...current.entries(task)]).toEqual(all);
            const ofStep = all.filter(({ step }) => step === 's');
            const within = ofStep.filter(row => inOrder(from, row.key) && !inOrder(before, row.key));
            expect(current.range(task, 's', from, limit, before)).toEqual(within.slice(0, limit));
            expect(current.range(task, 's', from, limit)).toEqual(
              ofStep.filter(row => inOrder(from, row.key)).slice(0, limit),
            );
            expect(current.rangeBack(task, 's', { from, before }, limit)).toEqual(within.toReversed().slice(0, limit));
            for (const { step, key: one } of changes)
              expect(current.get(task, step, one)).toBe(plain.get(`${step} ${one}`)?.value);
          }
        });
        await fc.assert(property, { numRuns: 40 });
      },
    );

    promise('any commits leave what a plain map holds', async ({ store }) => {
      const key = fc.oneof(fc.constantFrom('a', 'b', 'c'), fc.string({ unit: 'binary', maxLength: 3 }));
      const value = fc.option(fc.string({ unit: 'binary', maxLength: 3 }), { nil: null });
      const commits = fc.array(fc.array(fc.record({ step: fc.constantFrom('s', 't'), key, value })), { maxLength: 6 });
      const property = fc.property(commits, all => {
        store.discard(task);
        const plain = new Map<string, StateEntry>();
        for (const [n, changes] of all.entries()) {
          store.commit(task, head(n + 1), changes);
          for (const change of changes) applyTo(plain, change);
        }
        expect([...store.entries(task)]).toEqual(inByteOrder([...plain.values()]));
      });
      fc.assert(property, { numRuns: 40 });
    });
  });
}

function replace(store: StateStore, next: CheckpointHead, ...parts: readonly (readonly StateEntry[])[]): void {
  const replacement = store.replacing(task, next.fence);
  for (const part of parts) replacement.add(part);
  replacement.finish(next);
}

function applyTo(plain: Map<string, StateEntry>, { step, key, value }: StateChange): void {
  if (value === null) plain.delete(`${step} ${key}`);
  else plain.set(`${step} ${key}`, { step, key, value });
}

const inOrder = (a: string, b: string): boolean => Buffer.compare(Buffer.from(a), Buffer.from(b)) <= 0;

function inByteOrder(entries: readonly StateEntry[]): readonly StateEntry[] {
  const bytes = ({ step, key }: StateEntry): Buffer => Buffer.from(`${step}\0${key}`);
  return entries.toSorted((a, b) => Buffer.compare(bytes(a), bytes(b)));
}

async function inSetting(
  open: () => Promise<StatePlace>,
  work: (setting: StateSetting) => Promise<void>,
): Promise<void> {
  const place = await open();
  let store = await place.connect();
  const reconnect = async (): Promise<StateStore> => {
    store.close();
    store = await place.connect();
    return store;
  };
  try {
    await work({ store, reconnect });
  } finally {
    store.close();
    await place.remove();
  }
}
