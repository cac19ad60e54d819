import { describe, expect, test } from 'vitest';
import { Unavailable } from '../../src/errors.ts';
import { systemClock } from '../../src/engine/clock.ts';
import { Interrupted, retrying } from '../../src/engine/retry.ts';

const never = new AbortController().signal;
const away = (): Promise<never> => Promise.reject(new Unavailable('The port is away', 'Wait'));

/** Time passes only by sleeping, and every sleep is noted. */
const noted = () => {
  const slept: number[] = [];
  const sleep = async (duration: number): Promise<void> => void slept.push(duration);
  return { slept, clock: { ...systemClock, sleep, overdue: sleep } };
};

describe('a call of a port', () => {
  test('that is away is repeated, after growing waits', async () => {
    const { slept, clock } = noted();
    let calls = 0;
    const work = () => (++calls < 9 ? away() : Promise.resolve('there'));
    expect(await retrying('read', work, clock, never, () => {})).toBe('there');
    expect(slept).toEqual([50, 100, 200, 400, 800, 1_600, 3_200, 5_000]);
  });

  test('that is away is not repeated once the task has been told to stop', async () => {
    const stop = new AbortController();
    const call = retrying('read', away, noted().clock, stop.signal, () => stop.abort());
    await expect(call).rejects.toThrow('read was given up: The port is away');
  });

  test('that is silent is given up a while after the task has been told to stop', async () => {
    const { slept, clock } = noted();
    const stop = new AbortController();
    const call = retrying(
      'flush',
      () => new Promise(() => {}),
      clock,
      stop.signal,
      () => {},
    );
    stop.abort();
    await expect(call).rejects.toThrow(Interrupted);
    expect(slept).toEqual([5_000]);
  });

  test('that is silent is waited for as long as it comes on', async () => {
    const stop = new AbortController();
    const slept: number[] = [];
    let tell = (): void => {};
    const overdue = async (duration: number): Promise<void> => {
      if (slept.push(duration) < 4) tell();
    };
    const work = (comesOn: () => void): Promise<never> => {
      tell = comesOn;
      return new Promise(() => {});
    };
    const call = retrying('snapshot', work, { ...systemClock, overdue }, stop.signal, () => {});
    stop.abort();
    await expect(call).rejects.toThrow('snapshot was given up: no answer for 5000 ms');
    expect(slept).toEqual([5_000, 5_000, 5_000, 5_000]);
  });

  test('that answers within that while counts', async () => {
    const stop = new AbortController();
    const { promise, resolve } = Promise.withResolvers<string>();
    const call = retrying(
      'flush',
      () => promise,
      systemClock,
      stop.signal,
      () => {},
    );
    stop.abort();
    resolve('done');
    expect(await call).toBe('done');
  });
});
