import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readCounts, readVitestCounts, root, writeCounts } from '../../scripts/results.ts';
import { lastLines, line, tally } from '../../scripts/tally.ts';

const good = { name: 'tests', status: 0, counts: { passed: 3, failed: 0, skipped: 1, failures: [] } };

describe('the tally of all parts', () => {
  test('adds up what the parts counted', () => {
    const counts = { passed: 2, failed: 2, skipped: 0, failures: ['this', 'that'] };
    const total = tally([good, { name: 'mutants', status: 1, counts }]);
    expect(line(total)).toBe('5 passed, 2 failed, 1 skipped');
    expect(total.failures).toEqual(['this', 'that']);
  });

  test.for([
    ['ended badly', { ...good, status: 1 }, 'ended with 1'],
    ['was killed', { ...good, status: null }, 'ended with a signal'],
    ['left no counts', { ...good, counts: undefined }, 'cannot be read'],
    ['ran no test', { ...good, counts: { passed: 0, failed: 0, skipped: 0, failures: [] } }, 'ended with 0'],
  ] as const)('counts a part that %s as a failure, and names it', ([, part, why]) => {
    expect(tally([good, part])).toMatchObject({ failed: 1, failures: [expect.stringContaining(why)] });
  });

  test('ends with what failed, what the tests ran against, and the counts', () => {
    const counts = { passed: 1, failed: 1, skipped: 0, failures: ['this'] };
    expect(lastLines(counts, ['kafka: none'])).toEqual(['FAILED this', 'kafka: none', '1 passed, 1 failed, 0 skipped']);
  });

  test('does not drown the counts in what failed', () => {
    const failures = Array.from({ length: 100 }, (_, index) => `test ${index}`);
    const lines = lastLines({ passed: 1, failed: 100, skipped: 0, failures }, []);
    expect(lines).toHaveLength(32);
    expect(lines.slice(-2)).toEqual(['FAILED and 70 more', '1 passed, 100 failed, 0 skipped']);
  });
});

describe('counts are read from what the parts wrote', () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'millrace-results-'))));
  afterEach(() => rm(folder, { recursive: true }));

  const report = (testResults: readonly object[]): string =>
    JSON.stringify({ numPassedTests: 2, numPendingTests: 3, numTodoTests: 4, testResults });
  const name = join(root, 'test', 'x.test.ts');
  const ended = (status: string, ...failureMessages: string[]) => ({
    status,
    fullName: ' a thing works',
    failureMessages,
  });

  test('a part reads back what it wrote', async () => {
    const path = join(folder, 'deeper', 'part.json');
    await writeCounts(path, good.counts);
    expect(await readCounts(path)).toEqual(good.counts);
  });

  test('a failed test is told by its file, its name and the first line of the reason', async () => {
    const path = join(folder, 'vitest.json');
    const assertionResults = [ended('passed'), ended('failed', 'Error: not 4\n  at somewhere')];
    await writeFile(path, report([{ name, status: 'failed', message: '', assertionResults }]));
    const failures = ['test/x.test.ts: a thing works: Error: not 4'];
    expect(await readVitestCounts(path)).toEqual({ passed: 2, failed: 1, skipped: 7, failures });
  });

  test.for([
    ['does not load', []],
    ['has a hook that fails, which skips its tests,', [ended('skipped'), ended('skipped')]],
  ] as const)('a test file that %s counts as a failure', async ([, assertionResults]) => {
    const path = join(folder, 'vitest.json');
    await writeFile(path, report([{ name, status: 'failed', message: 'no such file\nat', assertionResults }]));
    const failures = ['test/x.test.ts: no such file'];
    expect(await readVitestCounts(path)).toEqual({ passed: 2, failed: 1, skipped: 7, failures });
  });

  test.for(['', '{}', '{"passed": -1, "failed": 0, "skipped": 0}'])('counts written as %j are refused', async text => {
    const path = join(folder, 'part.json');
    await writeFile(path, text);
    await expect(readCounts(path)).rejects.toThrow();
    await expect(readVitestCounts(path)).rejects.toThrow();
  });
});
