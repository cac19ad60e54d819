/** What the benchmark over Kafka compares by. */
import { describe, expect, test } from 'vitest';
import {
  countsOf,
  joined,
  pairsOf,
  readings,
  readingsOf,
  recordsOf,
  totalOf,
} from '../../bench/support/kafka/input.ts';
import { Progress } from '../../bench/support/kafka/marks.ts';
import { spentIn } from '../../bench/support/kafka/profile.ts';
import { cpuOf } from '../../bench/support/kafka/processes.ts';

const input = { records: 150_000, keys: 100, warmUp: 0 };

describe('the records that contestants read', () => {
  test('have values of 40 bytes', () => {
    const buffer = Buffer.alloc(100);
    for (const reading of readingsOf(0, 1_000, 1_000)) expect(readings.schema.encode(reading, buffer, 0)).toBe(40);
  });

  test('are as many as is said', () => {
    expect([...recordsOf(input)]).toHaveLength(totalOf(input));
  });

  test('make windows whose counts are all that count, each key in each minute', () => {
    const counts = [...countsOf(input).values()];
    expect(counts).toHaveLength(3 * input.keys);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(input.records);
  });

  test('meet as a join of each with each would have it', () => {
    const few = { records: 2_500, keys: 10, warmUp: 0 };
    const [sides, others] = [[...recordsOf(few)], [...recordsOf(few, joined.later)]];
    const meets = sides.flatMap(one =>
      others
        .filter(other => other.sensor === one.sensor && Math.abs(other.at - one.at) <= joined.within)
        .map(other => one.value + other.value),
    );
    expect(pairsOf(few)).toEqual({ pairs: meets.length, sum: meets.reduce((sum, value) => sum + value, 0) });
    expect(meets.length).toBeGreaterThan(few.records);
  });

  test('end with one of each key that closes every window before it', () => {
    const closing = [...recordsOf(input)].slice(input.records);
    const ends = [...countsOf(input).keys()].map(window => Number(window.split(' ')[1]) + 60_000);
    expect(new Set(closing.map(({ sensor }) => sensor)).size).toBe(input.keys);
    expect(Math.min(...closing.map(({ at }) => at))).toBe(Math.max(...ends));
  });
});

test('a contestant is through when it has reached the last record, however far a step takes it', () => {
  const progress = new Progress({ warmUp: Infinity, records: 100 });
  expect([progress.add(60), progress.add(39), progress.reach(130)]).toEqual([false, false, true]);
});

test.runIf(process.platform === 'linux')('processor time is that of the process, all its threads together', () => {
  const [before, own] = [cpuOf(process.pid), process.cpuUsage()];
  while (process.cpuUsage(own).user + process.cpuUsage(own).system < 200_000);
  expect(cpuOf(process.pid) - before).toBeGreaterThanOrEqual(180);
});

test('a profile is told by whose code it is, without the waiting', () => {
  const frames = [
    ['(idle)', ''],
    ['(garbage collector)', ''],
    ['decode', 'file:///somewhere/node_modules/kafkajs/src/protocol/decoder.js'],
    ['translate', 'file:///somewhere/src/transport/kafka/codec/translator.ts'],
    ['writev', ''],
  ] as const;
  const nodes = frames.map(([functionName, url], id) => ({ id, callFrame: { functionName, url } }));
  const spent = spentIn({ nodes, samples: [0, 1, 2, 2, 3, 4], timeDeltas: [9e6, 1e6, 2e6, 3e6, 4e6, 5e6] });
  expect(Object.fromEntries(spent)).toEqual({
    'garbage collection': 1,
    kafkajs: 5,
    "Millrace's adapter": 4,
    'Node and the start': 5,
  });
});
