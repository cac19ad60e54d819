import { expect, test } from 'vitest';
import { type MillraceError, Unavailable } from '../../src/errors.ts';
import { openEmbeddedLog } from '../../src/transport/embedded/open.ts';
import { patient } from '../../src/transport/patient.ts';
import { UnknownTopic } from '../../src/transport/port.ts';

const never: Promise<void> = new Promise(() => {});

/** A log that fails so often before it answers, on a clock that only waiting moves. */
function failing(times: number, error: MillraceError = new Unavailable('away', 'wait'), overdue = never) {
  const log = openEmbeddedLog({ path: ':memory:' });
  let calls = 0;
  let now = 0;
  const told: string[] = [];
  const waiting = patient(
    { ...log, topics: () => (calls++ < times ? Promise.reject(error) : log.topics()), close: () => log.close() },
    {
      patience: 10_000,
      now: () => now,
      pause: async duration => void (now += duration),
      overdue: () => overdue,
      onWait: ({ message }) => told.push(message),
    },
  );
  return { waiting, calls: () => calls, now: () => now, told };
}

test('what passes within the patience is not noticed but told once', async () => {
  const { waiting, calls, told } = failing(5);
  expect(await waiting.topics()).toEqual([]);
  expect({ calls: calls(), told }).toEqual({ calls: 6, told: ['away. wait'] });
  await waiting.close();
});

test('what does not pass is told in the end', async () => {
  const { waiting, now } = failing(Infinity);
  await expect(waiting.topics()).rejects.toThrow(Unavailable);
  expect(now()).toBeGreaterThan(8_000);
  expect(now()).toBeLessThanOrEqual(10_000);
});

test('an error that does not pass is told at once', async () => {
  const { waiting, calls } = failing(Infinity, new UnknownTopic('x'));
  await expect(waiting.topics()).rejects.toThrow(UnknownTopic);
  expect(calls()).toBe(1);
});

test('a log that is silent past the patience is told of, whatever it may still answer', async () => {
  const log = openEmbeddedLog({ path: ':memory:' });
  const silent = { ...log, topics: () => new Promise<never>(() => {}), close: () => log.close() };
  const ways = { patience: 10, pause: () => never, overdue: () => Promise.resolve(), onWait: () => {} };
  const waiting = patient(silent, { ...ways, now: passing() });
  await expect(waiting.topics()).rejects.toThrow('The log has not answered within 10 ms');
  await waiting.close();
});

/** A clock on which every look is a second later. */
function passing(): () => number {
  let now = 0;
  return () => (now += 1_000);
}
