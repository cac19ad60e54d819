import { expect, test } from 'vitest';
import { type MillraceError, Unavailable } from '../../src/errors.ts';
import { openEmbeddedLog } from '../../src/transport/embedded/open.ts';
import { patient } from '../../src/transport/patient.ts';
import { UnknownTopic } from '../../src/transport/port.ts';

/** A log that fails so often before it answers, on a clock that only waiting moves. */
function failing(times: number, error: MillraceError = new Unavailable('away', 'wait')) {
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
