import { map, merge } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { describe as textOf } from '../../../src/engine/describe.ts';
import { TaskStopped } from '../../../src/engine/errors.ts';
import { mermaid } from '../../../src/engine/mermaid.ts';
import { InvalidWindow, topology, tumbling, type JoinOptions, type Task } from '../../../src/index.ts';
import { deadLetters } from '../../../src/stream/dead-letter.ts';
import { partitionOf } from '../../../src/transport/partitioner.ts';
import { appendFromOutside, recordOf } from '../../../src/stream/outside.ts';
import { type Encounter, encounters, guests, hosts, type Visit, visit } from '../../support/encounters.ts';
import { ids } from '../../support/ids.ts';
import { World } from '../../support/world.ts';
import { clocks, commandsOf, endsAtFirstRecord, graphOf, type Refused, testRefused } from './refusing.ts';

const result = (guest: Visit | undefined, host: Visit | undefined): Encounter => ({
  place: '',
  guest: guest?.id ?? null,
  host: host?.id ?? null,
  at: 0,
});
const options = { kind: 'outer', within: 5, result } as const;
/** What the compiler refuses too, for who writes no TypeScript. */
const slip: object = { withn: 5 };
const sideways: object = { kind: 'sideways' };

const joined = (task: Task, how: JoinOptions<Visit, Visit, Encounter> = options) =>
  task.join<Visit, Visit, Encounter>('met', task.read(hosts), how);

const of = (how: JoinOptions<Visit, Visit, Encounter>) => (task: Task) =>
  task.read(guests).pipe(joined(task, how)).subscribe(task.write(encounters));

const refused: Refused = [
  ['an option that does not exist', "no 'withn' among the options of 'met'", of({ ...options, ...slip })],
  [
    'an option of a side that does not exist',
    "no 'withn' among what 'met' says of its left",
    of({ ...options, left: slip }),
  ],
  ['a kind that does not exist', "'met' is a join of kind 'sideways'", of({ ...options, ...sideways })],
  [
    'one side alone that says what it is joined by',
    'Only one side',
    of({ ...options, left: { by: ({ table }) => table } }),
  ],
  [
    'an observer of its own for what is late',
    'an observer of its own',
    of({ ...options, right: { late: { next: () => {}, error: () => {}, complete: () => {} } } }),
  ],
  [
    'a stream of which every task reads all',
    "'guests', of which every task reads all partitions",
    task => task.read(guests, { all: true }).pipe(joined(task)).subscribe(task.write(encounters)),
  ],
  [
    'a stream that another one clocks',
    "'guests', which is clocked by 'clocks'",
    task => {
      task.read(guests, { upTo: clocks }).pipe(joined(task)).subscribe(task.write(encounters));
      task.read(clocks).subscribe(task.late());
    },
  ],
  [
    'signals',
    "the signals of step 'commands'",
    task => {
      commandsOf(task).pipe(joined(task)).subscribe(task.write(encounters));
    },
  ],
  [
    'a join after windows',
    "the join of step 'met' follows windows",
    task => {
      const windows = task.windowed('counted', tumbling({ size: 5 }), {
        by: (one: Visit) => one.place,
        fold: ids,
        emit: 'close',
      });
      const counted = task.read(guests).pipe(
        windows,
        map(({ start }) => visit(0, start)),
      );
      counted.pipe(joined(task)).subscribe(task.write(encounters));
    },
  ],
  [
    'a join after a join that tells who is alone',
    "the join of step 'met' follows windows, batches or a join",
    task => {
      const first = task.join('before', task.read(hosts), {
        kind: 'left',
        within: 5,
        result: (guest: Visit) => guest,
      });
      task.read(guests).pipe(first, joined(task)).subscribe(task.write(encounters));
    },
  ],
];

testRefused(refused);

test.for([-1, 1.5, NaN, 1e15])('a join within %d ms is refused', within => {
  expect(() => graphOf(of({ ...options, within }))).toThrow(InvalidWindow);
  expect(() => graphOf(of({ ...options, within: { before: 0, after: within } }))).toThrow(InvalidWindow);
  expect(() => graphOf(of({ ...options, grace: within }))).toThrow(InvalidWindow);
});

test('streams of different numbers of partitions are refused, with the way out', () => {
  expect(() => graphOf(of(options), { guests: 4, hosts: 2 })).toThrow(
    /guests \(4\), hosts \(2\).*write one of the two into a stream with as many partitions/,
  );
});

describe('what no build can see', () => {
  test('is found with its first record: a stream behind a merge of which every task reads all', async () => {
    const [first, again] = await endsAtFirstRecord(task => {
      merge(task.read(guests, { all: true }), task.read(clocks, { all: true }))
        .pipe(joined(task))
        .subscribe(task.write(encounters));
    });
    expect(first).toBeInstanceOf(TaskStopped);
    expect(String(again)).toContain("'guests', of which every task reads all");
  });

  test('a record in another partition than its key says is a dead letter, and the stream goes on', async () => {
    const world = await World.of([topology('meet', of({ ...options, kind: 'inner' }))], { partitions: 2 });
    const stray = visit(1, 100);
    const home = partitionOf(stray.place, 2);
    await appendFromOutside(world.transport, guests.name, [{ ...recordOf(guests, stray), partition: 1 - home }], 0);
    await world.send(guests, visit(2, 101));
    await world.send(hosts, visit(3, 101));
    await world.drain();
    expect(await world.output(encounters)).toMatchObject([{ guest: 2, host: 3 }]);
    expect(await world.output(deadLetters)).toMatchObject([
      { topic: 'guests', partition: 1 - home, reason: expect.stringContaining(`belongs in partition ${home} of 2`) },
    ]);
  });
});

test('the text and the flowchart show both sides of a join, its kind and where the late ones go', () => {
  const graph = graphOf(of(options));
  expect(textOf(graph)).toContain(`meet (1 task)
  guests -> met (outer join)
  hosts -> met (outer join)
  met (outer join) -> encounters, late`);
  const chart = mermaid(graph);
  expect(chart).toContain('t0_0["met (outer join)"]');
  expect(chart).toContain(
    's2(["guests"])\n  s3(["hosts"])\n  t0_0 --> s0\n  t0_0 --> s1\n  s2 --> t0_0\n  s3 --> t0_0\n',
  );
});

test('windows may follow an inner join, whose results come in their time', () => {
  const build = (task: Task): void => {
    const windows = task.windowed('counted', tumbling({ size: 5 }), {
      by: ({ place }: Encounter) => place,
      fold: { initial: () => 0, add: (n: number) => n + 1, merge: (a: number, b: number) => a + b },
      emit: 'close',
    });
    task
      .read(guests)
      .pipe(
        joined(task, { ...options, kind: 'inner' }),
        windows,
        map(({ key, start, value }) => ({ place: key, guest: value, host: null, at: start })),
      )
      .subscribe(task.write(encounters));
  };
  expect(graphOf(build).topologies[0]?.edges).toContainEqual({ from: 'step:met', to: 'step:counted' });
});

test('a join that was another one is refused, with both settings', async () => {
  const world = await World.of([topology('meet', of(options))]);
  await world.send(guests, visit(1, 100));
  await (await world.open('meet')).step();
  await world.deploy([topology('meet', of({ ...options, grace: 7 }))]);
  await expect(world.open('meet')).rejects.toThrow(/'met' as 'outer join -5\/5\+0.*'outer join -5\/5\+7/);
});
