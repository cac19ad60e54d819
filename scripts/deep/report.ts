import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Ledger } from './ledger.ts';

const Part = z.looseObject({ findings: z.array(z.string()) });
const Report = z.object({ node: z.string(), parts: z.record(z.string(), Part) });

/**
 * What the last run of each part found: counts, what was skipped and why, versions and sizes. Parts that were not run
 * stay as the report has them, and the counts are of all. Nothing of the machine's paths.
 */
export async function writeReport(path: string, ledger: Ledger): Promise<void> {
  const former = existsSync(path) ? Report.parse(JSON.parse(readFileSync(path, 'utf8'))).parts : {};
  const parts = { ...former };
  for (const part of new Set(ledger.findings.map(finding => finding.part))) {
    const findings = ledger.findings.filter(finding => finding.part === part);
    const told = findings.map(({ name, outcome, why }) =>
      outcome === 'passed' ? `passed: ${name}` : `${outcome}: ${name}: ${why.split('\n', 1)[0] ?? ''}`,
    );
    parts[part] = { ...Object.fromEntries(ledger.facts.get(part) ?? []), findings: told };
  }
  const all = Object.values(parts).flatMap(({ findings }) => findings);
  const of = (outcome: string): number => all.filter(line => line.startsWith(`${outcome}: `)).length;
  const counts = { passed: of('passed'), failed: of('failed'), skipped: of('skipped') };
  await writeFile(path, `${JSON.stringify({ node: process.version, ...counts, parts }, null, 2)}\n`);
}
