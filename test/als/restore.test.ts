import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Model, UnusableModelState, type Interaction, type RowValue } from '../../src/als/index.ts';
import { checkerboard, rated, small, someEvents } from './events.ts';

/** A checkpoint as the engine keeps it. */
class Store {
  readonly rows = new Map<string, RowValue>();

  checkpoint(model: Model): void {
    for (const [key, value] of model.dirty()) {
      if (value === null) this.rows.delete(key);
      else this.rows.set(key, value);
    }
    model.clean();
  }

  restored(order = (keys: string[]): string[] => keys.sort()): Model {
    const model = new Model(small);
    for (const key of order([...this.rows.keys()])) model.restoreRow(key, this.rows.get(key) ?? '');
    model.finishRestore();
    return model;
  }
}

/** Everything a model tells, and what it will tell once more is learnt. */
function told(model: Model, more: readonly Interaction[]): readonly unknown[] {
  const now = [
    model.hash(),
    model.counts,
    model.mean,
    model.popular(9),
    model.topN('user 1', { n: 3 }),
    model.seen('user 1'),
  ];
  return [now, model.learn(more), model.hash(), model.train(1), model.hash(), [...model.dirty()]];
}

describe('a restored model', () => {
  test('is to the bit the one that was never restarted', () => {
    fc.assert(
      fc.property(someEvents, someEvents, fc.boolean(), fc.boolean(), (first, second, trained, reversed) => {
        const [model, store] = [new Model(small), new Store()];
        for (let at = 0; at < first.length; at += 7) {
          model.learn(first.slice(at, at + 7));
          store.checkpoint(model);
        }
        if (trained) model.train(2);
        store.checkpoint(model);
        const restored = store.restored(keys => (reversed ? keys.sort().reverse() : keys.sort()));
        const later = second.map(event => ({ ...event, eventId: `later ${event.eventId}` }));
        expect(told(restored, later)).toEqual(told(model, later));
      }),
    );
  });

  test('takes histories that name events by their ids, as releases up to 0.1 wrote them', () => {
    const text = (value: string): Buffer => {
      const bytes = Buffer.alloc(4 + value.length, 0);
      bytes.writeUInt32LE(value.length);
      bytes.write(value, 4);
      return bytes;
    };
    const numbers = Buffer.alloc(16);
    numbers.writeDoubleLE(4.5);
    numbers.writeDoubleLE(1_000, 8);
    const old = Buffer.concat([text('film'), Buffer.of(0), numbers, text('event 1')]);
    const model = new Model(small);
    model.restoreRow('h/heidi', new Uint8Array(old));
    model.finishRestore();
    expect(model.seen('heidi')).toEqual(['film']);
    const event = rated('heidi', 'film', 4.5, { eventId: 'event 1' });
    expect(model.learn([event]).events).toBe(0);
    expect(model.learn([{ ...event, value: 5, eventId: 'event 2', time: 1_001 }]).events).toBe(1);
  });

  test('may be empty', () => {
    expect(new Store().restored().hash()).toBe(new Model(small).hash());
  });

  test('is refused with cut bytes and rows that no model writes', () => {
    const [model, store] = [new Model(small), new Store()];
    model.learn(checkerboard(4));
    store.checkpoint(model);
    const row = store.rows.get('h/u1');
    if (!(row instanceof Uint8Array)) throw new Error('histories are bytes');
    expect(() => new Model(small).restoreRow('h/u1', row.subarray(0, row.length - 1))).toThrow(UnusableModelState);
    expect(() => new Model(small).restoreRow('x/u1', row)).toThrow(UnusableModelState);
    expect(() => new Model(small).restoreRow('meta', '[1]')).toThrow(UnusableModelState);
    const vectors = new Model(small);
    vectors.restoreRow('u/u1', row);
    expect(() => vectors.finishRestore()).toThrow(UnusableModelState);
  });

  test('has the settings of its generation, and those configured since wait for the next one', () => {
    const [model, store] = [new Model(small), new Store()];
    model.learn(checkerboard(4));
    store.checkpoint(model);
    const other = new Model({ ...small, factors: 5, seed: 9, sweeps: 3 });
    for (const [key, value] of store.rows) other.restoreRow(key, value);
    other.finishRestore();
    expect(other.hash()).toBe(model.hash());
    expect(other.settings).toEqual({ ...model.settings, sweeps: 3 });
    other.train();
    expect(other.settings).toEqual(other.configured);
    expect(other.user('u0')?.factors).toHaveLength(5);
    const fresh = new Model({ ...small, factors: 5, seed: 9, sweeps: 3 });
    fresh.learn(checkerboard(4));
    fresh.train();
    expect(other.hash()).toBe(fresh.hash());
  });
});

describe('undo', () => {
  test('goes back to the checkpoint, also where rows are new or a generation began', () => {
    fc.assert(
      fc.property(someEvents, someEvents, fc.boolean(), (first, second, trained) => {
        const [model, never, store] = [new Model(small), new Model(small), new Store()];
        for (const each of [model, never]) each.learn(first);
        store.checkpoint(model);
        never.clean();
        model.learn([
          ...second.map(event => ({ ...event, eventId: `failed ${event.eventId}` })),
          rated('new', 'new', 5),
        ]);
        if (trained) model.train(1);
        model.undo(key => store.rows.get(key));
        expect([...model.dirty()]).toEqual([]);
        expect(model.user('new')).toBeUndefined();
        expect(told(model, second)).toEqual(told(never, second));
      }),
    );
  });

  test('brings back who was erased, also into a generation of another width than is configured', () => {
    const [model, store] = [new Model(small), new Store()];
    model.learn(checkerboard(4));
    model.train(1);
    store.checkpoint(model);
    const other = new Model({ ...small, factors: 2 });
    for (const [key, value] of store.rows) other.restoreRow(key, value);
    other.finishRestore();
    other.forget(['u1']);
    other.undo(key => store.rows.get(key));
    expect(other.hash()).toBe(model.hash());
    expect(told(other, [rated('u1', 'i3', 5)])[1]).toEqual(told(model, [rated('u1', 'i3', 5)])[1]);
  });

  test('of the first cut leaves an empty model', () => {
    const model = new Model(small);
    model.learn(checkerboard(4));
    model.undo(() => undefined);
    expect(model.hash()).toBe(new Model(small).hash());
    expect(model.version.number).toBe(0);
  });
});

describe('an erased user', () => {
  test('leaves no row in the checkpoint', () => {
    fc.assert(
      fc.property(someEvents, someEvents, (events, more) => {
        const [model, store] = [new Model(small), new Store()];
        model.learn([...events, rated('gone', 'item 1', 5)]);
        store.checkpoint(model);
        model.learn(more.map(event => ({ ...event, eventId: `later ${event.eventId}` })));
        model.erase(['gone', 'nobody'], 2);
        expect(model.user('gone')).toBeUndefined();
        store.checkpoint(model);
        expect([...store.rows.keys()].filter(key => key.endsWith('gone'))).toEqual([]);
        expect(told(store.restored(), events)).toEqual(told(model, events));
      }),
    );
  });

  test('is back if the epoch fails', () => {
    const [model, store] = [new Model(small), new Store()];
    model.learn([...checkerboard(4), rated('gone', 'i0', 1)]);
    store.checkpoint(model);
    const before = model.hash();
    model.erase(['gone'], 2);
    model.undo(key => store.rows.get(key));
    expect(model.hash()).toBe(before);
    expect(model.seen('gone')).toEqual(['i0']);
  });

  test('has shaped no vector that remains', () => {
    const [model, never] = [new Model(small), new Model(small)];
    never.learn(checkerboard(4));
    model.learn([...checkerboard(4), rated('gone', 'i0', 1), rated('gone', 'i1', 5)]);
    never.train(2);
    model.erase(['gone'], 2);
    expect(model.hash()).toBe(never.hash());
  });
});

test('only what changed is written, and a clean model writes nothing', () => {
  const model = new Model({ ...small, refresh: { threshold: 1, rowsPerEvent: 0 } });
  model.learn(checkerboard(6));
  model.clean();
  expect([...model.dirty()]).toEqual([]);
  model.learn([rated('u0', 'i2', 5)]);
  const keys = [...model.dirty()].map(([key]) => key);
  expect(keys.filter(key => key.startsWith('h/'))).toEqual(['h/u0']);
  expect(keys).toEqual([...keys].sort());
  expect(keys).toContain('meta');
});

test('a training depends on the histories alone, not on what the model was before', () => {
  fc.assert(
    fc.property(someEvents, events => {
      const [whole, parts] = [new Model(small), new Model(small)];
      whole.learn(events);
      for (const event of events) parts.learn([event]);
      for (const model of [whole, parts]) model.train(2);
      expect(parts.hash()).toBe(whole.hash());
    }),
  );
});

test('the hash tells generations, numbers and single steps of a factor apart', () => {
  const model = new Model(small);
  const hashes = [model.hash()];
  model.learn(checkerboard(4));
  hashes.push(model.hash());
  model.train(1);
  hashes.push(model.hash());
  model.train(1);
  hashes.push(model.hash());
  const store = new Store();
  store.checkpoint(model);
  for (const at of [0, 6, 8]) {
    const row = store.rows.get('u/u1');
    if (!(row instanceof Uint8Array)) throw new Error('vectors are bytes');
    const changed = row.slice();
    changed[at] = (changed[at] ?? 0) ^ 1;
    const other = new Store();
    for (const [key, value] of store.rows) other.rows.set(key, key === 'u/u1' ? changed : value);
    hashes.push(other.restored().hash());
  }
  expect(new Set(hashes).size).toBe(hashes.length);
});
