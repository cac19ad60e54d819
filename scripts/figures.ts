// The measured figures of README.md and docs/BENCHMARKS.md, made from bench/results: node scripts/figures.ts generate|check
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { between } from './figures/markers.ts';
import { page } from './figures/page.ts';
import { readResults } from './figures/read.ts';
import { summary } from './figures/summary.ts';
import { root } from './results.ts';

const readme = join(root, 'README.md');
const benchmarksPage = join(root, 'docs/BENCHMARKS.md');

const results = await readResults(join(root, 'bench/results'));
const made = new Map([
  [readme, await laidOut(readme, between(await readFile(readme, 'utf8'), summary(results)))],
  [benchmarksPage, await laidOut(benchmarksPage, page(results))],
]);

async function laidOut(path: string, text: string): Promise<string> {
  return format(text, { ...(await resolveConfig(path)), parser: 'markdown' });
}

async function generate(): Promise<number> {
  for (const [path, text] of made) await writeFile(path, text);
  return 0;
}

async function check(): Promise<number> {
  let status = 0;
  for (const [path, text] of made) {
    if (existsSync(path) && (await readFile(path, 'utf8')) === text) continue;
    console.error(`${path} differs from what bench/results says: node scripts/figures.ts generate`);
    status = 1;
  }
  return status;
}

const [name = ''] = process.argv.slice(2);
const command = { generate, check }[name];
if (command === undefined) console.error(`'${name}' is no command. Use generate or check`);
process.exitCode = command === undefined ? 2 : await command();
