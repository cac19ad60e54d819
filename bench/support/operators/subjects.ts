/** The operators that are measured, each in a task that passes nothing on. */
import { filter, map, merge, type Observable, type OperatorFunction } from 'rxjs';
import {
  calendar,
  hopping,
  mapState,
  minutes,
  seconds,
  session,
  sliding,
  tumbling,
  valueState,
  type Task,
  type Windows,
} from '../../../src/index.ts';
import { left, type Reading, readings, right } from './streams.ts';

export interface Subject {
  readonly name: string;
  readonly build: (task: Task) => void;
}

const nothing = filter((_value: unknown): boolean => false);

const one = (name: string, operator: (task: Task) => OperatorFunction<Reading, unknown>): Subject => ({
  name,
  build: task => {
    task.read(readings).pipe(operator(task), nothing).subscribe(task.late());
  },
});

const by = ({ sensor }: Reading): string => sensor;
const fold = { initial: () => 0, add: (count: number) => count + 1, merge: (a: number, b: number) => a + b };
const counting = (task: Task, memory?: { readonly entries: number }): OperatorFunction<Reading, number> =>
  task.process('count', {
    state: { count: valueState<number>() },
    ...(memory && { memory }),
    on: (_value, { state: { count } }) => count.set((count.get() ?? 0) + 1),
  });
const windowed = (name: string, windows: Windows, emit: 'close' | 'update' = 'close'): Subject =>
  one(name, task => task.windowed('counts', windows, { by, fold, emit }));

export const oneInput: readonly Subject[] = [
  one('no operator', () => source => source),
  one('map', () => map(({ sensor, value, at }) => ({ sensor, value: value + 1, at }))),
  one('keyed', task =>
    task.keyed('count', {
      by,
      initial: () => 0,
      next: (n: number): readonly [number, readonly Reading[]] => [n + 1, []],
    }),
  ),
  one('process, a value', task => counting(task)),
  one('process, a value, 100 of 1,000 keys in memory', task => counting(task, { entries: 100 })),
  one('process, a map of 10 entries a key', task =>
    task.process('count', {
      state: { byValue: mapState<number>() },
      on: ({ value }, { state: { byValue } }) => byValue.set(String(value), (byValue.get(String(value)) ?? 0) + 1),
    }),
  ),
  one('process, a timer a key', task =>
    task.process('silent', {
      on: (_value, { timers, time }) => timers.at(time + seconds(5), 'silent'),
      onTimer: (_timer, { key }) => [key],
    }),
  ),
  one('rateLimit, nobody over it', task => task.rateLimit('limit', { limit: 1_000_000 })),
  one('distinct', task => task.distinct('once', { by: ({ sensor, at }) => `${sensor} ${at}`, horizon: seconds(10) })),
  windowed('tumbling 1 min', tumbling({ size: minutes(1) })),
  windowed('tumbling 1 min, on update', tumbling({ size: minutes(1) }), 'update'),
  windowed('hopping 1 min / 12 s', hopping({ size: minutes(1), every: seconds(12) })),
  windowed('sliding 5 s', sliding({ size: seconds(5) })),
  windowed('session, gap 5 s', session({ gap: seconds(5) })),
  windowed('calendar day', calendar({ unit: 'day', zone: 'Europe/Berlin' })),
  one('batched', task => task.batched('epoch')),
  one('mapAsync', task => task.mapAsync('work', { work: ({ value }) => Promise.resolve(value), concurrency: 100 })),
];

const two = (
  name: string,
  joining: (task: Task, versions: Observable<Reading>) => OperatorFunction<Reading, unknown>,
  rightOptions: Parameters<Task['read']>[1] = {},
): Subject => ({
  name,
  build: task => {
    const versions = task.read(right, rightOptions);
    task.read(left).pipe(joining(task, versions), nothing).subscribe(task.late());
  },
});

const pair = (a: Reading, b: Reading | undefined): number => a.value + (b?.value ?? 0);
const within = 600;
const grace = seconds(1);

export const twoInputs: readonly Subject[] = [
  two('no operator', (_task, versions) => source => merge(source, versions)),
  two('join, inner', (task, versions) => task.join('pairs', versions, { kind: 'inner', within, grace, result: pair })),
  two('join, left', (task, versions) => task.join('pairs', versions, { kind: 'left', within, grace, result: pair })),
  two('joinTable', (task, versions) => task.joinTable('pairs', versions, { kind: 'left', grace, result: pair })),
  two('joinTables', (task, versions) =>
    task.joinTables('pairs', versions, { kind: 'inner', grace, result: pair, gone: pair }),
  ),
  two(
    'joinBroadcast',
    (task, versions) => task.joinBroadcast('pairs', versions, { kind: 'left', by, grace, result: pair }),
    { all: true },
  ),
];
