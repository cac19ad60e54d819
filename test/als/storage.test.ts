import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Adjacency } from '../../src/als/adjacency.ts';
import { FactColumns } from '../../src/als/fact-columns.ts';
import { factOf, type Facts } from '../../src/als/fold.ts';
import { kinds, type Kind } from '../../src/als/interaction.ts';
import { PairIndex } from '../../src/als/pair-index.ts';

const sorted = (list: Iterable<number>): number[] => [...list].sort((a, b) => a - b);
const steps = fc.array(fc.record({ row: fc.nat(3), entry: fc.nat(40), deed: fc.nat(9) }), { maxLength: 300 });

test('lists in a pool are lists, whatever was added, removed and cleared', () => {
  fc.assert(
    fc.property(steps, list => {
      const pooled = new Adjacency();
      const naive = new Map<number, number[]>();
      for (const { row, entry, deed } of list) {
        const before = naive.get(row) ?? [];
        if (deed === 0) {
          pooled.clear(row);
          naive.set(row, []);
        } else if (deed < 3) {
          pooled.remove(row, entry);
          naive.set(row, before.includes(entry) ? before.toSpliced(before.indexOf(entry), 1) : before);
        } else {
          pooled.add(row, entry, 1000 + entry);
          pooled.setCode(row, entry, 7 * entry);
          naive.set(row, [...before, entry]);
        }
        for (const [at, entries] of naive) {
          expect(sorted(pooled.of(at))).toEqual(sorted(entries));
          expect([...pooled.neighboursOf(at)]).toEqual([...pooled.of(at)].map(each => 1000 + each));
          expect([...pooled.codesOf(at)]).toEqual([...pooled.of(at)].map(each => 7 * each));
        }
      }
    }),
  );
});

test('the index finds each pair that is in it, and no other, after any removals', () => {
  const ends = fc.array(fc.record({ user: fc.nat(30), item: fc.nat(30), out: fc.boolean() }), { maxLength: 400 });
  fc.assert(
    fc.property(ends, list => {
      const columns = { user: new Int32Array(list.length), item: new Int32Array(list.length) };
      const [index, naive] = [new PairIndex(), new Map<string, number>()];
      for (const [pair, { user, item, out }] of list.entries()) {
        const key = `${user} ${item}`;
        const known = naive.get(key);
        expect(index.find(columns, user, item)).toBe(known);
        if (known === undefined) {
          [columns.user[pair], columns.item[pair]] = [user, item];
          index.add(columns, pair);
          naive.set(key, pair);
        } else if (out) {
          index.remove(columns, known);
          naive.delete(key);
        }
      }
      for (let user = 0; user <= 30; user++)
        for (let item = 0; item <= 30; item++)
          expect(index.find(columns, user, item)).toBe(naive.get(`${user} ${item}`));
    }),
    { numRuns: 50 },
  );
});

test('facts in columns are facts, of any kinds and in any order', () => {
  const facts = fc.array(fc.record({ pair: fc.nat(5), kind: fc.constantFrom(...kinds), time: fc.nat() }));
  fc.assert(
    fc.property(facts, list => {
      const columns = new FactColumns();
      const naive = new Map<number, Facts>();
      for (const { pair, kind, time } of list) {
        const fact = factOf({ kind, value: time / 2, time, eventId: `${time}` });
        if (time % 7 === 0) {
          columns.clear(pair);
          naive.set(pair, {});
        }
        columns.set(pair, kind, fact);
        naive.set(pair, { ...naive.get(pair), [kind]: fact });
      }
      for (const [pair, expected] of naive) {
        expect(columns.get(pair)).toEqual(expected);
        const has = (kind: Kind): boolean => columns.has(pair, kind);
        expect(kinds.filter(has).sort()).toEqual(Object.keys(expected).sort());
      }
    }),
  );
});
