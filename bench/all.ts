// Runs every benchmark, one after the other, then writes the pages that tell the results: npm run bench
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const all = [
  ['bench/log.ts'],
  ['bench/decode.ts'],
  ['bench/engine.ts', 'consume'],
  ['bench/engine.ts', 'state'],
  ['bench/engine.ts', 'produce'],
  ['bench/engine.ts', 'counted'],
  ['bench/commit.ts'],
  ['bench/cosmos.ts'],
  ['bench/windows.ts'],
  ['bench/state.ts'],
  ['bench/state.ts', 'flat'],
  ['bench/operators.ts'],
  ['bench/windowed-keys.ts', '1'],
  ['bench/trends.ts'],
  ['bench/dataflow.ts', '1'],
  ['bench/dataflow.ts', '4'],
  ['bench/kafka.ts'],
  ['bench/kernel.ts'],
  ['bench/als.ts'],
  ['bench/evaluate.ts'],
  ['bench/defaults.ts'],
  ['bench/factors.ts'],
  ['bench/non-inferiority.ts'],
  ['bench/non-inferiority.ts', '100k'],
  ['bench/non-inferiority.ts', '1m'],
  ['bench/refresh.ts'],
  ['bench/als/quality.ts'],
  ['bench/als/speed.ts', '--threads', '1'],
  ['bench/als/speed.ts', '--threads', '2'],
  ['bench/als/lists.ts', '--threads', '1'],
  ['bench/als/events.ts'],
  ['bench/als/adoption.ts'],
  ['bench/als/growth.ts'],
  ['bench/tenants.ts'],
  ['bench/sizing.ts'],
  ['bench/sizing-live.ts'],
  ['bench/sizing-documents.ts'],
  ['bench/sizing-ids.ts'],
  ['bench/drills.ts'],
  ['bench/list-rule.ts'],
  ['bench/generations.ts'],
  ['bench/api.ts'],
  ['scripts/figures.ts', 'generate'],
] as const;
const root = join(import.meta.dirname, '..');

for (const [script, ...given] of all) {
  const began = performance.now();
  const { status } = spawnSync(process.execPath, [join(root, script), ...given], { stdio: 'inherit' });
  console.log(`${[script, ...given].join(' ')}: ${((performance.now() - began) / 1_000).toFixed(0)} s`);
  if (status !== 0) process.exitCode = 1;
}
