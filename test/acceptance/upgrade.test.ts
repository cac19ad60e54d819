/** What earlier releases left behind is taken up by this one, to the bit. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { root } from '../../scripts/results.ts';
import { run } from '../../scripts/run.ts';
import { json } from '../support/cli.ts';

const releases = join(root, 'test/upgrade');
const Outcome = z.object({
  seed: z.int(),
  cutEvery: z.int(),
  accepted: z.int(),
  modelVersion: z.string(),
  modelHash: z.string(),
  recommendationsHash: z.string(),
});

test.for(readdirSync(releases))('the state of %s is read, and nothing of it is learnt twice', async release => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-upgrade-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const given = ['-xzf', join(releases, release, 'state.tgz')];
  expect(await run({ command: 'tar', given, folder, limit_ms: 60_000 })).toMatchObject({ status: 0 });
  const data = join(folder, 'state');
  const { seed, cutEvery, ...outcome } = Outcome.parse(
    JSON.parse(readFileSync(join(releases, release, 'outcome.json'), 'utf8')),
  );
  const same = ['--seed', String(seed), '--cut-every', String(cutEvery)];
  const found = await json('run', '--until-caught-up', '--data', data, ...same);
  expect(found).toMatchObject({ ...outcome, records: 0 });
});
