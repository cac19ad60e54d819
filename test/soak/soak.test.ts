/** Two minutes of what `npm run soak` does for hours: people at a shop, and a process that is ended again and again. */
import { expect, test } from 'vitest';
import type { Sample } from './samples.ts';
import { plotOf } from './plot.ts';
import { faultsOf, textOf } from './report.ts';
import { runSoak } from './run-soak.ts';
import { growthOf } from './verdict.ts';

test('nothing is lost and nothing counts twice, whenever the process ends', async () => {
  const soak = await runSoak({ minutes: 2, seed: 8 });
  expect({ wrong: faultsOf(soak), text: textOf(soak) }).toMatchObject({ wrong: [] });
  expect(soak.faults.map(({ what }) => what)).toEqual(['kill', 'restart', 'kill', 'freeze']);
  expect(soak.balance.ratings.sent).toBeGreaterThan(50);
  expect(soak.balance.orderLines.sent).toBeGreaterThan(5);
  expect(soak.balance.deadLetters.sent).toBeGreaterThan(1);
  expect(plotOf(soak.samples, soak.faults, 'soak').match(/<polyline/g)?.length).toBeGreaterThan(6);
});

const eventsPerSecond = 30;

/** A life of so many seconds, a sample each ten, whose memory is `bytes` at a second; of an event the engine holds so much. */
const lifeOf = (seconds: number, bytes: (second: number) => number, held = 0): Sample[] =>
  Array.from({ length: seconds / 10 }, (_, n) => ({
    at: n * 10,
    life: 1,
    residentBytes: bytes(n * 10),
    heapBytes: 50_000_000,
    engineHeapBytes: 90_000_000 + n * 10 * eventsPerSecond * held,
    events: n * 10 * eventsPerSecond,
    openFiles: 50,
    timers: 3,
    eventLoopP99Seconds: 0.01,
    sqliteBytes: 1,
    lagRecords: 0,
  }));

const balanced = { sent: 1, lost: 0, doubled: 0 };
const soakOf = (samples: Sample[]) => ({
  minutes: 60,
  seed: 1,
  lives: 1,
  faults: [],
  counts: { reads: 1, troubles: 0, told: 0, wrong: [] },
  balance: { ratings: balanced, orderLines: balanced, deadLetters: balanced },
  growth: growthOf(samples, 40),
  samples,
});

test('a leak is told from a heap that goes up and down', () => {
  const flat = soakOf(lifeOf(3_600, second => 300_000_000 + (second % 100) * 1_000_000));
  expect(faultsOf(flat)).toEqual([]);
  // What comes at once and stays is no leak: a cache that is full, a heap that has found its size.
  const filled = soakOf(lifeOf(3_600, second => (second < 1_700 ? 300_000_000 : 450_000_000)));
  expect(faultsOf(filled)).toEqual([]);
  // Nor are pages that the kernel took away for some minutes, and gave back.
  const isTaken = (second: number) => second % 240 < 100 && second < 2_500;
  const reclaimed = soakOf(lifeOf(3_600, second => (isTaken(second) ? 200_000_000 : 300_000_000)));
  expect(faultsOf(reclaimed)).toEqual([]);
  const leaking = soakOf(lifeOf(3_600, second => 300_000_000 + second * 60_000));
  expect(faultsOf(leaking)).toEqual([expect.stringMatching(/life 1: resident grows by \+4\d\.\d % an hour/)]);
});

test('an engine holds no more because of what it has read', () => {
  const memory = () => 300_000_000;
  expect(growthOf(lifeOf(3_600, memory, 130), 40)).toMatchObject([{ engineBytesPerEvent: expect.closeTo(130, 3) }]);
  expect(faultsOf(soakOf(lifeOf(3_600, memory, 30)))).toEqual([]);
  expect(faultsOf(soakOf(lifeOf(3_600, memory, 600)))).toEqual([
    expect.stringMatching(/life 1: engineHeap grows by \+\d+\.\d % an hour/),
  ]);
});

test('what is lost, doubled or answered wrongly is told', () => {
  const soak = soakOf(lifeOf(600, () => 300_000_000));
  const wrong = {
    ...soak,
    balance: { ...soak.balance, orderLines: { sent: 5, lost: 1, doubled: 2 } },
    counts: { ...soak.counts, wrong: ['/v2/popular: 500'] },
  };
  expect(faultsOf(wrong)).toEqual(['orderLines: 1 lost, 2 doubled', '/v2/popular: 500']);
  expect(textOf(wrong)).toContain('2 faults');
});
