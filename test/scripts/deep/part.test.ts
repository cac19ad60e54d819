/** How the deep checks are chosen, run and counted. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Ledger } from '../../../scripts/deep/ledger.ts';
import { chosen, Missing, Misuse, type Part, runPart } from '../../../scripts/deep/part.ts';
import { writeReport } from '../../../scripts/deep/report.ts';

const part = (name: string, run: Part['run'] = () => Promise.resolve()): Part => ({ name, run });
const parts = [part('cluster'), part('image'), part('checkov')];

async function ran(...run: readonly Part['run'][]): Promise<{ readonly ledger: Ledger; readonly told: string[] }> {
  const told: string[] = [];
  const ledger = new Ledger(line => told.push(line));
  for (const work of run) await runPart(part('cluster', work), ledger);
  return { ledger, told };
}

describe('which parts are run', () => {
  test('all where none is named, else those that are, in their own order', () => {
    expect(chosen(parts, [])).toEqual(parts);
    expect(chosen(parts, ['checkov', 'cluster']).map(({ name }) => name)).toEqual(['cluster', 'checkov']);
  });

  test('a name that is none is refused with those that are', () => {
    expect(() => chosen(parts, ['image', 'docker'])).toThrow(Misuse);
    expect(() => chosen(parts, ['docker'])).toThrow("no deep check 'docker'. Choose of cluster, image, checkov");
  });
});

describe('what a part finds', () => {
  test('is passed, failed with why, or skipped with what is missing', async () => {
    const { ledger, told } = await ran(async log => {
      await log.check('manifests', () => {});
      await log.check('pods', () => Promise.reject(new Error('refused\nin two lines')));
      await log.check('mounts', () => Promise.reject(new Missing('mounting takes root', 'Be root')));
    });
    const failures = ['npm run check:deep: cluster: pods: refused'];
    expect(ledger.counts()).toEqual({ passed: 1, failed: 1, skipped: 1, failures });
    expect(told).toEqual([
      'passed   cluster: manifests',
      'FAILED   cluster: pods',
      'refused\nin two lines',
      'skipped  cluster: mounts: mounting takes root. Be root',
    ]);
  });

  test('is one skipped check where it cannot begin, with the reason shown', async () => {
    const { ledger, told } = await ran(() => Promise.reject(new Missing('go is not installed', 'Install Go')));
    expect(ledger.counts()).toMatchObject({ passed: 0, failed: 0, skipped: 1 });
    expect(told).toEqual(['skipped  cluster: all of it: go is not installed. Install Go']);
  });

  test('is a failure where it breaks on the way, and where it looked at nothing', async () => {
    const breaks: Part['run'] = async log => {
      await log.check('manifests', () => {});
      throw new Error('etcd ended with 1');
    };
    const { ledger } = await ran(breaks, () => Promise.resolve());
    expect(ledger.counts()).toMatchObject({ passed: 1, failed: 2 });
    expect(ledger.counts().failures).toEqual([
      'npm run check:deep: cluster: all of it: etcd ended with 1',
      'npm run check:deep: cluster: all of it: It looked at nothing',
    ]);
  });

  test('is reported with its figures, and with the first line of what was not so', async () => {
    const { ledger } = await ran(async log => {
      log.fact('kubernetes', 'v1.34.4');
      await log.check('manifests', () => {});
      await log.check('pods', () => Promise.reject(new Error('refused\nin two lines')));
    });
    const folder = mkdtempSync(join(tmpdir(), 'millrace-deep-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const path = join(folder, 'report.json');
    await writeReport(path, ledger);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({
      node: process.version,
      passed: 1,
      failed: 1,
      skipped: 0,
      parts: { cluster: { kubernetes: 'v1.34.4', findings: ['passed: manifests', 'failed: pods: refused'] } },
    });
    // A part that runs again takes its own place, and leaves the others theirs.
    const again = new Ledger(() => {});
    const work: Part['run'] = log => log.check('commands', () => {});
    for (const name of ['image', 'cluster']) await runPart(part(name, work), again);
    await writeReport(path, again);
    await writeReport(path, new Ledger(() => {}));
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({
      passed: 2,
      failed: 0,
      parts: { cluster: { findings: ['passed: commands'] }, image: { findings: ['passed: commands'] } },
    });
  });
});
