// The measured figures of README.md, docs/BENCHMARKS.md, docs/OPERATIONS.md and of `millrace size`, made from bench/results: node scripts/figures.ts generate|check
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { between } from './figures/markers.ts';
import { measuredSource } from './figures/measured.ts';
import { page } from './figures/page.ts';
import { readResults } from './figures/read.ts';
import { sizingTables } from './figures/sizing.ts';
import { summary } from './figures/summary.ts';
import { laidOut, runMadeFiles } from './made-files.ts';
import { root } from './results.ts';

const readme = join(root, 'README.md');
const benchmarksPage = join(root, 'docs/BENCHMARKS.md');
const operations = join(root, 'docs/OPERATIONS.md');
const measured = join(root, 'src/recommender/sizing/measured.ts');

const results = await readResults(join(root, 'bench/results'));
await runMadeFiles({
  script: 'scripts/figures.ts',
  of: 'what bench/results says',
  files: [
    [readme, await laidOut(readme, between(await readFile(readme, 'utf8'), summary(results)), 'markdown')],
    [benchmarksPage, await laidOut(benchmarksPage, page(results), 'markdown')],
    [
      operations,
      await laidOut(operations, between(await readFile(operations, 'utf8'), sizingTables(results)), 'markdown'),
    ],
    [measured, await laidOut(measured, measuredSource(results), 'typescript')],
  ],
});
