// Runs every benchmark of the engine, one after the other; each writes its results: npm run bench
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

for (const name of ['log', 'decode', 'engine', 'windows', 'dataflow']) {
  const { status } = spawnSync(process.execPath, [join(import.meta.dirname, `${name}.ts`)], { stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
