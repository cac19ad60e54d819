/** `--app` takes anyone's file, TypeScript outside the repository included, and says what is wrong with one. */
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { json, millrace } from '../support/cli.ts';
import { installSources } from '../support/installed.ts';

let project: string;
beforeAll(async () => {
  project = await realpath(await mkdtemp(join(tmpdir(), 'millrace-app-')));
  await installSources(project);
  await writeFile(join(project, 'package.json'), JSON.stringify({ type: 'module' }));
});
afterAll(() => rm(project, { recursive: true }));

const streams = `
import { schema, stream } from 'millrace';
export interface Tick { readonly name: string; readonly at: number }
const fields = [{ name: 'name', type: 'string' }, { name: 'at', type: 'long' }];
const options = { schema: schema<Tick>({ type: 'record', name: 'Tick', fields }), key: (t: Tick) => t.name, time: (t: Tick) => t.at };
export const ticks = stream('ticks', options);
export const tocks = stream('tocks', options);
`;

const topologies = `
import { topology, type Topology } from 'millrace';
import { ticks, tocks } from './streams.ts';
export const topologies: readonly Topology[] = [topology('echo', task => { task.read(ticks).subscribe(task.write(tocks)); })];
`;

async function file(name: string, text: string): Promise<string> {
  const path = join(project, name);
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, text);
  return path;
}

test('a TypeScript file outside the repository, and what it imports beside it, is run and described', async () => {
  await file('src/streams.ts', streams);
  const app = await file('src/app.ts', topologies);
  const data = join(project, 'data');
  expect(await json('run', '--until-caught-up', '--app', app, '--data', data)).toMatchObject({ records: 0 });
  expect(await json('describe', '--app', app, '--data', data)).toMatchObject({
    format: 1,
    topologies: [{ name: 'echo', tasks: 4 }],
  });
});

const mine = "import { topology } from 'millrace';\n";

describe('what is wrong with a file is said with its place and what to do', () => {
  test.for([
    ['no-export.ts', 'export default [];', /no-export\.ts does not export 'topologies'. Export an array of topologies/],
    ['no-list.ts', 'export const topologies = {};', /no-list\.ts: 'topologies' is an object, not an array/],
    ['empty.ts', 'export const topologies = [];', /empty\.ts: 'topologies' is empty: there is nothing to run/],
    ['other.ts', "export const topologies = ['mine'];", /has a string at position 0, which is no topology/],
    ['half.ts', "export const topologies = [{ name: 'x' }];", /has an object at position 0, which is no topology/],
    ['with.ts', 'export const topologiesWith = () => 5;', /what 'topologiesWith' answers is a number, not an array/],
    ['syntax.ts', 'const a = 1;\nexport const topologies = [;', /\/syntax\.ts:2 cannot be loaded: Expression expected/],
    ['syntax.mjs', 'export const topologies = [;', /\/syntax\.mjs cannot be loaded: Unexpected token/],
    [
      'enum.ts',
      'export const topologies = [];\nenum A { B }',
      /\/enum\.ts:2 cannot be loaded: .*enum.*erasableSyntaxOnly/,
    ],
    ['thrown.ts', "\n\nthrow new Error('no luck');", /\/thrown\.ts:3 cannot be loaded: no luck/],
    [
      'package.ts',
      "import 'millrce';",
      /\/package\.ts cannot be loaded: Cannot find package 'millrce'.*Install the package/,
    ],
    [
      'extension.ts',
      "import './enum';",
      /\/extension\.ts cannot be loaded: Cannot find module.*as in `\.\/streams\.ts`/,
    ],
    [
      'wiring.ts',
      `${mine}const none: any = {};\nexport const topologies = [topology('mine', () => {\n  none.task.read();\n})];`,
      /BUILD_ERROR: Topology 'mine' cannot be wired: Cannot read properties of undefined.* at \/.*\/wiring\.ts:4/,
    ],
    [
      'option.ts',
      `${mine}import { ticks } from './src/streams.ts';\nexport const topologies = [topology('mine', task => {\n  task.read(ticks, { al: true } as {});\n})];`,
      /BUILD_ERROR: There is no 'al' among the options of reading 'ticks'. Known are: all/,
    ],
    [
      'stream.ts',
      "import { schema, stream } from 'millrace';\nstream('a b', { schema: schema('string'), key: String, time: Number });",
      /INVALID_STREAM: 'a b' cannot be the name of a stream/,
    ],
  ] as const)('%s', async ([name, text, expected]) => {
    const { code, stdout, stderr } = await millrace('describe', '--app', await file(name, text), '--json');
    expect({ code, lines: stderr.trimEnd().split('\n').length }).toEqual({ code: 1, lines: 1 });
    expect(stderr).toMatch(expected);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: /^millrace: (\w+)/.exec(stderr)?.[1] } });
  });
});
