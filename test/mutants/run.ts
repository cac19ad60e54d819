// Breaks one promise at a time and requires its named test to notice: npm run test:mutants [-- --only NAME]
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { resultsFolder, root, writeCounts } from '../../scripts/results.ts';
import { type Outcome, readMutants, tryMutants } from './runner.ts';

const { only } = parseArgs({ options: { only: { type: 'string' } } }).values;
const patches = import.meta.dirname;

const print = ({ mutant, verdict, detail }: Outcome): void =>
  console.log(`${verdict.padEnd(8)}  ${mutant.name.padEnd(28)}  ${mutant.promise}\n${' '.repeat(10)}${detail}`);

const mutants = await readMutants(patches, only);
const outcomes = await tryMutants({ root, patches, modules: join(root, 'node_modules') }, mutants, print);

const killed = outcomes.filter(({ verdict }) => verdict === 'killed').length;
const counts = { passed: killed, failed: outcomes.length - killed, skipped: 0 };
console.log(`${killed} of ${outcomes.length} mutants were noticed`);
if (only === undefined) await writeCounts(join(resultsFolder, 'mutants.json'), counts);
process.exitCode = counts.failed === 0 ? 0 : 1;
