// Breaks one promise at a time and requires its named test to notice: npm run test:mutants [-- --only NAME]
// `--proved FILE`: vitest's report of a run of all tests on this very code; what passed there is not run again unbroken.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureKernel } from '../../scripts/kernel/build.ts';
import { failure, resultsFolder, root, writeCounts } from '../../scripts/results.ts';
import { choose, offers } from '../support/kafka/choice.ts';
import { missingForSpark } from '../support/spark/programs.ts';
import type { NamedTest } from './mutant.ts';
import { type Outcome, provedBy, readMutants, tryMutants } from './runner.ts';

const options = { only: { type: 'string' }, proved: { type: 'string' } } as const;
const { only, proved } = parseArgs({ options }).values;
const patches = import.meta.dirname;

const print = ({ mutant, verdict, detail }: Outcome): void =>
  console.log(`${verdict.padEnd(8)}  ${mutant.name.padEnd(28)}  ${mutant.promise}\n${' '.repeat(10)}${detail}`);

/** Where a broker, or Spark, is required, its absence is for the tests to say. */
const hasBroker = process.env['MILLRACE_REQUIRE_BROKER'] === '1' || choose(await offers()) !== undefined;
const hasSpark = process.env['MILLRACE_REQUIRE_SPARK'] === '1' || (await missingForSpark()) === undefined;
const lacks = ({ file }: NamedTest): string | undefined => {
  if (file.startsWith('test/kafka/') && !hasBroker) return 'there is no broker here';
  return file.startsWith('test/spark/') && !hasSpark ? 'there is no Spark here' : undefined;
};

const mutants = await readMutants(patches, only);
await ensureKernel();
const isProved = proved === undefined ? () => false : await provedBy(proved, root);
const project = { root, patches, modules: join(root, 'node_modules'), lacks, built: ['dist/kernel'], isProved };
const outcomes = await tryMutants(project, mutants, print);

const count = (wanted: Outcome['verdict']): number => outcomes.filter(({ verdict }) => verdict === wanted).length;
const [killed, skipped] = [count('killed'), count('skipped')];
const failures = outcomes
  .filter(({ verdict }) => verdict !== 'killed' && verdict !== 'skipped')
  .map(({ mutant, verdict, detail }) => failure(`mutant ${mutant.name}: ${verdict}`, detail));
const counts = { passed: killed, failed: failures.length, skipped, failures };
console.log(`${killed} of ${outcomes.length} mutants were noticed${skipped === 0 ? '' : `, ${skipped} SKIPPED`}`);
if (only === undefined) await writeCounts(join(resultsFolder, 'mutants.json'), counts);
process.exitCode = counts.failed === 0 ? 0 : 1;
