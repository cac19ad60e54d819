// Prints again the last lines of the run of all tests, for scripts that print more after it: node scripts/summary.ts
import { join } from 'node:path';
import { readCounts, readTold, resultsFolder } from './results.ts';
import { line } from './tally.ts';

const total = await readCounts(join(resultsFolder, 'total.json'));
for (const told of await readTold()) console.log(told);
console.log(line(total));
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
