// Everything that can be said of the sources without running them: npm run check
import { join } from 'node:path';
import { failure, resultsFolder, root, writeCounts } from './results.ts';
import { run } from './run.ts';

const minute_ms = 60_000;

const checks: readonly (readonly [name: string, command: string, ...given: string[]])[] = [
  ['types', 'tsc', '-p', '.'],
  ['types of the pages', 'tsc', '-p', 'src/recommender/web'],
  ['lint', 'oxlint'],
  ['format', 'prettier', '--check', '--log-level=warn', '.'],
  ['unused', 'knip', '--no-progress'],
  ['tools', 'node', 'scripts/tools.ts'],
  ['kernel', 'node', 'scripts/kernel.ts', 'check'],
  ['schemas', 'node', 'scripts/schemas.ts', 'check'],
  ['configuration', 'node', 'scripts/configuration.ts', 'check'],
  ['reference', 'node', 'scripts/reference.ts', 'check'],
  ['client', 'node', 'scripts/client.ts', 'check'],
  ['chart', 'node', 'scripts/chart.ts', 'check'],
  ['bicep', 'node', 'scripts/bicep.ts', 'check'],
  ['dashboards', 'node', 'scripts/dashboards.ts', 'check'],
  ['metrics', 'node', 'scripts/metrics.ts', 'check'],
  ['log events', 'node', 'scripts/log-events.ts', 'check'],
  ['figures', 'node', 'scripts/figures.ts', 'check'],
];

const failures: string[] = [];
for (const [name, command, ...given] of checks) {
  const { status, output } = await run({ command, given, folder: root, limit_ms: 5 * minute_ms });
  console.log(`${status === 0 ? 'passed' : 'FAILED'}  ${name}`);
  if (status !== 0) {
    failures.push(failure(`npm run check: ${name}`, output));
    console.log(output);
  }
}
const failed = failures.length;
await writeCounts(join(resultsFolder, 'check.json'), { passed: checks.length - failed, failed, skipped: 0, failures });
process.exitCode = failed === 0 ? 0 : 1;
