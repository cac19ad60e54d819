import { filter, merge, share } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { describe as textOf } from '../../../src/engine/describe.ts';
import { TaskStopped } from '../../../src/engine/errors.ts';
import { mermaid } from '../../../src/engine/mermaid.ts';
import type { BroadcastJoinOptions, Task } from '../../../src/index.ts';
import { type Encounter, encounters, guests, hosts, seat, type Visit, visit } from '../../support/encounters.ts';
import { World } from '../../support/world.ts';
import { clocks, commandsOf, endsAtFirstRecord, graphOf, type Refused, testRefused } from './refusing.ts';

const result = (guest: Visit, host: Visit | undefined): Encounter => ({
  place: guest.place,
  guest: guest.id,
  host: host?.id ?? null,
  at: guest.at,
});
type How = BroadcastJoinOptions<Visit, Visit, Encounter>;
const options: How = { kind: 'left', by: ({ table }) => table, result };
/** What the compiler refuses too, for who writes no TypeScript. */
const slip: object = { maxEntires: 5 };
const outer: object = { kind: 'outer' };

const joined = (task: Task, table = task.read(hosts, { all: true }), how: How = options) =>
  task.joinBroadcast<Visit, Visit, Encounter>('seated', table, how);

const of = (how: How) => (task: Task) =>
  task
    .read(guests)
    .pipe(joined(task, undefined, how))
    .subscribe(task.write(encounters));

const refused: Refused = [
  ['an option that does not exist', "no 'maxEntires' among the options of 'seated'", of({ ...options, ...slip })],
  ['a kind that does not exist', "a join of kind 'outer' with a table", of({ ...options, ...outer })],
  ['no room for a key', "'maxEntries' of 'seated' cannot be 0", of({ ...options, maxEntries: 0 })],
  ['room without a bound', "'maxEntries' of 'seated' cannot be Infinity", of({ ...options, maxEntries: Infinity })],
  [
    'a table of which a task would know its own partition alone',
    "given 'hosts', of which a task reads its own partition alone, as its table",
    task =>
      task
        .read(guests)
        .pipe(joined(task, task.read(hosts)))
        .subscribe(task.write(encounters)),
  ],
  [
    'such a table behind operators of RxJS, where it is shared',
    "given 'hosts', of which a task reads its own partition alone, as its table",
    task => {
      const table = task.read(hosts).pipe(
        filter(({ id }) => id > 0),
        share(),
      );
      table.subscribe(task.late());
      task.read(guests).pipe(joined(task, table)).subscribe(task.write(encounters));
    },
  ],
  [
    'a stream that every task would tell whole',
    "given 'guests', of which every task reads all partitions, as its stream",
    task => task.read(guests, { all: true }).pipe(joined(task)).subscribe(task.write(encounters)),
  ],
  [
    'a table that another stream clocks',
    "given 'hosts', which is clocked by 'clocks' and has no event time, as its table",
    task => {
      const table = task.read(hosts, { all: true, upTo: clocks });
      task.read(guests).pipe(joined(task, table)).subscribe(task.write(encounters));
      task.read(clocks).subscribe(task.late());
    },
  ],
  [
    'a stream that another one clocks',
    "given 'guests', which is clocked by 'clocks' and has no event time, as its stream",
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
    'one after a join with a table',
    "the join of step 'seated' follows windows, batches or a join",
    task => {
      const first = task.joinTable('before', task.read(clocks), { kind: 'left', result: (guest: Visit) => guest });
      task.read(guests).pipe(first, joined(task)).subscribe(task.write(encounters));
    },
  ],
  [
    'a join after it',
    "the join of step 'met' follows windows, batches or a join",
    task => {
      const first = task.joinBroadcast('seated', task.read(hosts, { all: true }), {
        kind: 'left',
        by: ({ table }: Visit) => table,
        result: (guest: Visit) => guest,
      });
      const met = task.join('met', task.read(clocks), { kind: 'inner', within: 5, result });
      task.read(guests).pipe(first, met).subscribe(task.write(encounters));
    },
  ],
];

testRefused(refused);

test('the stream says how many tasks there are, and the table has any number of partitions', () => {
  const { topologies } = graphOf(of(options), { guests: 4, hosts: 3 });
  expect(topologies).toMatchObject([{ tasks: 4, reads: [{ stream: 'guests' }, { stream: 'hosts', all: true }] }]);
});

describe('what no build can see is found with its first record', () => {
  const hidden: readonly (readonly [says: string, build: (task: Task) => void])[] = [
    [
      "'guests', of which every task reads all partitions, as its stream",
      task => {
        merge(task.read(guests, { all: true }), task.read(clocks, { all: true }))
          .pipe(joined(task))
          .subscribe(task.write(encounters));
      },
    ],
    [
      "'guests', of which a task reads its own partition alone, as its table",
      task => {
        const table = merge(task.read(guests), task.read(hosts, { all: true }));
        task.read(clocks).pipe(joined(task, table)).subscribe(task.write(encounters));
      },
    ],
  ];

  test.for(hidden)('behind a merge: %s', async ([says, build]) => {
    const [first, again] = await endsAtFirstRecord(build);
    expect(first).toBeInstanceOf(TaskStopped);
    expect(String(again)).toContain(says);
  });
});

test('the text and the flowchart show both sides of the join, its kind and where the late ones go', () => {
  const graph = graphOf(of(options));
  expect(textOf(graph)).toContain(`meet (1 task)
  guests -> seated (left broadcast join)
  hosts (all) -> seated (left broadcast join)
  seated (left broadcast join) -> encounters, late`);
  expect(mermaid(graph)).toContain('t0_0["seated (left broadcast join)"]');
});

test('a join that was another one is refused, with both settings', async () => {
  const world = await World.of([seat({ kind: 'left', grace: 0 })]);
  await world.send(guests, visit(1, 100));
  await (await world.open('seat')).step();
  await world.deploy([seat({ kind: 'left', grace: 7 })]);
  await expect(world.open('seat')).rejects.toThrow(/'seated' as 'left broadcast join \+0.*'left broadcast join \+7/);
});
