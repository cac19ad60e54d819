/**
 * Keeps what a release leaves behind, for the upgrade tests of later ones: its packed tarball, a small state folder that
 * the tarball's own command has made of invented ratings, and what it answered about it.
 * `node scripts/upgrade-state.ts` writes test/upgrade/vVERSION and refuses one that is there.
 */
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { root } from './results.ts';
import { run } from './run.ts';

const ratings = 3_000;
const seed = 7;
const limit_ms = 5 * 60_000;

const { version } = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
const kept = join(root, 'test/upgrade', `v${version}`);
if (existsSync(kept)) throw new Error(`${kept} is there already: a release leaves one state behind`);

async function must(command: string, given: readonly string[], folder: string): Promise<string> {
  const { status, output } = await run({ command, given, folder, limit_ms });
  if (status !== 0) throw new Error(`${command} ${given.join(' ')} ended with ${status}:\n${output}`);
  return output;
}

const folder = mkdtempSync(join(tmpdir(), 'millrace-upgrade-'));
try {
  const project = join(folder, 'project');
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
  await must('npm', ['pack', '--loglevel=error', '--pack-destination', folder], root);
  const tarball = join(folder, `millrace-${version}.tgz`);
  await must('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error', tarball], project);

  const millrace = (...given: string[]): Promise<string> =>
    must('node', ['node_modules/millrace/bin/millrace.cjs', ...given, '--data', 'state'], project);
  await millrace('generate', '--count', String(ratings), '--rate', '0', '--seed', String(seed), '--partitions', '2');
  const said = await millrace('run', '--until-caught-up', '--json', '--seed', String(seed), '--cut-every', '500');
  const { modelVersion, modelHash, recommendationsHash, accepted } = z
    .object({ modelVersion: z.string(), modelHash: z.string(), recommendationsHash: z.string(), accepted: z.int() })
    .parse(JSON.parse(said.slice(said.indexOf('{'))));

  mkdirSync(kept, { recursive: true });
  copyFileSync(tarball, join(kept, `millrace-${version}.tgz`));
  await must('tar', ['-czf', join(kept, 'state.tgz'), 'state'], project);
  const outcome = { seed, cutEvery: 500, accepted, modelVersion, modelHash, recommendationsHash };
  writeFileSync(join(kept, 'outcome.json'), `${JSON.stringify(outcome, null, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true });
}
