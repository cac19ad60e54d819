import { cp, glob, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { copyCheckout } from '../../scripts/checkout.ts';
import { z } from 'zod';
import { readVitestReport } from '../../scripts/results.ts';
import { run } from '../../scripts/run.ts';
import { type Mutant, type NamedTest, readMutant } from './mutant.ts';

/** The checkout that is copied, the folder of its patches, and the packages that the copies run with. */
export type Project = {
  readonly root: string;
  readonly patches: string;
  readonly modules: string;
  /** What this machine lacks for a test, in words; undefined where nothing is missing. */
  readonly lacks: (test: NamedTest) => string | undefined;
  /** What git ignores and a copy would have to build anew before each test, such as the compiled kernel. */
  readonly built: readonly string[];
  /** Whether the test was seen to pass on the code as it is, so that nobody need run it once more. */
  readonly isProved: (test: NamedTest) => boolean;
};

/** A project, and one of its copies. */
type Copied = Project & { readonly folder: string };

/** Killed is good: the named test failed. All else is a proof that is missing, with the reason. */
export type Outcome = {
  readonly mutant: Mutant;
  readonly verdict: 'killed' | 'survived' | 'error' | 'skipped';
  readonly detail: string;
};

const Report = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      assertionResults: z.array(z.object({ status: z.string(), fullName: z.string() })),
    }),
  ),
});

/** Which tests the report of vitest about a run of all tests, on the same code, saw pass: where one failed, none of that name. */
export async function provedBy(path: string, root: string): Promise<Project['isProved']> {
  const { testResults } = Report.parse(JSON.parse(await readFile(path, 'utf8')));
  return ({ file, pattern }) => {
    const named = testResults
      .filter(({ name }) => name === join(root, file))
      .flatMap(({ assertionResults }) => assertionResults)
      .filter(({ fullName }) => new RegExp(pattern).test(fullName.trim()));
    return named.length > 0 && named.every(({ status }) => status === 'passed');
  };
}

const limit_ms = 60_000;
const testLimit_ms = 8 * 60_000;
const atATime = 2;

export async function readMutants(patches: string, only: string | undefined): Promise<Mutant[]> {
  const paths: string[] = [];
  for await (const path of glob(`${only ?? '*'}.patch`, { cwd: patches })) paths.push(join(patches, path));
  if (only !== undefined && paths.length === 0) throw new Error(`${patches} has no mutant ${only}`);
  return Promise.all(paths.sort().map(readMutant));
}

/** Tries every mutant, two at a time, each in a copy of the checkout that is as it was before the next one, and tells of each as soon as it is known; the outcomes are in order of name. */
export async function tryMutants(
  project: Project,
  mutants: readonly Mutant[],
  tell: (outcome: Outcome) => void,
): Promise<Outcome[]> {
  const unbroken = new Map<string, Promise<string | undefined>>();
  const outcomes = new Map<string, Outcome>();
  const queue = mutants.values();
  const worker = (): Promise<void> =>
    inCopy(project, async folder => {
      for (const mutant of queue) {
        const outcome = await tryMutant({ ...project, folder }, mutant, unbroken);
        outcomes.set(mutant.name, outcome);
        tell(outcome);
      }
    });
  await Promise.all(Array.from({ length: atATime }, worker));
  return mutants.flatMap(({ name }) => outcomes.get(name) ?? []);
}

/** A test proves a mutant only if it passes on the code as it is: asked once for each test. */
async function tryMutant(
  project: Copied,
  mutant: Mutant,
  unbroken: Map<string, Promise<string | undefined>>,
): Promise<Outcome> {
  const lacking = project.lacks(mutant.test);
  if (lacking !== undefined) return { mutant, verdict: 'skipped', detail: `${mutant.test.file}: ${lacking}` };
  const objection = await whyNoProof(project, mutant.test, unbroken);
  if (objection !== undefined) return { mutant, verdict: 'error', detail: `without the patch, ${objection}` };
  const { folder } = project;
  const git = (...given: string[]) =>
    run({ command: 'git', given: ['apply', ...given, mutant.path], folder, limit_ms });
  const { status, output } = await git();
  if (status !== 0)
    return { mutant, verdict: 'error', detail: `${mutant.name}.patch does not apply: ${output.trim()}` };
  const verdict = await judge(folder, mutant.test);
  const undone = await git('--reverse');
  if (undone.status !== 0) throw new Error(`${mutant.name}.patch cannot be undone in ${folder}: ${undone.output}`);
  return { mutant, ...verdict };
}

function whyNoProof(
  project: Copied,
  test: NamedTest,
  unbroken: Map<string, Promise<string | undefined>>,
): Promise<string | undefined> {
  if (project.isProved(test)) return Promise.resolve(undefined);
  const key = JSON.stringify(test);
  const asked = unbroken.get(key) ?? whyNotPassing(project.folder, test);
  unbroken.set(key, asked);
  return asked;
}

async function whyNotPassing(folder: string, test: NamedTest): Promise<string | undefined> {
  const { report, output } = await runTest(folder, test);
  if (report === undefined) return `the test gave no result:\n${output}`;
  if (report.failed > 0) return `the test fails already: ${report.failures.join('; ')}\n${output}`;
  return report.passed === 0 ? `no test in ${test.file} is named like "${test.pattern}"` : undefined;
}

async function judge(folder: string, test: NamedTest): Promise<Omit<Outcome, 'mutant'>> {
  const { report, output } = await runTest(folder, test);
  if (report === undefined) return { verdict: 'error', detail: `the test gave no result:\n${output}` };
  if (report.unloaded > 0) return { verdict: 'error', detail: `the patch breaks more than a promise:\n${output}` };
  if (report.failed > 0) return { verdict: 'killed', detail: `${test.file} -t ${test.pattern}` };
  return { verdict: 'survived', detail: `${test.file} -t ${test.pattern} still passes` };
}

async function runTest(folder: string, { file, pattern }: NamedTest) {
  const path = join(folder, '.test-results', 'mutant.json');
  const reporters = ['--reporter=dot', '--reporter=json', `--outputFile.json=${path}`];
  const given = ['run', file, '-t', pattern, ...reporters];
  const { status, output } = await run({ command: 'vitest', given, folder, limit_ms: testLimit_ms });
  return { report: status === null ? undefined : await readVitestReport(path), output };
}

async function inCopy<Result>(project: Project, use: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-mutant-'));
  try {
    await copyCheckout(project.root, folder, project.modules);
    for (const path of project.built) await cp(join(project.root, path), join(folder, path), { recursive: true });
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}
