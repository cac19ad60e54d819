// Runs every benchmark of the engine, one after the other; each writes its results: npm run bench
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const all = [
  ['log'],
  ['decode'],
  ['engine', 'consume'],
  ['engine', 'state'],
  ['engine', 'produce'],
  ['commit'],
  ['windows'],
  ['trends'],
  ['dataflow', '1'],
  ['dataflow', '4'],
] as const;

for (const [name, ...given] of all) {
  const script = join(import.meta.dirname, `${name}.ts`);
  const { status } = spawnSync(process.execPath, [script, ...given], { stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
