import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { glob, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { copyCheckout } from '../../scripts/checkout.ts';
import { root } from '../../scripts/results.ts';
import { type Ending, run } from '../../scripts/run.ts';
import { topologies } from './operators.ts';
import { clientNames, consumer, inAPage, logNames, printed, publicNames, testingNames } from './consumer.ts';

const modules = join(root, 'node_modules');
const Packed = z.tuple([z.object({ filename: z.string(), files: z.array(z.object({ path: z.string() })) })]);
const Versions = z.object({ devDependencies: z.object({ '@types/node': z.string() }) });

const compilerOptions = {
  strict: true,
  skipLibCheck: false,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  target: 'es2024',
  module: 'nodenext',
  types: ['node'],
};

const List = z.object({ reason: z.string(), items: z.array(z.object({ title: z.string() })) });

/** The address that a server prints. */
async function listening(stdout: Readable): Promise<string> {
  for await (const line of createInterface(stdout)) {
    const [, url] = /^listening on (http:\S+)$/.exec(line) ?? [];
    if (url !== undefined) return url;
  }
  throw new Error('It ended before it listened');
}

let folder: string;
let project: string;
let tarball: string;
let files: string[];

async function must(command: string, given: readonly string[], where: string): Promise<string> {
  const { status, output } = await run({ command, given, folder: where, limit_ms: 4 * 60_000 });
  if (status !== 0) throw new Error(`${command} ${given.join(' ')} ended with ${status}:\n${output}`);
  return output;
}

/** Packs a copy of the checkout, as publishing does: npm builds it there first, with `prepare`. */
async function pack(): Promise<string> {
  const copy = join(folder, 'checkout');
  await mkdir(copy);
  await copyCheckout(root, copy, modules);
  const output = await must('npm', ['pack', '--json', '--loglevel=error', '--pack-destination', folder], copy);
  const [packed] = Packed.parse(JSON.parse(output.slice(output.indexOf('[\n'))));
  files = packed.files.map(({ path }) => path);
  return join(folder, packed.filename);
}

/** A new project that knows nothing of this repository but the tarball. */
async function install(): Promise<void> {
  project = join(folder, 'project');
  await mkdir(project);
  const own = Versions.parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')));
  const nodeTypes = own.devDependencies['@types/node'];
  const manifest = {
    type: 'module',
    dependencies: { millrace: `file:${tarball}` },
    devDependencies: { '@types/node': nodeTypes },
  };
  await writeFile(join(project, 'package.json'), JSON.stringify(manifest));
  await writeFile(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
  await writeFile(join(project, 'consumer.ts'), consumer);
  for (const path of outside) await writeFile(join(project, basename(path)), await asInstalled(path));
  await must('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'], project);
}

/** What is written as outside of the repository, but for where it imports from. */
const outside = [
  'examples/shop-backend.ts',
  'examples/fraud-counters.ts',
  'examples/order-payments.ts',
  'examples/sensor-rollups.ts',
  'test/package/operators.ts',
];

async function asInstalled(path: string): Promise<string> {
  const text = await readFile(join(root, path), 'utf8');
  return text.replace(/'(?:\.\.\/)+src\/index\.ts'/, "'millrace'").replace("'../src/client.ts'", "'millrace/client'");
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-package-'));
  tarball = await pack();
  await install();
});
afterAll(() => rm(folder, { recursive: true }));

describe('the package', () => {
  test('holds built code, its types and its licence, and no sources, tests, tools or data', () => {
    expect(files).toEqual(
      expect.arrayContaining([
        'LICENSE',
        'package.json',
        'bin/millrace.cjs',
        'dist/src/index.js',
        'dist/kernel/als.wasm',
        'dist/web/index.html',
      ]),
    );
    const allowed =
      /^(LICENSE|README\.md|CHANGELOG\.md|package\.json|bin\/|dist\/(src|topologies|schemas|web)\/|dist\/kernel\/als\.wasm$|schemas\/[^/]+\.avsc$|docs\/|templates\/project\/)/;
    expect(files.filter(path => !allowed.test(path))).toEqual([]);
    const ours = files.filter(path => !path.startsWith('templates/')); // what `init` writes has sources and a test
    expect(ours.filter(path => /(?<!\.d)\.tsx?$|(^|\/)(test|data)\/|\.test\./.test(path))).toEqual([]);
  });

  test('type-checks in an empty strict project, the libraries too', async () => {
    expect(await must('tsc', ['-p', '.', '--noEmit'], project)).toBe('');
  });

  test('and so does a page, which knows a browser, a bundler and no Node', async () => {
    const page = join(project, 'page');
    await mkdir(page);
    const browser = {
      module: 'esnext',
      moduleResolution: 'bundler',
      lib: ['es2024', 'dom', 'dom.iterable'],
      types: [],
    };
    const options = { compilerOptions: { ...compilerOptions, ...browser }, include: ['*.ts'] };
    await writeFile(join(page, 'tsconfig.json'), JSON.stringify(options));
    await writeFile(join(page, 'page.ts'), inAPage);
    expect(await must('tsc', ['-p', page, '--noEmit'], project)).toBe('');
  });

  test('brings its types with it: a wrong use does not compile', async () => {
    await writeFile(join(project, 'wrong.ts'), `import { stream } from 'millrace';\nstream(1, {});\n`);
    const { status, output } = await run({ command: 'tsc', given: ['--noEmit'], folder: project, limit_ms: 60_000 });
    await rm(join(project, 'wrong.ts'));
    expect(status).not.toBe(0);
    expect(output).toContain("'number' is not assignable to parameter of type 'string'");
  });

  test('runs under this Node, and builds what is written with every operator', async () => {
    expect(await must('node', ['consumer.ts'], project)).toBe(printed);
    const script = "console.log((await import('./operators.ts')).topologies.length)";
    expect(await must('node', ['--input-type=module', '--eval', script], project)).toBe(`${topologies.length}\n`);
    const described = await must('npx', ['millrace', 'describe', '--app', 'operators.ts'], project);
    for (const { name } of topologies) expect(described).toContain(`${name} (4 tasks)`);
  });

  test.for([
    ['millrace', publicNames],
    ['millrace/client', clientNames],
    ['millrace/log', logNames],
    ['millrace/testing', testingNames],
  ] as const)("gives by import '%s' its public face, and nothing else", async ([name, expected]) => {
    const script = `console.log(JSON.stringify(Object.keys(await import('${name}')).toSorted()))`;
    const names: unknown = JSON.parse(await must('node', ['--input-type=module', '--eval', script], project));
    expect(names).toEqual(expected);
  });

  test.for(['millrace/dist/src/engine/topology.js', 'millrace/src/index.ts'])(
    'does not let %s be imported',
    async inner => {
      const given = ['--input-type=module', '--eval', `await import('${inner}')`];
      const { output } = await run({ command: 'node', given, folder: project, limit_ms: 60_000 });
      expect(output).toContain('ERR_PACKAGE_PATH_NOT_EXPORTED');
    },
  );

  test('starts without the data that it does not ship: it invents films, says so, and recommends them', async () => {
    const main = join(project, 'node_modules/millrace/dist/src/cli/main.js');
    const child = spawn(process.execPath, [main, 'start', '--data', join(folder, 'shop'), '--generate', '0'], {
      env: { ...process.env, PORT: '0' },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 8 * 60_000,
      killSignal: 'SIGKILL',
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    const ended = once(child, 'close');
    const url = await listening(child.stdout);
    const answer = await fetch(`${url}/v2/users/1/recommendations?n=10`);
    const { items, reason } = List.parse(await answer.json());
    child.kill('SIGINT');
    expect(await ended).toEqual([0, null]);
    expect(said).toMatch(/invented \d+ ratings of \d+ films that do not exist/);
    expect({ reason, count: items.length }).toEqual({ reason: 'personal', count: 10 });
    for (const { title } of items) expect(title).toMatch(/^The .+ \(\d{4}\)$/);
  });

  test('makes a project that installs, type-checks and passes its own tests, told to by one command', async () => {
    const visits = join(folder, 'visits');
    await must('npx', ['millrace', 'init', visits, '--millrace', `file:${tarball}`, '--install'], project);
    expect(await must('npm', ['run', '--silent', 'check'], visits)).toBe('');
    expect(await must('npm', ['test'], visits)).toMatch(/pass 3$/m);
    const drain = ['millrace', 'run', '--app', 'src/topologies.ts', '--until-caught-up', '--json'];
    expect(await must('npx', drain, visits)).toContain('"records":0');
    expect(await must('node', ['src/send.ts', '/home', '/home'], visits)).toContain('2 visits sent');
    expect(await must('npx', drain, visits)).toContain('"records":2');
    expect(await must('node', ['src/show.ts'], visits)).toMatch(/^\/home \S+ [12]$/m);
  });

  test('installs what it runs with, and nothing of what it is made with', async () => {
    const text = await readFile(join(root, 'package.json'), 'utf8');
    const { dependencies, devDependencies } = z
      .object({ dependencies: z.record(z.string(), z.string()), devDependencies: z.record(z.string(), z.string()) })
      .parse(JSON.parse(text));
    const found: string[] = [];
    for await (const name of glob('{*,@*/*}', { cwd: join(project, 'node_modules') })) found.push(name);
    expect(found).toEqual(expect.arrayContaining(Object.keys(dependencies)));
    // What it runs with may need the same package as what it is made with.
    const needed = new Set((await Promise.all(found.filter(isPackage).map(neededBy))).flat());
    const made = Object.keys(devDependencies).filter(name => name !== '@types/node' && !needed.has(name));
    expect(found.filter(name => made.includes(name))).toEqual([]);
  });
});

describe('the command under an old Node', () => {
  const pretending = (version: string): Promise<Ending> => {
    const shim = JSON.stringify(join(root, 'bin/millrace.cjs'));
    const script = `Object.defineProperty(process, 'versions', { value: { node: '${version}' } }); require(${shim});`;
    return run({ command: 'node', given: ['--eval', script], folder, limit_ms: 60_000 });
  };

  test.for(['10.24.1', '20.20.2', '23.11.0'])('says under %s which one it needs', async version => {
    const { status, output } = await pretending(version);
    expect(status).toBe(1);
    expect(output).toContain(`millrace needs Node 24 or newer, and this is Node ${version}`);
  });
});

/** A folder of a scope holds packages and is none. */
const isPackage = (name: string): boolean => !name.startsWith('@') || name.includes('/');

/** Packages that an installed one depends on. */
async function neededBy(name: string): Promise<string[]> {
  const text = await readFile(join(project, 'node_modules', name, 'package.json'), 'utf8');
  const { dependencies } = z
    .object({ dependencies: z.record(z.string(), z.string()).default({}) })
    .parse(JSON.parse(text));
  return Object.keys(dependencies);
}
