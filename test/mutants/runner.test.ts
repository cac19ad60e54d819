import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../../scripts/results.ts';
import { run } from '../../scripts/run.ts';
import type { NamedTest } from './mutant.ts';
import { type Outcome, provedBy, readMutants, tryMutants } from './runner.ts';

const code = `export const add = (a: number, b: number): number => a + b;\n`;
const tests = `import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { add } from '../add.ts';
test('two and two are four', () => expect(add(2, 2)).toBe(4));
test('two and two is a number', () => expect(add(2, 2)).toBeTypeOf('number'));
test('fails anyway', () => expect(add(2, 2)).toBe(5));
test('was seen to pass, and is not run again', () => expect(add(2, 2)).toBe(5));
test('finds what was built', () => expect([existsSync('made/by-hand'), add(2, 2)]).toEqual([true, 4]));
`;

const patch = (pattern: string, replacement: string, original = code.trim()): string => `# promise: sums are right
# test: test/add.test.ts -t ${pattern}
diff --git a/add.ts b/add.ts
--- a/add.ts
+++ b/add.ts
@@ -1 +1 @@
-${original}
+${replacement}
`;

const difference = 'export const add = (a: number, b: number): number => a - b;';

/** A project of one function, and a mutant for each thing that can come of one. */
const files: Readonly<Record<string, string>> = {
  'package.json': '{ "type": "module" }\n',
  '.gitignore': 'node_modules\n.test-results\nmade\n',
  'add.ts': code,
  'test/add.test.ts': tests,
  'mutants/killed.patch': patch('are four', difference),
  'mutants/survived.patch': patch('is a number', difference),
  'mutants/stale.patch': patch('are four', difference, 'export const add = 1;'),
  'mutants/unloadable.patch': patch('are four', 'export const sum = 1; throw new Error("no");'),
  'mutants/unnamed.patch': patch('no such test', difference),
  'mutants/red.patch': patch('fails anyway', difference),
  'mutants/proved.patch': patch('was seen to pass', difference),
  'mutants/built.patch': patch('finds what was built', difference),
  'mutants/elsewhere.patch': patch('needs a moon', difference),
};

let folder: string;
let outcomes: Outcome[];
const told: string[] = [];

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-mutants-test-'));
  for (const [path, text] of Object.entries(files)) await write(path, text);
  await run({ command: 'git', given: ['init', '-q'], folder, limit_ms: 60_000 });
  const patches = join(folder, 'mutants');
  const lacks = ({ pattern }: NamedTest) => (pattern === 'needs a moon' ? 'there is no moon' : undefined);
  await write('made/by-hand', 'there');
  const isProved = ({ pattern }: NamedTest) => pattern === 'was seen to pass';
  const project = { root: folder, patches, modules: join(root, 'node_modules'), lacks, built: ['made'], isProved };
  outcomes = await tryMutants(project, await readMutants(patches, undefined), ({ mutant }) => told.push(mutant.name));
});
afterAll(() => rm(folder, { recursive: true }));

const outcomeOf = (name: string): Outcome | undefined => outcomes.find(({ mutant }) => mutant.name === name);

describe('a mutant', () => {
  test('is killed when its named test fails', () => {
    expect(outcomeOf('killed')).toMatchObject({ verdict: 'killed', mutant: { promise: 'sums are right' } });
  });

  test('is not tried unbroken where its test was seen to pass, and finds what was built before it', () => {
    expect(outcomeOf('proved')?.verdict).toBe('killed');
    expect(outcomeOf('built')?.verdict).toBe('killed');
  });

  test('has survived when its named test passes, though another would fail', () => {
    expect(outcomeOf('survived')?.verdict).toBe('survived');
  });

  test('is skipped, with the reason, where its test cannot run', () => {
    expect(outcomeOf('elsewhere')).toMatchObject({ verdict: 'skipped', detail: 'test/add.test.ts: there is no moon' });
  });

  test.for([
    ['stale', 'stale.patch does not apply'],
    ['unloadable', 'more than a promise'],
    ['unnamed', 'no test in test/add.test.ts is named like "no such test"'],
    ['red', 'fails already'],
  ] as const)('that is %s is an error that says so', ([name, says]) => {
    expect(outcomeOf(name)).toMatchObject({ verdict: 'error', detail: expect.stringContaining(says) });
  });

  test('is told of as soon as it is known, and leaves the project as it was', async () => {
    expect(told.toSorted()).toEqual(outcomes.map(({ mutant }) => mutant.name));
    const { output } = await run({ command: 'git', given: ['status', '--short'], folder, limit_ms: 60_000 });
    expect(output.trim().split('\n')).toEqual(expect.arrayContaining(['?? add.ts', '?? mutants/']));
  });

  test('is proved by a report in which all tests of its name passed, and there was one', async () => {
    const result = (status: string, fullName: string) => ({ status, fullName });
    const assertionResults = [
      result('passed', ' a is'),
      result('passed', 'b is'),
      result('failed', 'b was'),
      result('skipped', 'c'),
    ];
    await write(
      'report.json',
      JSON.stringify({ testResults: [{ name: join(folder, 'x.test.ts'), assertionResults }] }),
    );
    const isProved = await provedBy(join(folder, 'report.json'), folder);
    const proved = ['a', 'is$', '^a is$', 'b', 'c', 'd'].filter(pattern => isProved({ file: 'x.test.ts', pattern }));
    expect(proved).toEqual(['is$', '^a is$']);
    expect(isProved({ file: 'y.test.ts', pattern: 'a' })).toBe(false);
  });

  test('without a header is refused by name', async () => {
    await write('headless/headless.patch', 'diff --git a/add.ts b/add.ts\n');
    await expect(readMutants(join(folder, 'headless'), undefined)).rejects.toThrow('headless.patch lacks a header');
  });

  test('that does not exist cannot be asked for', async () => {
    await expect(readMutants(join(folder, 'mutants'), 'nobody')).rejects.toThrow('has no mutant nobody');
  });
});
