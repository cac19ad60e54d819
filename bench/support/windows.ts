/** Three ways to sum the readings of each sensor by window, each as a step of a task. */
import { map, mergeMap, type OperatorFunction } from 'rxjs';
import { schema, stream, type Task, type Windowed } from '../../src/index.ts';

export interface Reading {
  readonly sensor: string;
  readonly value: number;
  readonly at: number;
}
type Sum = { count: number; sum: number };
export type Counted = { readonly sensor: string; readonly start: number; readonly count: number; readonly sum: number };

const fields = [
  { name: 'sensor', type: 'string' },
  { name: 'value', type: 'double' },
  { name: 'at', type: 'double' },
];
export const readings = stream<Reading>('readings', {
  schema: schema<Reading>({ type: 'record', name: 'Reading', fields }),
  key: reading => reading.sensor,
  time: reading => reading.at,
});
const countedFields = [
  { name: 'sensor', type: 'string' },
  { name: 'start', type: 'double' },
  { name: 'count', type: 'int' },
  { name: 'sum', type: 'double' },
];
export const counted = stream<Counted>('counted', {
  schema: schema<Counted>({ type: 'record', name: 'Counted', fields: countedFields }),
  key: value => value.sensor,
  time: value => value.start,
});

export type Windows = Parameters<Task['windowed']>[1] & { readonly size: number; readonly every: number };
export type Emit = 'close' | 'update';
export type Summing = (task: Task) => OperatorFunction<Reading, Counted>;

const fold = {
  initial: (): Sum => ({ count: 0, sum: 0 }),
  add(into: Sum, { value }: Reading): Sum {
    into.count++;
    into.sum += value;
    return into;
  },
  merge: (a: Sum, b: Sum): Sum => ({ count: a.count + b.count, sum: a.sum + b.sum }),
};

/** The engine's own: durable, panes shared by the windows that they lie in, one update a window and epoch. */
export const windowed =
  (windows: Windows, emit: Emit): Summing =>
  task =>
  source =>
    source.pipe(
      task.windowed('sums', windows, { by: ({ sensor }) => sensor, fold, emit }),
      map(({ key, start, value }: Windowed<Sum>) => ({ sensor: key, start, ...value })),
    );

/** Durable like the engine's, but each record updates the state of each of its windows, and tells each. */
export const updatePerWindow =
  (windows: Windows): Summing =>
  task =>
  source =>
    source.pipe(
      mergeMap(reading => startsOf(reading.at, windows).map(start => ({ start, reading }))),
      task.keyed('sums', {
        by: ({ start, reading }) => `${reading.sensor} ${start}`,
        initial: fold.initial,
        next: (before: Sum, { start, reading }): readonly [Sum, readonly Counted[]] => {
          const after = fold.add({ ...before }, reading);
          return [after, [{ sensor: reading.sensor, start, ...after }]];
        },
      }),
    );

/** Each window keeps a Map of its own; state in a closure, lost at the first crash: what one would write at first. */
export const mapPerWindow =
  (windows: Windows, emit: Emit): Summing =>
  task => {
    const maps = new Maps(windows);
    return source =>
      source.pipe(
        task.batched('epochs'),
        mergeMap(values => {
          for (const reading of values) maps.add(reading);
          const changed = emit === 'update' ? maps.changed() : [];
          const closed = maps.close();
          return emit === 'update' ? changed : closed;
        }),
      );
  };

class Maps {
  private readonly open = new Map<number, Map<string, Sum>>();
  private readonly touched = new Map<number, Set<string>>();
  private readonly windows: Windows;
  private newest = -Infinity;

  constructor(windows: Windows) {
    this.windows = windows;
  }

  add(reading: Reading): void {
    this.newest = Math.max(this.newest, reading.at);
    for (const start of startsOf(reading.at, this.windows)) {
      const sums = held(this.open, start, () => new Map<string, Sum>());
      fold.add(held(sums, reading.sensor, fold.initial), reading);
      held(this.touched, start, () => new Set<string>()).add(reading.sensor);
    }
  }

  /** What changed since windows were closed last. */
  changed(): Counted[] {
    return [...this.touched].flatMap(([start, sensors]) => this.told(start, sensors));
  }

  /** The windows that are over; they are forgotten, and so is what changed. */
  close(): Counted[] {
    const over = [...this.open.keys()].filter(start => start + this.windows.size <= this.newest);
    const results = over.flatMap(start => this.told(start, this.open.get(start)?.keys() ?? []));
    for (const start of over) this.open.delete(start);
    this.touched.clear();
    return results;
  }

  private told(start: number, sensors: Iterable<string>): Counted[] {
    const sums = this.open.get(start);
    return [...sensors].flatMap(sensor => {
      const sum = sums?.get(sensor);
      return sum === undefined ? [] : [{ sensor, start, ...sum }];
    });
  }
}

function held<K, V>(into: Map<K, V>, key: K, initial: () => V): V {
  const found = into.get(key);
  if (found !== undefined) return found;
  const made = initial();
  into.set(key, made);
  return made;
}

function startsOf(at: number, { size, every }: Windows): number[] {
  const starts: number[] = [];
  for (let start = Math.floor(at / every) * every; start > at - size; start -= every) starts.push(start);
  return starts;
}
