/** iALS++ beside its oracle, whole solves by Cholesky, on the bundled ratings: both curves are printed. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Model, openKernel, trainGeneration, type Interaction } from '../../src/als/index.ts';
import { readBundled } from '../../src/recommender/jobs/import/bundled.ts';

async function bundled(): Promise<Interaction[]> {
  const reject = ({ file, problem }: { file: string; problem: string }): void => {
    throw new Error(`${file}: ${problem}`);
  };
  const { ratings } = await readBundled(join(import.meta.dirname, '../../data'), {
    now: Date.UTC(2030, 0, 1),
    signal: new AbortController().signal,
    reject,
  });
  const events: Interaction[] = [];
  for await (const { userId, itemId, value, time, eventId } of ratings)
    events.push({ userId, itemId, kind: 'rating', value, time, eventId });
  return events;
}

test('training by blocks comes within a thousandth of the converged loss in as many sweeps as whole solves', async () => {
  using kernel = openKernel();
  const model = new Model(
    { explicit: { factors: 1, regularisation: 0.1, biasRegularisation: 0.1, prior: 2 } },
    { kernel },
  );
  model.learn(await bundled());
  const input = model.freeze({ sweeps: 24 });
  const curveOf = (method: 'blocks' | 'cholesky'): readonly number[] =>
    trainGeneration(input, { kernel, method, losses: 'each' }).losses;
  const curves = { blocks: curveOf('blocks'), cholesky: curveOf('cholesky') };
  const converged = Math.min(...curves.blocks, ...curves.cholesky);
  for (const [method, losses] of Object.entries(curves))
    process.stdout.write(`${method.padEnd(9)} ${losses.map(loss => (loss / converged).toFixed(5)).join(' ')}\n`);
  const sweepsTo = (losses: readonly number[]): number => losses.findIndex(loss => loss <= 1.001 * converged) + 1;
  expect(sweepsTo(curves.cholesky)).toBeGreaterThan(0);
  expect(sweepsTo(curves.blocks)).toBeGreaterThan(0);
  expect(sweepsTo(curves.blocks)).toBeLessThanOrEqual(sweepsTo(curves.cholesky) + 2);
  // A sweep never makes the loss greater, but for what rounding to the grid takes.
  for (const losses of Object.values(curves))
    for (const [n, loss] of losses.entries()) expect(loss).toBeLessThan(1.0001 * (losses[n - 1] ?? Infinity));
});
