// Every proof there is, and one line that says how many held: npm test
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Counts, readCounts, readTold, readVitestCounts, resultsFolder, root, writeCounts } from './results.ts';
import { show } from './run.ts';
import { countsOf, lastLines, line, type Part, tally } from './tally.ts';

const minute_ms = 60_000;
const result = (name: string): string => join(resultsFolder, name);

const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${result('vitest.json')}`];

const parts = [
  {
    name: 'check',
    command: ['node', 'scripts/check.ts'],
    limit_ms: 10 * minute_ms,
    read: () => readCounts(result('check.json')),
  },
  {
    name: 'tests',
    command: ['vitest', 'run', ...reporters],
    limit_ms: 60 * minute_ms,
    read: () => readVitestCounts(result('vitest.json')),
  },
  {
    name: 'mutants',
    command: ['node', 'test/mutants/run.ts', '--proved', result('vitest.json')],
    limit_ms: 40 * minute_ms,
    read: () => readCounts(result('mutants.json')),
  },
] as const;

/** Counts that cannot be read are a failure of their part, which the tally counts: the reason is shown. */
async function readable(read: () => Promise<Counts>): Promise<Counts | undefined> {
  try {
    return await read();
  } catch (error) {
    console.error('Its counts cannot be read:', error);
    return undefined;
  }
}

async function runPart({ name, command: [command, ...given], limit_ms, read }: (typeof parts)[number]): Promise<Part> {
  console.log(`\n== ${name}`);
  const status = await show({ command, given, folder: root, limit_ms });
  return { name, status, counts: await readable(read) };
}

await rm(resultsFolder, { recursive: true, force: true });
const ended: Part[] = [];
for (const part of parts) ended.push(await runPart(part));

console.log();
for (const part of ended) console.log(`${part.name.padEnd(8)} ${line(countsOf(part))}`);
const total = tally(ended);
await writeCounts(result('total.json'), total);
for (const last of lastLines(total, await readTold())) console.log(last);
process.exitCode = total.failed === 0 ? 0 : 1;
