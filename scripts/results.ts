import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { z } from 'zod';

export const root = resolve(import.meta.dirname, '..');

/** Where a run of all tests leaves what its parts counted. */
export const resultsFolder = join(root, '.test-results');

/** A reason may hold all of a process's output. */
const mostOfLine = 400;

const count = z.int().nonnegative();
const Counts = z.strictObject({
  passed: count,
  failed: count,
  skipped: count,
  /** What failed, a line each: where a run is read by its last lines, they are all that is known of it. */
  failures: z.array(z.string()).readonly(),
});
export type Counts = z.infer<typeof Counts>;

/** What the tests need beside the project, and may have to do without. */
export const requisites = ['kafka', 'spark'] as const;
export type Requisite = (typeof requisites)[number];
const Told = z.strictObject({ line: z.string() });
const toldFile = (requisite: Requisite): string => join(resultsFolder, `${requisite}.json`);

/** What vitest's json reporter says; a file that could not be loaded, or whose hook failed, fails without a test that does. */
const VitestReport = z.object({
  numPassedTests: count,
  numPendingTests: count,
  numTodoTests: count,
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string(),
      assertionResults: z.array(
        z.object({ status: z.string(), fullName: z.string(), failureMessages: z.array(z.string()) }),
      ),
    }),
  ),
});

/** The counts that a part wrote with `writeCounts`. */
export const readCounts = async (path: string): Promise<Counts> => Counts.parse(await readJson(path));

/** The counts of a report of vitest, and how many test files failed before their first test. */
export async function readVitestReport(path: string): Promise<Counts & { readonly unloaded: number }> {
  const report = VitestReport.parse(await readJson(path));
  const files = report.testResults.filter(({ status }) => status === 'failed');
  const failures = files.flatMap(({ name, message, assertionResults }) => {
    const file = relative(root, name);
    const failed = assertionResults.filter(({ status }) => status === 'failed');
    if (failed.length === 0) return [failure(file, message)];
    return failed.map(({ fullName, failureMessages }) => failure(`${file}: ${fullName.trim()}`, failureMessages[0]));
  });
  return {
    passed: report.numPassedTests,
    failed: failures.length,
    skipped: report.numPendingTests + report.numTodoTests,
    failures,
    unloaded: files.filter(({ assertionResults }) => assertionResults.length === 0).length,
  };
}

/** The counts of a report of vitest; a test file that failed without a failed test counts as one failed test. */
export async function readVitestCounts(path: string): Promise<Counts> {
  const { passed, failed, skipped, failures } = await readVitestReport(path);
  return { passed, failed, skipped, failures };
}

/** A line that says what failed, and why by the first line of the reason. */
export const failure = (what: string, why = ''): string =>
  [what, why.trim().split('\n', 1)[0] ?? ''].filter(Boolean).join(': ').slice(0, mostOfLine);

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
