import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Model, modelSettings, type Interaction } from '../../src/als/index.ts';
import { small, someEvents } from './events.ts';

const sha256 = (...parts: readonly (string | Buffer)[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/** Biases are told in stars, and kept in these. */
const starUnit = 1024;

/** The definition, from nothing but what the model tells of its vectors. */
function defined(model: Model, ids: Record<'users' | 'items', ReadonlySet<string>>): string {
  const { generation, number } = model.version;
  const sides = (['users', 'items'] as const).flatMap(side => {
    const known = [...ids[side]].sort().flatMap(id => {
      const vectors = side === 'users' ? model.user(id) : model.item(id);
      return vectors === undefined ? [] : [{ id: JSON.stringify(id), vectors }];
    });
    const buckets = Array.from({ length: 256 }, (_, bucket) => {
      const rows = known.filter(({ id }) => sha256(id)[0] === bucket);
      return sha256(...rows.map(({ id, vectors }) => sha256(`${id} `, bytesOf(vectors))));
    });
    return [`\n${side} ${known.length}\n`, ...buckets];
  });
  return sha256(`${generation} ${number}`, ...sides).toString('hex');
}

function bytesOf({ factors, bias, starFactors }: NonNullable<ReturnType<Model['user']>>): Buffer {
  const values = [...factors, bias * starUnit, ...starFactors];
  const bytes = Buffer.alloc(2 * values.length);
  for (const [at, value] of values.entries()) bytes.writeInt16LE(value, 2 * at);
  return bytes;
}

const idsOf = (events: readonly Interaction[]) => ({
  users: new Set(events.map(({ userId }) => userId)),
  items: new Set(events.map(({ itemId }) => itemId)),
});

/** Three of the events, as something new. */
const newsFrom = (events: readonly Interaction[], at: number): Interaction[] =>
  [0, 1, 2].flatMap(n => {
    const event = events[(3 * at + n) % events.length];
    return event === undefined ? [] : [{ ...event, eventId: `${at} ${n}`, time: 100 + at }];
  });

/** What can happen to a model, one after the other. */
class Life {
  model = new Model(small);
  readonly #rows = new Map<string, string | Uint8Array>();

  learn(events: readonly Interaction[]): void {
    this.model.learn(events);
  }

  hash(): void {
    this.model.hash();
  }

  train(): void {
    this.model.train(1);
  }

  erase(): void {
    this.model.erase(['user 1'], 1);
  }

  undo(): void {
    this.model.undo(key => this.#rows.get(key));
  }

  checkpoint(): void {
    for (const [key, value] of this.model.dirty()) {
      if (value === null) this.#rows.delete(key);
      else this.#rows.set(key, value);
    }
    this.model.clean();
  }

  restart(): void {
    this.model = new Model(small);
    for (const [key, value] of this.#rows) this.model.restoreRow(key, value);
    this.model.finishRestore();
  }
}

type Deed = Exclude<keyof Life, 'model'>;
const deeds = fc.constantFrom<Deed>('learn', 'learn', 'hash', 'train', 'checkpoint', 'undo', 'restart', 'erase');

describe('the hash of a model', () => {
  test('is its definition over the vectors, whatever was learnt, undone, restored and hashed before', () => {
    fc.assert(
      fc.property(someEvents, fc.array(deeds, { minLength: 1, maxLength: 12 }), (events, does) => {
        const life = new Life();
        for (const [at, deed] of does.entries()) life[deed](newsFrom(events, at));
        const { model } = life;
        expect(model.hash()).toBe(defined(model, idsOf(events)));
      }),
    );
  });

  test('reads a row again that is restored after it was hashed', () => {
    const events = [{ userId: 'u', itemId: 'i', kind: 'rating', value: 5, time: 1, eventId: 'e' }] as const;
    const [model, other] = [new Model(small), new Model({ ...small, seed: 2 })];
    model.learn(events);
    other.learn(events);
    model.hash();
    for (const [key, value] of other.dirty()) if (key !== 'meta') model.restoreRow(key, value ?? '');
    expect(model.hash()).toBe(defined(model, idsOf(events)));
  });

  test('holds many rows in a bucket in the order of their ids', () => {
    const events = Array.from({ length: 1_200 }, (_, n): Interaction => {
      const itemId = `item ${(n * 7919) % 1_200}`;
      return { userId: `user ${n % 7}`, itemId, kind: 'rating', value: 1 + (n % 5), time: n, eventId: `${n}` };
    });
    const model = new Model(modelSettings(small));
    for (let at = 0; at < events.length; at += 500) {
      model.learn(events.slice(at, at + 500));
      model.hash();
    }
    expect(model.hash()).toBe(defined(model, idsOf(events)));
  });
});
