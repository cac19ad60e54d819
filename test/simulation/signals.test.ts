/** Signals and awaited ends in worlds by a seed: crashes anywhere, lost disks, processes that know nothing of the last. */
import { expect, test } from 'vitest';
import { type Reading, readings } from '../../examples/hot-sensors.ts';
import type { EpochEnd } from '../../src/index.ts';
import { repeats } from '../support/consumer.ts';
import { Random } from '../support/random.ts';
import { expectedAlarms, type Named, scaled, toldAlarms } from '../support/scaled.ts';
import { Crash, settle } from '../support/settle.ts';
import { OfferedSignals } from '../support/signals.ts';
import { World } from '../support/world.ts';

async function simulate(seed: number): Promise<{ crashes: number; signals: number }> {
  const random = new Random(seed);
  const source = new OfferedSignals<Named>();
  const work = async ({ turn }: EpochEnd): Promise<void> => {
    for (let n = random.below(3); n > 0; n--) await turn();
  };
  const world = await World.of([scaled({ source, work })], { maxRecords: random.between(1, 20) });
  const sent: Reading[] = [];
  let [crashes, signals] = [0, 0];
  world.observer = {
    step: () => {
      if (!random.chance(0.05)) return;
      // The next process has a source of its own; what this one had offered and no plan had taken is nobody's.
      source.forget();
      throw new Crash();
    },
  };
  for (let round = 0; round < 30; round++) {
    if (random.chance(0.5)) source.offer({ name: `x${random.between(2, 99)}` });
    const batch = Array.from({ length: random.below(20) }, (_, n) => ({
      sensor: `s${random.below(4)}`,
      celsius: random.between(1, 50),
      at: sent.length + n,
    }));
    sent.push(...batch);
    if (batch.length > 0) await world.send(readings, ...batch);
    crashes += await settle(world, () => (random.chance(0.3) ? { store: World.emptyStore() } : {}));
  }
  signals += source.took.length;
  expect(await toldAlarms(world)).toEqual(await expectedAlarms(world, [sent]));
  await repeats(world.transport, 'alarms'); // what was written twice was the same bytes
  return { crashes, signals };
}

test('what is told is what the journal decided, in every world', async () => {
  let [crashes, signals] = [0, 0];
  for (let seed = 1; seed <= 60; seed++) {
    try {
      const toll = await simulate(seed);
      crashes += toll.crashes;
      signals += toll.signals;
    } catch (error) {
      throw new Error(`world ${seed}`, { cause: error });
    }
  }
  expect(crashes).toBeGreaterThan(500);
  expect(signals).toBeGreaterThan(500);
});
