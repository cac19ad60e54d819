// Everything that can be said of the sources without running them: npm run check
import { join } from 'node:path';
import { resultsFolder, root, writeCounts } from './results.ts';
import { run } from './run.ts';

const minute_ms = 60_000;

const checks: readonly (readonly [name: string, command: string, ...given: string[]])[] = [
  ['types', 'tsc', '-p', '.'],
  ['types of the pages', 'tsc', '-p', 'src/recommender/web'],
  ['lint', 'oxlint'],
  ['format', 'prettier', '--check', '--log-level=warn', '.'],
  ['unused', 'knip', '--no-progress'],
  ['kernel', 'node', 'scripts/kernel.ts', 'check'],
  ['schemas', 'node', 'scripts/schemas.ts', 'check'],
  ['configuration', 'node', 'scripts/configuration.ts', 'check'],
  ['client', 'node', 'scripts/client.ts', 'check'],
  ['figures', 'node', 'scripts/figures.ts', 'check'],
];

let failed = 0;
for (const [name, command, ...given] of checks) {
  const { status, output } = await run({ command, given, folder: root, limit_ms: 5 * minute_ms });
  console.log(`${status === 0 ? 'passed' : 'FAILED'}  ${name}`);
  if (status !== 0) {
    failed += 1;
    console.log(output);
  }
}
await writeCounts(join(resultsFolder, 'check.json'), { passed: checks.length - failed, failed, skipped: 0 });
process.exitCode = failed === 0 ? 0 : 1;
