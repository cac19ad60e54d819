/** What Millrace does with the records, by the name of the contestant. */
import { filter, map } from 'rxjs';
import { minutes, stream, type Topology, topology, tumbling, valueState, type Windowed } from '../../../src/index.ts';
import { joined, type Reading, readings } from './input.ts';
import { countedStream } from './results.ts';

interface Names {
  readonly run: string;
  readonly input: string;
  readonly other: string;
  readonly output: string;
}

export const workloads = ['consume', 'copy', 'windows', 'keys', 'disk', 'join'] as const;
export type Workload = (typeof workloads)[number];

const builders: Readonly<Record<Workload, (names: Names) => Topology>> = {
  /** Decodes, plans and checkpoints; passes nothing on. */
  consume: ({ run, input }) =>
    topology(run, task => {
      task
        .read(stream(input, readings))
        .pipe(filter(({ value }) => value < 0))
        .subscribe(task.late());
    }),

  copy: ({ run, input, output }) =>
    topology(run, task => {
      task.read(stream(input, readings)).subscribe(task.write(stream(output, readings)));
    }),

  windows: ({ run, input, output }) =>
    topology(run, task => {
      const fold = { initial: () => 0, add: (count: number) => count + 1, merge: (a: number, b: number) => a + b };
      const minute = tumbling({ size: minutes(1) });
      task
        .read(stream(input, readings))
        .pipe(
          task.windowed('counts', minute, { by: ({ sensor }: Reading) => sensor, fold, emit: 'close' }),
          map(({ key, start, value }: Windowed<number>) => ({ sensor: key, start, count: value })),
        )
        .subscribe(task.write(countedStream(output)));
    }),

  join: ({ run, input, other, output }) =>
    topology(run, task => {
      const others = task.read(stream(other, readings));
      task
        .read(stream(input, readings))
        .pipe(
          task.join('pairs', others, {
            kind: 'inner',
            within: joined.within,
            grace: minutes(1),
            result: (a: Reading, b: Reading): Reading => ({ ...b, value: a.value + b.value }),
          }),
        )
        .subscribe(task.write(stream(output, readings)));
    }),

  /** Keeps a count for each key for ever, and passes on nothing. */
  keys: ({ run, input }) =>
    topology(run, task => {
      task
        .read(stream(input, readings))
        .pipe(
          task.keyed('count', {
            by: ({ sensor }: Reading) => sensor,
            initial: () => 0,
            next: (count): readonly [number, readonly Reading[]] => [count + 1, []],
          }),
        )
        .subscribe(task.late());
    }),

  /** The same on the worker's disk, a tenth of a million keys in memory. */
  disk: ({ run, input }) =>
    topology(run, task => {
      task
        .read(stream(input, readings))
        .pipe(
          task.process('count', {
            state: { count: valueState<number>() },
            memory: { entries: 100_000 },
            on: (_reading, { state: { count } }) => count.set((count.get() ?? 0) + 1),
          }),
        )
        .subscribe(task.late());
    }),
};

export const topologyOf = (workload: Workload, names: Names): Topology => builders[workload](names);
