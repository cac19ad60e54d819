import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readCounts, readVitestCounts, writeCounts } from '../../scripts/results.ts';
import { line, tally } from '../../scripts/tally.ts';

const good = { name: 'tests', status: 0, counts: { passed: 3, failed: 0, skipped: 1 } };

describe('the tally of all parts', () => {
  test('adds up what the parts counted', () => {
    const total = tally([good, { name: 'mutants', status: 1, counts: { passed: 2, failed: 4, skipped: 0 } }]);
    expect(line(total)).toBe('5 passed, 4 failed, 1 skipped');
  });

  test.for([
    ['ended badly', { ...good, status: 1 }],
    ['was killed', { ...good, status: null }],
    ['left no counts', { ...good, counts: undefined }],
    ['ran no test', { ...good, counts: { passed: 0, failed: 0, skipped: 0 } }],
  ] as const)('counts a part that %s as a failure', ([, part]) => {
    expect(tally([good, part]).failed).toBe(1);
  });
});

describe('counts are read from what the parts wrote', () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'millrace-results-'))));
  afterEach(() => rm(folder, { recursive: true }));

  const report = (testResults: readonly object[]): string =>
    JSON.stringify({ numPassedTests: 2, numFailedTests: 1, numPendingTests: 3, numTodoTests: 4, testResults });

  test('a part reads back what it wrote', async () => {
    const path = join(folder, 'deeper', 'part.json');
    await writeCounts(path, good.counts);
    expect(await readCounts(path)).toEqual(good.counts);
  });

  test('a test file that does not load counts as a failure', async () => {
    const path = join(folder, 'vitest.json');
    await writeFile(path, report([{ status: 'failed', assertionResults: [] }]));
    expect(await readVitestCounts(path)).toEqual({ passed: 2, failed: 2, skipped: 7 });
  });

  test.for(['', '{}', '{"passed": -1, "failed": 0, "skipped": 0}'])('counts written as %j are refused', async text => {
    const path = join(folder, 'part.json');
    await writeFile(path, text);
    await expect(readCounts(path)).rejects.toThrow();
    await expect(readVitestCounts(path)).rejects.toThrow();
  });
});
