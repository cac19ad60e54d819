import { expect, test } from 'vitest';
import { keepRetention } from '../../src/app/housekeeping.ts';
import { Unavailable } from '../../src/errors.ts';
import { days, minutes } from '../../src/index.ts';
import { appendFromOutside, recordOfBytes } from '../../src/stream/outside.ts';
import { openEmbeddedLog } from '../../src/transport/embedded/open.ts';

/** A clock whose sleeps pass at once, and that ends the work after so many of them. */
function clockOf(begin: number, sleeps: number) {
  const stop = new AbortController();
  const slept: number[] = [];
  let now = begin;
  const sleep = async (duration: number): Promise<void> => {
    slept.push(duration);
    now += duration;
    if (slept.length === sleeps) stop.abort();
  };
  return { clock: { now: () => now, sleep, turn: async () => {} }, signal: stop.signal, slept };
}

test('what is older than a topic keeps is removed each minute, and nothing else', async () => {
  let now = 0;
  const transport = openEmbeddedLog({ path: ':memory:', clock: () => now });
  await transport.createTopic('kept', { partitions: 1, retentionMs: days(1) });
  await transport.createTopic('endless', { partitions: 1 });
  for (now of [0, minutes(10)])
    for (const topic of ['kept', 'endless'])
      await appendFromOutside(transport, topic, [recordOfBytes('a', Buffer.from('x'))], now);
  const { clock, signal } = clockOf(days(1) + minutes(5), 3);
  await keepRetention(transport, clock, signal, () => {});
  expect(await transport.bounds({ topic: 'kept', partition: 0 })).toEqual({ start: 1, end: 2 });
  expect(await transport.bounds({ topic: 'endless', partition: 0 })).toEqual({ start: 0, end: 2 });
  await transport.close();
});

test('a log that is away is asked again, with growing waits, and somebody is told', async () => {
  const told: string[] = [];
  const { clock, signal, slept } = clockOf(0, 5);
  let asked = 0;
  const applyRetention = async (): Promise<number> => {
    asked++;
    if (asked < 4) throw new Unavailable('the log is locked', 'wait');
    return 0;
  };
  await keepRetention({ applyRetention }, clock, signal, what => told.push(what));
  expect(told).toEqual(['retention', 'retention', 'retention']);
  expect(slept).toEqual([50, 100, 200, minutes(1), minutes(1)]);
});

test('any other failure is its caller’s', async () => {
  const { clock, signal } = clockOf(0, 5);
  const applyRetention = () => Promise.reject(new TypeError('broken'));
  await expect(keepRetention({ applyRetention }, clock, signal, () => {})).rejects.toThrow('broken');
});
