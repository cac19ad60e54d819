import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { modelSettings, openKernel } from '../../../../src/als/index.ts';
import { applicationSettings } from '../../../../src/app/config.ts';
import { configure } from '../../../../src/app/configure.ts';
import { RatingsBuilder } from '../../../../src/recommender/jobs/evaluate/ratings.ts';
import { fragment, tune } from '../../../../src/recommender/jobs/tune/index.ts';
import { twoTastes } from '../evaluate/shop.ts';

test('what is written is a configuration: read again, the model has the settings that were found', async () => {
  const builder = new RatingsBuilder();
  for (const { userId, itemId, rating, seconds } of twoTastes())
    builder.add({ userId, itemId, rating, time: seconds * 1_000 });
  const found = await tune({
    ratings: builder.build().ratings,
    base: modelSettings({ factors: 4 }),
    budget: 3,
    kernel: openKernel(),
    now: () => 0,
    signal: new AbortController().signal,
  });
  const folder = await mkdtemp(join(tmpdir(), 'millrace-tune-'));
  try {
    const file = join(folder, 'tuned.yaml');
    await writeFile(file, fragment(found));
    const { learner } = applicationSettings(configure({ file, environment: {} }).config);
    expect(learner.model).toMatchObject(found.settings);
  } finally {
    await rm(folder, { recursive: true });
  }
});
