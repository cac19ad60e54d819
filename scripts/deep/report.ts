import { writeFile } from 'node:fs/promises';
import type { Ledger } from './ledger.ts';

/** What one run found, by parts: counts, what was skipped and why, versions and sizes. Nothing of the machine's paths. */
export async function writeReport(path: string, ledger: Ledger): Promise<void> {
  const { passed, failed, skipped } = ledger.counts();
  const parts = [...new Set(ledger.findings.map(({ part }) => part))];
  const report = {
    node: process.version,
    passed,
    failed,
    skipped,
    parts: Object.fromEntries(
      parts.map(part => {
        const findings = ledger.findings.filter(finding => finding.part === part);
        const told = findings.map(({ name, outcome, why }) =>
          outcome === 'passed' ? `passed: ${name}` : `${outcome}: ${name}: ${why.split('\n', 1)[0] ?? ''}`,
        );
        return [part, { ...Object.fromEntries(ledger.facts.get(part) ?? []), findings: told }];
      }),
    ),
  };
  await writeFile(path, `${JSON.stringify(report, null, 2)}\n`);
}
