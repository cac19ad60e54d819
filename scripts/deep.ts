// What takes minutes and programs of others: npm run check:deep [-- --only NAME] [--report FILE] (docs/OPERATIONS.md)
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { checkov } from './deep/checkov/index.ts';
import { cluster } from './deep/cluster/index.ts';
import { image } from './deep/image/index.ts';
import { Ledger } from './deep/ledger.ts';
import { chosen, Misuse, type Part, runPart } from './deep/part.ts';
import { writeReport } from './deep/report.ts';
import { resultsFolder, writeCounts } from './results.ts';
import { lastLines } from './tally.ts';

const parts: readonly Part[] = [checkov, cluster, image];

/** Exit code 0 where nothing failed: what was skipped says why, and is counted. 1 for a failure, 2 for what is not understood. */
async function main(): Promise<number> {
  const { only, report } = flags();
  const asked = chosen(parts, only);
  const ledger = new Ledger(line => console.log(line));
  for (const part of asked) await runPart(part, ledger);
  const counts = ledger.counts();
  await writeCounts(join(resultsFolder, 'deep.json'), counts);
  if (report !== undefined) await writeReport(report, ledger);
  for (const line of lastLines(counts, [])) console.log(line);
  return counts.failed === 0 ? 0 : 1;
}

function flags(): { readonly only: readonly string[]; readonly report: string | undefined } {
  try {
    const given = parseArgs({
      options: { only: { type: 'string', multiple: true }, report: { type: 'string' } },
    }).values;
    return { only: given.only ?? [], report: given.report };
  } catch (error) {
    throw new Misuse(error instanceof Error ? error.message : String(error), usage);
  }
}

const usage = `npm run check:deep [-- --only ${parts.map(({ name }) => name).join('|')}] [--report FILE]`;

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof Misuse)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
