import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';

export const root = resolve(import.meta.dirname, '..');

/** Where a run of all tests leaves what its parts counted. */
export const resultsFolder = join(root, '.test-results');

const count = z.int().nonnegative();
const Counts = z.strictObject({ passed: count, failed: count, skipped: count });
export type Counts = z.infer<typeof Counts>;

/** What the tests need beside the project, and may have to do without. */
export const requisites = ['kafka', 'spark'] as const;
export type Requisite = (typeof requisites)[number];
const Told = z.strictObject({ line: z.string() });
const toldFile = (requisite: Requisite): string => join(resultsFolder, `${requisite}.json`);

/** What vitest's json reporter says; a file that could not be loaded fails a suite, but no test. */
const VitestReport = z.object({
  numPassedTests: count,
  numFailedTests: count,
  numPendingTests: count,
  numTodoTests: count,
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.unknown()) })),
});

/** The counts that a part wrote with `writeCounts`. */
export const readCounts = async (path: string): Promise<Counts> => Counts.parse(await readJson(path));

/** The counts of a report of vitest, and how many test files failed before their first test. */
export async function readVitestReport(path: string): Promise<Counts & { readonly unloaded: number }> {
  const report = VitestReport.parse(await readJson(path));
  const unloaded = report.testResults.filter(file => file.status === 'failed' && file.assertionResults.length === 0);
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests,
    skipped: report.numPendingTests + report.numTodoTests,
    unloaded: unloaded.length,
  };
}

/** The counts of a report of vitest; a test file that failed before its first test counts as one failed test. */
export async function readVitestCounts(path: string): Promise<Counts> {
  const { passed, failed, skipped, unloaded } = await readVitestReport(path);
  return { passed, failed: failed + unloaded, skipped };
}

export const writeCounts = (path: string, counts: Counts): Promise<void> => writeJson(path, counts);

/** Lines that say against what the tests ran that need something beside the project, or why they did not. */
export const readTold = (): Promise<string[]> => Promise.all(requisites.map(readLine));

async function readLine(requisite: Requisite): Promise<string> {
  try {
    return Told.parse(await readJson(toldFile(requisite))).line;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      return `${requisite}: its tests were not run`;
    throw error;
  }
}

export const writeTold = (requisite: Requisite, line: string): Promise<void> =>
  writeJson(toldFile(requisite), { line });

async function writeJson(path: string, value: unknown): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${JSON.stringify(value)}\n`);
}

async function readJson(path: string): Promise<unknown> {
  return JSON.parse(await readFile(path, 'utf8'));
}
