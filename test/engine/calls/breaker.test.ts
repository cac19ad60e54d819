import { expect, test } from 'vitest';
import { Breaker } from '../../../src/engine/calls/breaker.ts';
import { LimitingClock } from '../../support/lookups.ts';

const signal = new AbortController().signal;

test('it opens after so many failures in a row, and a success in between begins anew', () => {
  const breaker = new Breaker({ failures: 2, openFor: 1_000 });
  expect(breaker.failed(0)).toBe(false);
  breaker.succeeded();
  expect(breaker.failed(0)).toBe(false);
  expect(breaker.failed(0)).toBe(true);
  expect(breaker.state).toBe('open');
});

test('one of those who wait tries when the time is over, and the others go on if it succeeds', async () => {
  const clock = new LimitingClock();
  const breaker = new Breaker({ failures: 1, openFor: 1_000 });
  breaker.failed(clock.now());
  clock.time = 400;
  const admitted: number[] = [];
  const waiting = [1, 2, 3].map(async who => {
    await breaker.admit({ clock, signal });
    admitted.push(who);
  });
  await expect.poll(() => admitted).toEqual([1]);
  expect(clock.waits).toEqual([600]);
  expect(breaker.state).toBe('half-open');
  breaker.succeeded();
  await Promise.all(waiting);
  expect(admitted).toEqual([1, 2, 3]);
  expect(breaker.state).toBe('closed');
});

test('a try that fails keeps it open for as long again, and another one tries then', async () => {
  const clock = new LimitingClock();
  const breaker = new Breaker({ failures: 3, openFor: 1_000 });
  for (let failure = 0; failure < 3; failure++) breaker.failed(clock.now());
  const admitted: number[] = [];
  const waiting = [1, 2].map(async who => {
    await breaker.admit({ clock, signal });
    admitted.push(who);
  });
  await expect.poll(() => admitted).toEqual([1]);
  expect(breaker.failed(clock.now())).toBe(true);
  await Promise.all(waiting);
  expect(admitted).toEqual([1, 2]);
  expect(clock.waits).toEqual([1_000, 1_000]);
});

test('whoever is told to stop waits no longer', async () => {
  const breaker = new Breaker({ failures: 1, openFor: 1_000 });
  breaker.failed(0);
  const stop = new AbortController();
  const clock = new LimitingClock();
  clock.sleep = async () => stop.abort();
  await breaker.admit({ clock, signal: stop.signal });
  expect(breaker.state).not.toBe('closed');
});
