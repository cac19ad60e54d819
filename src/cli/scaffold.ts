/** Writes a project of one's own from the templates that the package ships. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { Misuse } from './errors.ts';

const packageFolder = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../..' : '../../..', import.meta.url), // from src/cli, or from dist/src/cli
);
const templates = join(packageFolder, 'templates/project');

export interface ScaffoldOptions {
  readonly folder: string;
  /** Of the package; made of the folder's name where absent. */
  readonly name?: string | undefined;
  /** Where npm finds Millrace, as a `dependencies` entry says it; this version where absent. */
  readonly millrace?: string | undefined;
}

export interface Scaffold {
  readonly name: string;
  /** Absolute. */
  readonly folder: string;
  /** Relative to it, sorted. */
  readonly files: readonly string[];
}

/** What the package says of itself, so that no version stands in two places. */
const Manifest = z.object({
  version: z.string(),
  engines: z.object({ node: z.string() }),
  dependencies: z.object({ rxjs: z.string() }),
  devDependencies: z.object({ '@types/node': z.string(), typescript: z.string() }),
});

/**
 * Writes the files of a new project into a folder that is not there yet, or is empty but for what git keeps.
 * @throws {Misuse} where the folder holds anything else: nothing is written over
 */
export async function scaffold({ folder, name, millrace }: ScaffoldOptions): Promise<Scaffold> {
  const to = resolve(folder);
  await refuseUsed(to);
  const project = name === undefined ? nameOf(to) : checkedName(name);
  const own = Manifest.parse(JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8')));
  const files = new Map([['package.json', manifestOf(project, millrace ?? `^${own.version}`, own)]]);
  for (const path of await templatePaths()) {
    const text = await readFile(join(templates, path), 'utf8');
    files.set(path === 'gitignore' ? '.gitignore' : path, text.replaceAll('__name__', project)); // npm packs no .gitignore
  }
  for (const [path, text] of files) {
    await mkdir(dirname(join(to, path)), { recursive: true });
    await writeFile(join(to, path), text, { flag: 'wx' });
  }
  return { name: project, folder: to, files: [...files.keys()].toSorted() };
}

async function refuseUsed(folder: string): Promise<void> {
  const found = (await entriesOf(folder)).filter(name => name !== '.git').toSorted();
  if (found.length === 0) return;
  const [first = '', ...more] = found;
  const others = more.length === 0 ? '' : ` and ${more.length} more`;
  throw new Misuse(`The folder ${folder} is not empty: it holds '${first}'${others}`, 'Name a new folder');
}

async function entriesOf(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') return [];
    if (code === 'ENOTDIR') throw new Misuse(`${folder} is a file, not a folder`, 'Name a new folder');
    throw error;
  }
}

const namePattern = /^[a-z0-9][a-z0-9._-]{0,99}$/;

/** The folder's name as npm allows it. */
function nameOf(folder: string): string {
  const name = basename(folder)
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .replaceAll(/^[^a-z0-9]+|[^a-z0-9]+$/g, '');
  if (namePattern.test(name)) return name;
  throw new Misuse(`No package can be named after the folder ${folder}`, 'Give a name with --name');
}

function checkedName(name: string): string {
  if (namePattern.test(name)) return name;
  throw new Misuse(`'${name}' cannot name a package`, 'Use lower-case letters, digits, dots and dashes, 100 at most');
}

function manifestOf(name: string, millrace: string, own: z.infer<typeof Manifest>): string {
  const manifest = {
    name,
    version: '0.0.0',
    private: true,
    type: 'module',
    engines: own.engines,
    scripts: {
      start: 'millrace run --app src/topologies.ts',
      describe: 'millrace describe --app src/topologies.ts',
      test: 'node --test',
      check: 'tsc',
    },
    dependencies: { millrace, rxjs: own.dependencies.rxjs },
    devDependencies: own.devDependencies,
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

async function templatePaths(): Promise<string[]> {
  const entries = await readdir(templates, { recursive: true, withFileTypes: true });
  return entries
    .filter(entry => entry.isFile())
    .map(({ parentPath, name }) => relative(templates, join(parentPath, name)));
}
