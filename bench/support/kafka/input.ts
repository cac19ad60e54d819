/** The records that all contestants of bench/kafka.ts read, and what windows of a minute make of them. */
import { schema, stream } from '../../../src/index.ts';

export interface Reading {
  readonly sensor: string;
  readonly value: number;
  readonly at: number;
}

/** 40 bytes a value: a header of 10, a name of 13 with its length, two numbers of 8. */
export const readings = stream<Reading>('readings', {
  schema: schema<Reading>({
    type: 'record',
    name: 'Reading',
    fields: [
      { name: 'sensor', type: 'string' },
      { name: 'value', type: 'double' },
      { name: 'at', type: 'double' },
    ],
  }),
  key: ({ sensor }) => sensor,
  time: ({ at }) => at,
});

/** The beginning of a minute. */
const from = 28_333_334 * 60_000;
const perSecond = 1_000;
const minute_ms = 60_000;

/** So many records of so many sensors in turn, each a millisecond after the one before: a minute has 60,000 of them. */
export interface Input {
  readonly records: number;
  readonly keys: number;
  /** The first records, which nobody is measured by: machine code is made of what runs often while they are read. */
  readonly warmUp: number;
}

/** All records, so many milliseconds `later`: those that count, then one for each sensor that closes every window before it. */
export function* recordsOf({ records, keys }: Input, later = 0): Generator<Reading> {
  yield* readingsOf(0, records, keys, later);
  const closing = from + later + Math.ceil((records * 1_000) / perSecond / minute_ms) * minute_ms;
  for (let n = 0; n < keys; n++) yield readingOf(n, keys, closing);
}

/** The record of number `first` and those after it. */
export function* readingsOf(first: number, count: number, keys: number, later = 0): Generator<Reading> {
  for (let n = first; n < first + count; n++) yield readingOf(n, keys, from + later + (n * 1_000) / perSecond);
}

export const totalOf = ({ records, keys }: Input): number => records + keys;

const readingOf = (n: number, keys: number, at: number): Reading => ({
  sensor: `sensor-${String((n * 7_919) % keys).padStart(6, '0')}`,
  value: n % 10,
  at,
});

export const windowName = (sensor: string, start: number): string => `${sensor} ${start}`;

/** Counts by window: what is to come out, reckoned without any engine. */
export function countsOf(input: Input): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { sensor, at } of readingsOf(0, input.records, input.keys)) {
    const window = windowName(sensor, Math.floor(at / minute_ms) * minute_ms);
    counts.set(window, (counts.get(window) ?? 0) + 1);
  }
  return counts;
}

/** How much later the other side of a join happened, and how far apart two of one sensor may be to meet. */
export const joined = { later: 500, within: 600 } as const;

/** How many readings of the two sides meet, and the sum of their values: what is to come out of a join. */
export function pairsOf(input: Input): { readonly pairs: number; readonly sum: number } {
  const others = Map.groupBy(recordsOf(input, joined.later), ({ sensor }) => sensor);
  const next = new Map<string, number>();
  let [pairs, sum] = [0, 0];
  for (const { sensor, at, value } of recordsOf(input)) {
    const side = others.get(sensor) ?? [];
    let first = next.get(sensor) ?? 0;
    while ((side[first]?.at ?? Infinity) < at - joined.within) first++;
    next.set(sensor, first);
    for (let other = side[first], n = first; other !== undefined && other.at <= at + joined.within; other = side[++n]) {
      pairs++;
      sum += value + other.value;
    }
  }
  return { pairs, sum };
}
