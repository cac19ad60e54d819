/** What Prometheus reads of orders. */
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { Unavailable } from '../../../src/errors.ts';
import type { FeedLag } from '../../../src/recommender/orders/lag.ts';
import { registerOrderLags } from '../../../src/recommender/orders/metrics.ts';

const lag = (range: string, behind: number, behindMs: number | null): FeedLag => ({
  range,
  owner: null,
  hasBegun: true,
  behind,
  isMore: false,
  behindMs,
});

function registered() {
  const registry = new Registry();
  let asked = 0;
  let answer: () => Promise<readonly FeedLag[]> = async () => [];
  registerOrderLags(registry, () => {
    asked++;
    return answer();
  });
  const samples = async (): Promise<string[]> =>
    (await registry.metrics()).split('\n').filter(line => line.startsWith('millrace_'));
  return {
    samples,
    asked: () => asked,
    answers: (next: () => Promise<readonly FeedLag[]>) => {
      answer = next;
    },
  };
}

test('both lags of the feed are those of the moment that they are read in, and asked for once', async () => {
  const { samples, asked, answers } = registered();
  answers(async () => [lag('0', 3, 4_500)]);
  expect(await samples()).toEqual([
    'millrace_orders_lag_seconds{range="0"} 4.5',
    'millrace_orders_lag_documents{range="0"} 3',
  ]);
  answers(async () => [lag('1', 1, null)]);
  expect(await samples()).toEqual(['millrace_orders_lag_documents{range="1"} 1']);
  expect(asked()).toBe(2);
});

test('none is told while the documents are away, and a bug is told as one', async () => {
  const { samples, answers } = registered();
  answers(async () => [lag('0', 3, 4_500)]);
  await samples();
  answers(() => Promise.reject(new Unavailable('The documents are away', 'Wait')));
  expect(await samples()).toEqual([]);
  answers(() => Promise.reject(new Error('a bug')));
  await expect(samples()).rejects.toThrow('a bug');
});
