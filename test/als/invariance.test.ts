/** The model is a pure function of its deeds: how it is kept, cached, restarted and computed changes no bit. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openKernel, type Interaction } from '../../src/als/index.ts';
import { ReferenceKernel } from '../../src/als/kernel/reference/kernel.ts';
import { Life, lives, type Deed } from './life.ts';

/** What happens, and after each deed what was answered and what the model then is. */
function diary(life: Life, deeds: readonly Deed[], between: (life: Life) => void = () => undefined): unknown[] {
  return deeds.map(deed => {
    const entry = life.do(deed);
    between(life);
    return entry;
  });
}

const plain = (deeds: readonly Deed[]): unknown[] => diary(new Life(), deeds);

const checkpointed = (life: Life): void => {
  life.checkpoint();
  life.restart();
};

describe('a life leaves the same model', () => {
  test('if its events come in another order, and twice', () => {
    const untidy = (events: readonly Interaction[]): Interaction[] => [...events.slice(1), ...events].reverse();
    fc.assert(
      fc.property(lives, deeds => {
        const others = deeds.map(each => (each.what === 'learn' ? { ...each, events: untidy(each.events) } : each));
        expect(plain(others)).toEqual(plain(deeds));
      }),
    );
  });

  test.for([
    ['kept', 1 << 20],
    ['evicted all the time', 700],
    ['never kept', 0],
  ] as const)('if the sums of heavy rows are %s', ([, cache_bytes]) => {
    fc.assert(
      fc.property(lives, deeds => {
        expect(diary(new Life({ heavy: { events: 2, cache_bytes } }), deeds)).toEqual(plain(deeds));
      }),
    );
  });

  test.for([
    ['the reference kernel', () => new ReferenceKernel()],
    ['two threads', () => openKernel({ threads: 2 })],
  ] as const)('if it is computed by %s', ([, open]) => {
    using kernel = open();
    fc.assert(
      fc.property(lives, deeds => {
        expect(diary(new Life({}, kernel), deeds)).toEqual(plain(deeds));
      }),
      { numRuns: 40 },
    );
  });

  test('if it is killed after every deed, once that is in the checkpoint', () => {
    fc.assert(
      fc.property(lives, deeds => {
        expect(diary(new Life(), deeds, checkpointed)).toEqual(plain(deeds));
      }),
    );
  });

  test('if every deed fails first, and is undone', () => {
    fc.assert(
      fc.property(lives, deeds => {
        const life = new Life({ heavy: { events: 2, cache_bytes: 1 << 20 } });
        const entries = deeds.map(each => {
          life.do(each);
          life.undo();
          const entry = life.do(each);
          life.checkpoint();
          return entry;
        });
        expect(entries).toEqual(plain(deeds));
      }),
    );
  });

  test('if it is undone to a checkpoint several deeds ago', () => {
    fc.assert(
      fc.property(lives, deeds => {
        const [life, half] = [new Life(), deeds.length >> 1];
        const first = diary(life, deeds.slice(0, half));
        life.checkpoint();
        diary(life, deeds.slice(half));
        life.undo();
        expect([...first, ...diary(life, deeds.slice(half))]).toEqual(plain(deeds));
      }),
    );
  });
});

test('what is forgotten leaves nothing in the checkpoint', () => {
  fc.assert(
    fc.property(lives, deeds => {
      const life = new Life();
      for (const deed of deeds) {
        life.do(deed);
        life.checkpoint();
      }
      for (const id of ['user 0', 'user 1', 'user 2', 'user 3', 'user 4']) life.model.forget([id]);
      life.checkpoint();
      expect([...life.rows.keys()].filter(key => key.includes('user'))).toEqual([]);
      expect(life.model.counts).toMatchObject({ users: 0, ratings: 0 });
    }),
  );
});
