import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';

/** A patch that breaks one promise, and the one test that must then fail. */
export type Mutant = {
  readonly name: string;
  readonly path: string;
  readonly promise: string;
  readonly test: NamedTest;
};

/** A test file, and the pattern of the test's name as vitest's `-t` takes it: a regular expression. */
export type NamedTest = { readonly file: string; readonly pattern: string };

/** Reads a patch's header: the lines `# promise: …` and `# test: FILE -t PATTERN` before the first `diff`. */
export async function readMutant(path: string): Promise<Mutant> {
  const text = await readFile(path, 'utf8');
  const header = text.split(/^(?:diff |--- )/m)[0] ?? '';
  const promise = /^# promise: (?<promise>.+)$/m.exec(header)?.groups?.['promise'];
  const test = /^# test: (?<file>\S+) -t (?<pattern>.+)$/m.exec(header)?.groups;
  const { file, pattern } = test ?? {};
  if (promise === undefined || file === undefined || pattern === undefined)
    throw new Error(`${path} lacks a header: begin it with "# promise: …" and "# test: test/x.test.ts -t name"`);
  return { name: basename(path, '.patch'), path, promise, test: { file, pattern } };
}
