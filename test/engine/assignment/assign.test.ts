import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assign } from '../../../src/engine/assignment/assign.ts';
import type { Claims } from '../../../src/engine/assignment/claims.ts';
import { claims, ownersOf, settle, type Settled } from './rounds.ts';

const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
const crew = (size: number, more: Partial<Claims>): Claims[] => names.slice(0, size).map(name => claims(name, more));
const sizes = { size: fc.integer({ min: 1, max: 8 }), tasks: fc.integer({ min: 0, max: 20 }) };

function expectBalanced({ members }: Settled, tasks: number): void {
  const owners = ownersOf(members);
  expect([...owners.keys()].sort((a, b) => a - b)).toEqual(Array.from({ length: tasks }, (_, n) => n));
  expect(members.reduce((sum, { runs }) => sum + runs.length, 0)).toBe(tasks);
  const counts = members.map(({ runs }) => runs.length);
  expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
}

/** Any state of a group: claims that contradict each other, states from anywhere, loads. */
const anyCrew = fc.record(sizes).chain(({ size, tasks }) => {
  const partitions = fc.uniqueArray(fc.integer({ min: 0, max: Math.max(0, tasks - 1) }), { maxLength: tasks });
  const member = () =>
    fc.record({
      generation: fc.integer({ min: 0, max: 3 }),
      runs: partitions,
      ran: partitions,
      warm: partitions.map(all => all.map(partition => ({ partition, epoch: partition + 1 }))),
      standbys: fc.integer({ min: 0, max: 2 }),
      load: fc.integer({ min: 0, max: 5 }),
    });
  return fc
    .tuple(...names.slice(0, size).map(member))
    .map(all => ({ tasks, members: all.map((own, at) => claims(names[at] ?? '', { ...own, tasks })) }));
});

describe('whatever the members claim', () => {
  test('every task has one owner in the end, evenly, after a few rounds', () => {
    fc.assert(
      fc.property(anyCrew, ({ members, tasks }) => {
        const settled = settle(members);
        expectBalanced(settled, tasks);
        expect(settled.rounds).toBeLessThanOrEqual(3);
      }),
    );
  });

  test('the order in which members are told of decides nothing', () => {
    fc.assert(
      fc.property(anyCrew, fc.integer(), ({ members }, turn) => {
        const other = members.toSorted(
          (a, b) => ((a.worker.charCodeAt(0) * turn) % 7) - ((b.worker.charCodeAt(0) * turn) % 7),
        );
        expect(Object.fromEntries(assign(other))).toEqual(Object.fromEntries(assign(members)));
      }),
    );
  });

  test('a task that another still runs is given to nobody', () => {
    fc.assert(
      fc.property(anyCrew, ({ members }) => {
        const told = assign(members);
        const givenTwice = members.flatMap(({ member, generation, runs }) => {
          const others = members.filter(it => it.member !== member);
          const given = new Set(others.flatMap(it => told.get(it.member)?.run ?? []));
          const newest = (partition: number): boolean =>
            others.every(it => !it.runs.includes(partition) || it.generation < generation);
          return runs.filter(partition => newest(partition) && given.has(partition));
        });
        expect(givenTwice).toEqual([]);
      }),
    );
  });

  test('nobody stands by for what it runs, and who wants no standbys is none', () => {
    fc.assert(
      fc.property(anyCrew, ({ members }) => {
        const told = assign(members);
        const wrong = members.filter(({ member, standbys }) => {
          const { run = [], standby = [] } = told.get(member) ?? {};
          return standby.some(partition => run.includes(partition)) || (standbys === 0 && standby.length > 0);
        });
        expect(wrong).toEqual([]);
      }),
    );
  });
});

describe('a group that stands', () => {
  test('moves nothing when it meets again', () => {
    fc.assert(
      fc.property(fc.record(sizes), ({ size, tasks }) => {
        const settled = settle(crew(size, { tasks }));
        expect(settle(settled.members)).toMatchObject({ rounds: 1, moves: 0 });
      }),
    );
  });

  test('moves no more than the share of a worker that comes, and only to it', () => {
    fc.assert(
      fc.property(fc.record(sizes), ({ size, tasks }) => {
        fc.pre(size < names.length);
        const { members } = settle(crew(size, { tasks }));
        const after = settle([...members, claims('z', { tasks })]);
        const before = ownersOf(members);
        const moved = [...ownersOf(after.members)].filter(([partition, worker]) => before.get(partition) !== worker);
        expect(moved.every(([, worker]) => worker === 'z')).toBe(true);
        expect(moved.length).toBe(Math.floor(tasks / (size + 1)));
      }),
    );
  });

  test('moves only the tasks of a worker that is gone', () => {
    fc.assert(
      fc.property(fc.record({ ...sizes, gone: fc.nat() }), ({ size, tasks, gone }) => {
        fc.pre(size > 1);
        const { members } = settle(crew(size, { tasks }));
        const left = members.filter((_, at) => at !== gone % size);
        const after = settle(left);
        expect(after).toMatchObject({ moves: 0 });
        expectBalanced(after, tasks);
      }),
    );
  });

  test('gives a worker that comes back the tasks that it ran', () => {
    fc.assert(
      fc.property(fc.record({ ...sizes, gone: fc.nat() }), ({ size, tasks, gone }) => {
        fc.pre(size > 1);
        const { members } = settle(crew(size, { tasks }));
        const leaver = members[gone % size];
        if (leaver === undefined) return;
        const without = settle(members.filter(member => member !== leaver));
        const back = { ...leaver, member: `${leaver.worker}-2`, generation: 0, runs: [], ran: leaver.runs };
        const after = settle([...without.members, back]);
        const share = after.members.find(({ worker }) => worker === leaver.worker)?.runs ?? [];
        expect(share.length).toBeGreaterThanOrEqual(Math.floor(tasks / size));
        expect(leaver.runs).toEqual(expect.arrayContaining([...share]));
      }),
    );
  });

  test('hands the tasks of a worker that is gone to who stood by for them', () => {
    const { members, standbys } = settle(crew(3, { tasks: 6 }));
    const gone = members.find(({ worker }) => worker === 'a');
    const after = ownersOf(settle(members.filter(member => member !== gone)).members);
    for (const partition of gone?.runs ?? []) {
      const heir = after.get(partition) ?? '';
      expect(standbys.get(heir)).toContain(partition);
    }
  });

  test('has a standby for every task, evenly', () => {
    const { standbys } = settle(crew(4, { tasks: 8 }));
    expect([...standbys.values()].flat().sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect([...standbys.values()].map(all => all.length)).toEqual([2, 2, 2, 2]);
  });
});

describe('over several topologies', () => {
  /** Each its own group; loads are what the other groups have given. */
  function settleAll(
    counts: readonly number[],
    workers: readonly string[],
    before: Map<string, Settled>,
  ): Map<string, Settled> {
    let groups = before;
    for (let round = 0; round < 4; round++) {
      const load = (worker: string, but: string): number =>
        [...groups]
          .filter(([name]) => name !== but)
          .flatMap(([, { members }]) => members.filter(m => m.worker === worker))
          .reduce((sum, { runs }) => sum + runs.length, 0);
      groups = new Map(
        counts.map((tasks, at) => {
          const name = `t${at}`;
          const known = groups.get(name)?.members ?? [];
          const first = counts.slice(0, at).reduce((sum, count) => sum + count, 0);
          const members = workers.map(worker => ({
            ...(known.find(member => member.worker === worker) ?? claims(worker, { tasks, first })),
            load: load(worker, name),
          }));
          return [name, settle(members)];
        }),
      );
    }
    return groups;
  }
  const totals = (groups: Map<string, Settled>, workers: readonly string[]): number[] =>
    workers.map(worker =>
      [...groups.values()]
        .flatMap(({ members }) => members.filter(m => m.worker === worker))
        .reduce((sum, { runs }) => sum + runs.length, 0),
    );

  test('six tasks of six topologies are shared also by workers that come one after the other', () => {
    const counts = [1, 1, 1, 1, 1, 1];
    let groups = settleAll(counts, ['a'], new Map());
    groups = settleAll(counts, ['a', 'b'], groups);
    expect(totals(groups, ['a', 'b'])).toEqual([3, 3]);
    groups = settleAll(counts, ['a', 'b', 'c'], groups);
    expect(totals(groups, ['a', 'b', 'c'])).toEqual([2, 2, 2]);
  });

  test('workers differ by no more than two tasks in all', () => {
    const counts = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(counts, fc.integer({ min: 1, max: 5 }), (tasks, size) => {
        let groups = new Map<string, Settled>();
        for (let count = 1; count <= size; count++) groups = settleAll(tasks, names.slice(0, count), groups);
        const all = totals(groups, names.slice(0, size));
        expect(Math.max(...all) - Math.min(...all)).toBeLessThanOrEqual(2);
      }),
    );
  });
});

describe('members that disagree', () => {
  test('about the number of tasks: the newcomer is refused, and the reason names both', () => {
    const { members } = settle(crew(2, { tasks: 4 }));
    const told = assign([...members, claims('z', { tasks: 6 })]);
    expect(told.get('z-1')).toEqual({
      run: [],
      standby: [],
      refused: 'worker z knows 6 tasks of graph g, worker a knows 4 tasks of graph g',
      waits: null,
      heldBack: false,
      awaited: false,
    });
    expect(told.get('a-1')).toMatchObject({ run: [0, 2], refused: null });
  });

  test('what a member of another release still runs is given to nobody before it is released', () => {
    const one = claims('a', { runs: [0, 1, 2], generation: 2 });
    const other = claims('b', { runs: [3], generation: 1, graph: 'other' });
    expect(assign([one, other]).get('a-1')?.run).toEqual([0, 1, 2]);
    expect(assign([one, { ...other, runs: [] }]).get('a-1')?.run).toEqual([0, 1, 2, 3]);
  });
});

describe('members of two releases', () => {
  const newcomers = ['x', 'y', 'z'].map(name => claims(name, { graph: 'new' }));
  const waiting = (members: readonly Claims[]): string[] => {
    const told = assign(members);
    return members.filter(({ member }) => told.get(member)?.waits !== null).map(({ worker }) => worker);
  };

  test('run one at a time: however many are new, they wait and are told for whom', () => {
    const { members } = settle(crew(2, { tasks: 4 }));
    const told = assign([...members, ...newcomers]);
    expect(told.get('x-1')).toMatchObject({ run: [], standby: [], refused: null });
    expect(told.get('x-1')?.waits).toBe('release g runs its tasks, in a, b');
    expect(told.get('a-1')).toMatchObject({ run: [0, 2], waits: null });
    expect(waiting([...members, ...newcomers])).toEqual(['x', 'y', 'z']);
  });

  test('the former one stays until its last member has left, though that one runs nothing at the moment', () => {
    const { members } = settle(crew(2, { tasks: 1 }));
    const [left] = members.filter(({ runs }) => runs.length === 0);
    if (left === undefined) throw new Error('both run the one task');
    const others = newcomers.map(one => ({ ...one, tasks: 1, generation: left.generation }));
    expect(waiting([left, ...others])).toEqual(['x', 'y', 'z']);
    expect(assign([left, ...others]).get(left.member)?.run).toEqual([0]);
    expect(waiting(others)).toEqual([]);
    expect(settle(others).members.flatMap(({ runs }) => runs)).toEqual([0]);
  });

  test('one that was given up and comes back late does not drive out who has taken over', () => {
    const late = claims('a', { runs: [0, 1, 2, 3], generation: 5, tookPart: true });
    const over = newcomers.map((one, at) => ({
      ...one,
      runs: [[0, 1], [2], [3]][at] ?? [],
      generation: 7,
      tookPart: true,
    }));
    expect(waiting([late, ...over])).toEqual(['a']);
  });

  test('who would write what a former release reads begins nothing, unless others of its release run already', () => {
    const held = newcomers.map(one => ({ ...one, holdsBack: true }));
    for (const { run, heldBack } of assign(held).values()) expect([run, heldBack]).toEqual([[], true]);
    const [first, ...rest] = settle(newcomers).members;
    const all = [first, ...rest].flatMap(one => (one === undefined ? [] : [{ ...one, holdsBack: true }]));
    expect([...assign(all).values()].some(({ heldBack }) => heldBack)).toBe(false);
    expect(settle(all).moves).toBe(0);
    const mixed = [claims('w', { graph: 'new' }), ...held];
    expect(new Set(settle(mixed).members.flatMap(({ runs }) => runs))).toEqual(new Set([0, 1, 2, 3]));
  });
});
