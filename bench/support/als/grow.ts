/** Loads a file of ratings and trains a generation, in a process of its own: grow.ts FILE FACTORS THREADS SWEEPS */
import type { z } from 'zod';
import { Model, trainGeneration } from '../../../src/als/index.ts';
import type { Grown } from './grown.ts';
import { kernelOf } from './kernel.ts';
import { cutsOf } from './records.ts';

const [file = '', factors = '64', threads = '1', sweeps = '5'] = process.argv.slice(2);
const cut = 100_000;

using kernel = kernelOf(Number(threads));
const model = new Model({ factors: Number(factors) }, { kernel });
const began = performance.now();
for (const events of cutsOf(file, cut)) {
  model.note(events);
  model.clean();
  console.error(
    `${model.counts.ratings} ratings, ${((performance.now() - began) / 1_000).toFixed(0)} s, ${peak()} GiB`,
  );
}
const loaded = performance.now();
const afterLoad = peak();
model.beginBase();
const generation = trainGeneration(model.freeze(), { kernel, settings: { sweeps: Number(sweeps) } });
model.adopt(generation, { generation: 1 });
const ended = performance.now();

const grown: z.infer<typeof Grown> = {
  'load, s': rounded((loaded - began) / 1_000),
  'generation, s': rounded((ended - loaded) / 1_000),
  'GiB loaded': afterLoad,
  'GiB in the end': peak(),
};
console.log(JSON.stringify(grown));

/** The most that was ever resident. */
function peak(): number {
  return rounded(process.resourceUsage().maxRSS / 2 ** 20);
}

function rounded(value: number): number {
  return Number(value.toFixed(2));
}
