// Prints again the last lines of the run of all tests, for scripts that print more after it: node scripts/summary.ts
import { join } from 'node:path';
import { readCounts, readTold, resultsFolder } from './results.ts';
import { lastLines } from './tally.ts';

const total = await readCounts(join(resultsFolder, 'total.json'));
for (const line of lastLines(total, await readTold())) console.log(line);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
